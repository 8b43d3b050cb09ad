package riff

import (
	"errors"
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// avi reads Audio Video Interleave (Microsoft's RIFF specification, with the OpenDML extensions of 1996).
// Its header list stands in front; INFO stands in front of the media or behind them.
type avi struct {
	w *window.Window
	r *format.Result

	frame   uint32 // microseconds, of the main header
	total   uint32 // frames of the whole file, by OpenDML
	streams []*aviStream
	tags    tags.Set
	texts   tags.LegacyText
	movi    riffChunk
	cut     bool
}

// aviStream is one strl list.
type aviStream struct {
	kind        string // "vids", "auds", "txts", "iavs"
	handler     string
	scale, rate uint32
	start       uint32
	length      uint32
	size        uint32 // bytes of a sample, 0 where they vary
	title       string
	disabled    bool
	video       media.Video
	audio       media.Audio
	config      codec.Picture
}

// riffChunk is a chunk of a RIFF file; for a list, kind is the list's own and off lies behind it.
type riffChunk struct {
	kind string
	list bool
	off  int64
	size int64
	cut  bool
}

// riffWalk visits the chunks between two offsets, one level, like a bufio.Scanner.
type riffWalk struct {
	w     *window.Window
	pos   int64
	stop  int64
	chunk riffChunk
	err   error
}

func (k *riffWalk) next() bool {
	if k.err != nil || k.pos < 0 || k.stop-k.pos < 8 {
		return false
	}
	if k.err = k.w.Element(); k.err != nil {
		return false
	}
	h, err := k.w.Bytes(k.pos, int(min(12, k.stop-k.pos)))
	if err != nil {
		k.err = err
		return false
	}
	c := riffChunk{kind: string(h[:4]), off: k.pos + 8, size: int64(window.LE32(h[4:]))}
	if c.size > k.stop-c.off {
		c.size, c.cut = k.stop-c.off, true
	}
	k.pos = c.off + c.size + c.size&1
	if (c.kind == "LIST" || c.kind == "RIFF") && len(h) == 12 && c.size >= 4 {
		c.kind, c.list = string(h[8:12]), true
		c.off, c.size = c.off+4, c.size-4
	}
	k.chunk = c
	return true
}

func chunks(w *window.Window, off, end int64) riffWalk {
	return riffWalk{w: w, pos: off, stop: min(end, w.Size())}
}

func isAVI(head []byte, _ string) bool {
	return len(head) >= 12 && (string(head[:4]) == "RIFF" || string(head[:4]) == "ON2 ") && (string(head[8:11]) == "AVI" || string(head[8:12]) == "ON2f")
}

func probeAVI(w *window.Window, r *format.Result) error {
	p := &avi{w: w, r: r}
	if err := p.file(); err != nil {
		return err
	}
	if len(p.streams) == 0 {
		return fmt.Errorf("%w: no header list", window.ErrMalformed)
	}
	if err := p.firstChunks(); err != nil {
		return err
	}
	p.finish()
	if p.cut {
		return fmt.Errorf("%w: media data", window.ErrTruncated)
	}
	return nil
}

func (p *avi) file() error {
	// The first RIFF holds all that describes the file. Its size is often wrong, and goes unheeded.
	walk := chunks(p.w, 12, p.w.Size())
	for walk.next() {
		c := walk.chunk
		var err error
		switch {
		case c.list && c.kind == "hdrl":
			err = p.headerList(c)
		case c.list && c.kind == "INFO":
			err = p.info(c)
		case c.list && c.kind == "movi":
			if p.movi.size == 0 {
				p.movi, p.cut = c, c.cut
			}
			p.w.Ahead(4 << 10)
			if len(p.streams) == 0 {
				return fmt.Errorf("%w: media before the header", window.ErrMalformed)
			}
		case c.list && c.kind == "AVIX", c.kind == "idx1" && c.cut:
			return nil // the other parts of a large file hold nothing but media
		}
		if err != nil {
			return err
		}
	}
	p.w.Ahead(window.Size)
	if errors.Is(walk.err, window.ErrTruncated) {
		p.cut = true
		return nil
	}
	return walk.err
}

func (p *avi) headerList(list riffChunk) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := chunks(p.w, list.off, list.off+list.size)
	for walk.next() {
		c := walk.chunk
		switch {
		case c.kind == "avih" && c.size >= 8:
			d, err := p.w.Bytes(c.off, 4)
			if err != nil {
				return err
			}
			p.frame = window.LE32(d)
		case c.list && c.kind == "strl":
			if err := p.stream(c); err != nil {
				return err
			}
		case c.list && c.kind == "odml" && c.size >= 12:
			d, err := p.w.Bytes(c.off, 12)
			if err != nil {
				return err
			}
			if string(d[:4]) == "dmlh" {
				p.total = window.LE32(d[8:])
			}
		}
	}
	return walk.err
}

