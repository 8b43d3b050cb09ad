// Package matroska probes Matroska and WebM.
package matroska

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The elements of Matroska that are read (RFC 9559, section 5, and the tag specification).
const (
	header  = 0x1A45DFA3
	docType = 0x4282
	segment = 0x18538067

	seekHead       = 0x114D9B74
	seek           = 0x4DBB
	seekID         = 0x53AB
	seekPosition   = 0x53AC
	info           = 0x1549A966
	mkvTracks      = 0x1654AE6B
	chapters       = 0x1043A770
	mkvAttachments = 0x1941A469
	mkvTags        = 0x1254C367
	cues           = 0x1C53BB6B
	mkvCluster     = 0x1F43B675

	timestampScale = 0x2AD7B1
	duration       = 0x4489
	title          = 0x7BA9
)

// aside is how much is read at once where the walk hops.
const aside = 8 << 10

// matroska reads Matroska and WebM. What describes a file stands in front of its clusters, or is
// listed by the SeekHead there; clusters are never walked, but for the last ones of a live recording.
type matroska struct {
	w *window.Window
	r *format.Result

	segment  ebmlElement
	attached ebmlElement // the attachments, which are read last
	scale    uint64      // nanoseconds a tick
	duration float64
	title    string
	tracks   []*track
	chapters []media.Chapter
	seek     map[uint32][]int64 // what the SeekHead lists, by id
	done     map[int64]bool     // level-1 elements read, by offset
	cluster  ebmlElement        // the first
	tags     []tag
}

func isMatroska(head []byte, _ string) bool {
	return len(head) >= 4 && window.BE32(head) == header && bytes.Contains(head[:min(len(head), 512)], []byte{0x42, 0x82})
}

func probeMatroska(w *window.Window, r *format.Result) error {
	p := &matroska{w: w, r: r, scale: 1_000_000, done: make(map[int64]bool, 8)}
	err := p.file()
	if err != nil && !errors.Is(err, window.ErrTruncated) {
		return err
	}
	if len(p.tracks) == 0 && err == nil {
		err = fmt.Errorf("%w: no tracks", window.ErrMalformed)
		if p.segment.cut {
			err = fmt.Errorf("%w: before the tracks", window.ErrTruncated)
		}
		return err
	}
	p.finish()
	return err
}

// file reads the header, the segment's front, and what its SeekHead lists.
func (p *matroska) file() error {
	walk := elements(p.w, 0, p.w.Size())
	for walk.next() {
		switch e := walk.el; e.id {
		case header:
			if err := p.header(e); err != nil {
				return err
			}
		case segment:
			p.segment = e
			if err := p.front(); err != nil {
				return err
			}
			if err := p.listed(); err != nil {
				return err
			}
			if err := p.live(); err != nil {
				return err
			}
			if p.attached.size > 0 {
				if err := p.attachmentList(p.attached); err != nil {
					return err
				}
			}
			if e.cut {
				return fmt.Errorf("%w: segment", window.ErrTruncated)
			}
			return nil
		}
	}
	if walk.err == nil {
		return fmt.Errorf("%w: no segment", window.ErrTruncated)
	}
	return walk.err
}

func (p *matroska) header(e ebmlElement) error {
	walk := inside(p.w, e)
	for walk.next() {
		if walk.el.id == docType {
			s, err := ebmlText(p.w, walk.el, 32)
			if err != nil {
				return err
			}
			if s == "webm" {
				p.r.Description.Media.Container = "webm"
			}
		}
	}
	return walk.err
}

// front walks the segment up to its first cluster.
func (p *matroska) front() error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := inside(p.w, p.segment)
	for walk.next() {
		e := walk.el
		if e.id == mkvCluster {
			p.cluster = e
			return nil
		}
		if err := p.levelOne(e); err != nil {
			return err
		}
		if e.cut { // only what follows the end of the file is missing
			return fmt.Errorf("%w: element %X", window.ErrTruncated, e.id)
		}
		if e.open {
			return nil
		}
		p.w.Ahead(aside)
	}
	return walk.err
}

