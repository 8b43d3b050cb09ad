package mpeg

import (
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Transport streams that begin anywhere: what comes late in them, or never.

// What a recording that begins anywhere may take beyond the common search, all in all: its tables, and the pictures'
// headers, come again with every group of pictures, which at high bit rates is a megabyte or two.
const (
	tsPromiseBytes = 2<<20 - 5*window.Size // with what was read before, and what tail may read: 2 MB
	tsPromiseStep  = 128 << 10
)

// promised goes on from an offset on while the stream's own tables promise what was not found yet, and its packets
// come by: tables that every stream has to repeat, a picture's size, a sound's channels.
func (p *mpegTS) promised(at int64) error {
	wanted := p.wanting()
	if !wanted {
		return nil
	}
	tables := len(p.streams) > 0
	if err := p.w.Alloc(tsPromiseStep); err != nil {
		return err
	}
	buf := p.w.Lend(tsPromiseStep)[:tsPromiseStep]
	end := min(p.w.Size(), at+tsPromiseBytes-p.w.Taken())
	for at < end && wanted {
		n, err := p.w.ReadAt(buf[:min(tsPromiseStep, end-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		next, err := p.packets(buf[:n], at, at, p.take)
		if err != nil {
			return err
		}
		if next <= at {
			break
		}
		at = next
		for _, e := range p.streams {
			e.Look()
		}
		wanted = p.wanting()
	}
	p.adoptUnnamed()
	if !tables {
		p.search.all = p.search.tail
		return p.tail()
	}
	return nil
}

// wanting reports whether what the tables promise is missing: a table itself, or what the headers of a stream say
// of which there are packets.
func (p *mpegTS) wanting() bool {
	if !p.tablesRead() {
		return true
	}
	for _, e := range p.streams {
		if e.seen && !e.doubtful && !p.scrambled && (!e.settled() || e.kind == ElementaryVideo && e.Picture.Rate == 0 && len(e.times) < 12) {
			return true
		}
	}
	return false
}

// tsMaxUnnamed is how many streams are followed that no table names.
const tsMaxUnnamed = 32

// unnamed follows a stream of MPEG pictures or sound that no table has named by now: the table may come later, or
// never.
func (p *mpegTS) unnamed(pid uint16, begins bool, payload []byte) error {
	e := p.nameless[pid]
	if !begins {
		if e == nil {
			return nil
		}
		return e.feed(p.w, payload)
	}
	h, ok := parsePES(payload)
	if !ok || h.id < 0xC0 || h.id > 0xEF {
		return nil
	}
	if e == nil {
		if len(p.nameless) >= tsMaxUnnamed {
			return nil
		}
		if e = NewElementary(ElementaryVideo, "mpeg2video"); h.id < 0xE0 {
			e = NewElementary(elementaryAudio, "")
		}
		p.nameless[pid] = e
	}
	e.seen = true
	e.Look()
	e.stamp(h.pts)
	return e.feed(p.w, payload[min(h.size, len(payload)):])
}

// adoptUnnamed takes in the streams whose table did not come, and whose own headers say what they are.
func (p *mpegTS) adoptUnnamed() {
	if p.tablesRead() {
		return
	}
	for _, pid := range slices.Sorted(maps.Keys(p.nameless)) {
		e := p.nameless[pid]
		if e.Look(); e.Found && p.byPID[pid] == nil && len(p.streams) < tsMaxStreams {
			p.byPID[pid] = e
			p.streams = append(p.streams, e)
		}
	}
}

// named lets a stream that a table names at last have what is known of it.
func (e *Elementary) named(before *Elementary) {
	if before == nil || before.kind != e.kind {
		return
	}
	e.seen, e.first, e.times = true, before.first, before.times
	if before.Found && before.Codec == e.Codec {
		e.Found, e.Picture, e.audio = true, before.Picture, before.audio
	}
}