func (p *avi) stream(list riffChunk) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	s := &aviStream{}
	walk := chunks(p.w, list.off, list.off+list.size)
	for walk.next() {
		c := walk.chunk
		if c.kind != "strh" && c.kind != "strf" && c.kind != "strn" {
			continue
		}
		d, err := p.w.Bytes(c.off, int(min(c.size, 4096)))
		if err != nil {
			return err
		}
		switch c.kind {
		case "strh":
			s.header(d)
		case "strf":
			s.format(d)
		case "strn":
			raw := text.CString(d)
			s.title = text.Clean(tags.LegacyDecoder(raw)(raw))
		}
	}
	if walk.err != nil {
		return walk.err
	}
	p.streams = append(p.streams, s)
	return nil
}

// header reads AVISTREAMHEADER.
func (s *aviStream) header(d []byte) {
	if len(d) < 48 {
		return
	}
	s.kind, s.handler = string(d[:4]), string(d[4:8])
	s.disabled = window.LE32(d[8:])&1 != 0
	s.scale, s.rate, s.start, s.length, s.size = window.LE32(d[20:]), window.LE32(d[24:]), window.LE32(d[28:]), window.LE32(d[32:]), window.LE32(d[44:])
}

// format reads the stream's format: BITMAPINFOHEADER or WAVEFORMATEX.
func (s *aviStream) format(d []byte) {
	switch s.kind {
	case "vids":
		if len(d) < 40 {
			return
		}
		height := int64(int32(window.LE32(d[8:])))
		s.video.Width, s.video.Height = int(window.LE32(d[4:])&0x7FFFFFFF), int(max(height, -height))
		if tag := string(d[16:20]); tag == "DXSB" || tag == "DXSA" { // subtitles as pictures, which DivX declares as video
			s.kind, s.handler = "txts", tag
			return
		}
		s.video.Codec = codec.FourCCVideo(string(d[16:20]))
		if f, ok := codec.ParseConfig(s.video.Codec, d[40:]); ok {
			s.config = f
		}
	case "auds":
		if f, ok := codec.ParseWaveFormat(d); ok {
			f.Fill(&s.audio)
		}
	case "iavs":
		s.video.Codec = "dvvideo"
	}
}

// seconds is the stream's length, 0 if unknown.
func (s *aviStream) seconds(length uint32) float64 {
	if s.rate == 0 || s.scale == 0 || length == 0 || length == math.MaxUint32 {
		return 0
	}
	if v := float64(length) * float64(s.scale) / float64(s.rate); v < 1e8 {
		return v
	}
	return 0
}

func (p *avi) info(list riffChunk) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := chunks(p.w, list.off, list.off+list.size)
	for walk.next() {
		f := tags.RIFFNames[walk.chunk.kind]
		if f == tags.None {
			continue
		}
		d, err := p.w.Bytes(walk.chunk.off, int(min(walk.chunk.size, 1024)))
		if err != nil {
			return err
		}
		p.texts.Add(&p.tags, f, []byte(text.CString(d)))
	}
	return walk.err
}

func (p *avi) finish() {
	m := p.r.Description.Media
	for _, s := range p.streams {
		length := s.length
		if s.kind == "vids" {
			length = max(length, p.total)
		}
		m.DurationSeconds = max(m.DurationSeconds, s.seconds(length))
	}
	for _, s := range p.streams {
		switch s.kind {
		case "vids", "iavs":
			v := s.video
			v.Title, v.Default = s.title, !s.disabled
			if s.scale > 0 && s.rate > 0 {
				v.FrameRate = float64(s.rate) / float64(s.scale)
			}
			s.config.Fill(&v)
			if v.FrameRate >= 1000 && p.frame > 0 {
				v.FrameRate = 1e6 / float64(p.frame)
			}
			if v.BitDepth == 0 {
				v.BitDepth = codec.FixedDepth(v.Codec)
			}
			m.Video = append(m.Video, v)
		case "auds":
			a := s.audio
			a.Title, a.Default = s.title, !s.disabled
			m.Audio = append(m.Audio, a)
		case "txts":
			m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: aviSubtitle(s.handler), Title: s.title, Default: !s.disabled})
		}
	}
	m.BitRate = format.BitRate(p.w.Size(), m.DurationSeconds)
	p.r.Kind = media.KindVideo
	if len(m.Video) == 0 {
		p.r.Kind = media.KindTrack
	}
	p.texts.Flush()
	p.tags.Describe(p.r)
}

func aviSubtitle(handler string) string {
	switch handler {
	case "DXSB", "DXSA":
		return "xsub"
	}
	return "subrip"
}