// levelOne reads one child of the segment, unless it has been read.
func (p *matroska) levelOne(e ebmlElement) error {
	if p.done[e.off] {
		return nil
	}
	p.done[e.off] = true
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	switch e.id {
	case seekHead:
		return p.seekHead(e)
	case info:
		return p.info(e)
	case mkvTracks:
		if len(p.tracks) == 0 {
			return p.trackList(e)
		}
	case chapters:
		return p.chapterList(e)
	case mkvAttachments:
		p.attached = e
	case mkvTags:
		return p.tagList(e)
	}
	return nil
}

// listed reads what the SeekHead names and the front did not hold. A position that leads to something
// else is passed over: remuxers leave such behind.
func (p *matroska) listed() error {
	p.w.Ahead(aside)
	for _, id := range [...]uint32{seekHead, info, mkvTracks, chapters, mkvTags, mkvAttachments} {
		for i := 0; i < len(p.seek[id]) && i < 4; i++ { // a second SeekHead may add to the list
			at := p.seek[id][i]
			if at >= p.segment.size || p.done[p.segment.off+at] {
				continue
			}
			walk := elements(p.w, p.segment.off+at, p.segment.end())
			if !walk.next() {
				if walk.err != nil && !errors.Is(walk.err, window.ErrMalformed) {
					return walk.err
				}
				continue
			}
			if walk.el.id != id {
				continue
			}
			if err := p.levelOne(walk.el); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *matroska) seekHead(e ebmlElement) error {
	if p.seek == nil {
		p.seek = make(map[uint32][]int64, 8)
	}
	walk := inside(p.w, e)
	for walk.next() {
		if walk.el.id != seek {
			continue
		}
		var id uint32
		at := uint64(math.MaxUint64)
		entry := inside(p.w, walk.el)
		for entry.next() {
			v, err := ebmlUint(p.w, entry.el)
			if err != nil {
				return err
			}
			switch entry.el.id {
			case seekID:
				id = uint32(v)
			case seekPosition:
				at = v
			}
		}
		if entry.err != nil {
			return entry.err
		}
		if id != 0 && at < uint64(p.w.Size()) && len(p.seek[id]) < 8 {
			p.seek[id] = append(p.seek[id], int64(at))
		}
	}
	return walk.err
}

func (p *matroska) info(e ebmlElement) error {
	walk := inside(p.w, e)
	for walk.next() {
		var err error
		switch walk.el.id {
		case timestampScale:
			var v uint64
			if v, err = ebmlUint(p.w, walk.el); v > 0 {
				p.scale = v
			}
		case duration:
			p.duration, err = ebmlFloat(p.w, walk.el)
		case title:
			p.title, err = ebmlText(p.w, walk.el, 1024)
		}
		if err != nil {
			return err
		}
	}
	return walk.err
}

// secondsOf converts ticks of the segment to seconds; what no film lasts is 0, unknown.
func (p *matroska) secondsOf(ticks float64) float64 {
	s := ticks * float64(p.scale) / 1e9
	if !(s > 0 && s < 1e9) {
		return 0
	}
	return s
}

func (p *matroska) finish() {
	m := p.r.Description.Media
	m.DurationSeconds = p.secondsOf(p.duration)
	m.BitRate = format.BitRate(p.w.Size(), m.DurationSeconds)
	m.Chapters = p.chapters
	for _, t := range p.tracks {
		t.statistics(p.tags)
		t.describe(m)
	}
	switch {
	case len(m.Video) > 0:
		p.r.Kind = media.KindVideo
	case len(m.Audio) > 0:
		p.r.Kind = media.KindTrack
	case len(m.Subtitles) > 0:
		p.r.Kind = media.KindSubtitle
	}
	p.describeTags()
}
