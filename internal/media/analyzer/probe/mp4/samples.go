package mp4

import (
	"errors"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// firstSamples looks at the first sample of sound tracks whose entries are not to be trusted: writers
// put two channels there whatever the stream has, and these codecs have no configuration that would
// tell. Each frame of them begins with a header of its own.
func (p *mp4) firstSamples() error {
	p.w.Ahead(aside)
	defer p.w.Ahead(window.Size)
	for _, t := range p.tracks {
		e := &t.entry
		if t.handler != "soun" || e.configured || e.encrypted {
			continue
		}
		switch e.codec {
		case "mp1", "mp2", "mp3", "dts", "ac3", "eac3", "truehd":
		case "aac":
			e.audio.Codec = e.codec
			if codec.MayExtend(&e.audio) {
				if err := p.aacSamples(t); err != nil {
					return err
				}
			}
			continue
		default:
			continue
		}
		off, err := p.firstChunk(t)
		if err != nil {
			return err
		}
		if off <= 0 || off > p.w.Size()-16 {
			continue
		}
		d, err := p.w.Bytes(off, int(min(aside, p.w.Size()-off)))
		if err != nil {
			if errors.Is(err, window.ErrTruncated) {
				continue
			}
			return err
		}
		if e.codec != "eac3" && e.codec != "dts" { // whose further substreams follow in the same sample
			d = d[:min(len(d), 64)] // the next frame of this track may lie anywhere
		}
		a := e.audio
		if codec.FrameHeader(e.codec, d, &a) {
			a.BitRate = e.audio.BitRate
			e.codec, e.audio = a.Codec, a
		}
	}
	return nil
}

// firstChunk returns the offset of a track's first chunk, 0 without one.
func (p *mp4) firstChunk(t *track) (int64, error) {
	walk := isobmff.Children(p.w, t.table, 0)
	for walk.Next() {
		b := walk.Box
		if b.Kind != "stco" && b.Kind != "co64" {
			continue
		}
		d, err := isobmff.Payload(p.w, b, 16)
		if err != nil || len(d) < 12 || window.BE32(d[4:]) == 0 {
			return 0, err
		}
		if b.Kind == "stco" {
			return int64(window.BE32(d[8:])), nil
		}
		if len(d) < 16 || d[8]&0x80 != 0 {
			return 0, nil
		}
		return int64(window.BE64(d[8:])), nil
	}
	return 0, walk.Err
}

// aacSamples looks at the first frames of plain AAC for what its configuration does not say, as many of
// them as lie together in the first chunk.
func (p *mp4) aacSamples(t *track) error {
	off, err := p.firstChunk(t)
	if err != nil || off <= 0 || off >= p.w.Size() {
		return err
	}
	stsz, ok, err := isobmff.Find(p.w, t.table, 0, "stsz")
	if err != nil || !ok {
		return err
	}
	var sizes [4 * codec.AACEnough]int64
	d, err := isobmff.Payload(p.w, stsz, 12+4*len(sizes))
	if err != nil || len(d) < 12 || window.BE32(d[4:]) != 0 {
		return err
	}
	n := 0
	for d = d[12:]; len(d) >= 4 && n < len(sizes); d = d[4:] {
		sizes[n] = int64(window.BE32(d))
		n++
	}
	stsc, ok, err := isobmff.Find(p.w, t.table, 0, "stsc")
	if err != nil || !ok {
		return err
	}
	if d, err = isobmff.Payload(p.w, stsc, 16); err != nil || len(d) < 16 {
		return err
	}
	n = int(min(int64(n), int64(window.BE32(d[12:]))))
	if d, err = p.w.Bytes(off, int(min(aside, p.w.Size()-off))); err != nil {
		return window.Forgive(err)
	}
	var x codec.AACFrames
	for _, size := range sizes[:n] {
		if size <= 0 || size > int64(len(d)) {
			break
		}
		x.Frame(d[:size])
		d = d[size:]
	}
	x.Apply(&t.entry.audio)
	return nil
}
