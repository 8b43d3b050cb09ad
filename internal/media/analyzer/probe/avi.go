package probe

import (
	"errors"
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// avi reads Audio Video Interleave (Microsoft's RIFF specification, with the OpenDML extensions of 1996).
// Its header list stands in front; INFO stands in front of the media or behind them.
type avi struct {
	w *Window
	r *Result

	frame   uint32 // microseconds, of the main header
	total   uint32 // frames of the whole file, by OpenDML
	streams []*aviStream
	tags    tagSet
	texts   legacyText
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
	config      pictureFormat
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
	w     *Window
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
	c := riffChunk{kind: string(h[:4]), off: k.pos + 8, size: int64(le32(h[4:]))}
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

func (w *Window) chunks(off, end int64) riffWalk {
	return riffWalk{w: w, pos: off, stop: min(end, w.Size())}
}

func isAVI(head []byte, _ string) bool {
	return len(head) >= 12 && (string(head[:4]) == "RIFF" || string(head[:4]) == "ON2 ") && (string(head[8:11]) == "AVI" || string(head[8:12]) == "ON2f")
}

func probeAVI(w *Window, r *Result) error {
	p := &avi{w: w, r: r}
	if err := p.file(); err != nil {
		return err
	}
	if len(p.streams) == 0 {
		return fmt.Errorf("%w: no header list", ErrMalformed)
	}
	if err := p.firstChunks(); err != nil {
		return err
	}
	p.finish()
	if p.cut {
		return fmt.Errorf("%w: media data", ErrTruncated)
	}
	return nil
}

func (p *avi) file() error {
	// The first RIFF holds all that describes the file. Its size is often wrong, and goes unheeded.
	walk := p.w.chunks(12, p.w.Size())
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
				return fmt.Errorf("%w: media before the header", ErrMalformed)
			}
		case c.list && c.kind == "AVIX", c.kind == "idx1" && c.cut:
			return nil // the other parts of a large file hold nothing but media
		}
		if err != nil {
			return err
		}
	}
	p.w.Ahead(windowSize)
	if errors.Is(walk.err, ErrTruncated) {
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
	walk := p.w.chunks(list.off, list.off+list.size)
	for walk.next() {
		c := walk.chunk
		switch {
		case c.kind == "avih" && c.size >= 8:
			d, err := p.w.Bytes(c.off, 4)
			if err != nil {
				return err
			}
			p.frame = le32(d)
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
				p.total = le32(d[8:])
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
	walk := p.w.chunks(list.off, list.off+list.size)
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
			raw := cString(d)
			s.title = cleanText(legacyDecoder(raw)(raw))
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
	s.disabled = le32(d[8:])&1 != 0
	s.scale, s.rate, s.start, s.length, s.size = le32(d[20:]), le32(d[24:]), le32(d[28:]), le32(d[32:]), le32(d[44:])
}

// format reads the stream's format: BITMAPINFOHEADER or WAVEFORMATEX.
func (s *aviStream) format(d []byte) {
	switch s.kind {
	case "vids":
		if len(d) < 40 {
			return
		}
		height := int64(int32(le32(d[8:])))
		s.video.Width, s.video.Height = int(le32(d[4:])&0x7FFFFFFF), int(max(height, -height))
		if tag := string(d[16:20]); tag == "DXSB" || tag == "DXSA" { // subtitles as pictures, which DivX declares as video
			s.kind, s.handler = "txts", tag
			return
		}
		s.video.Codec = fourCCVideo(string(d[16:20]))
		if f, ok := pictureConfig(s.video.Codec, d[40:]); ok {
			s.config = f
		}
	case "auds":
		if f, ok := parseWaveFormat(d); ok {
			f.fill(&s.audio)
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
	walk := p.w.chunks(list.off, list.off+list.size)
	for walk.next() {
		f := riffNames[walk.chunk.kind]
		if f == tagNone {
			continue
		}
		d, err := p.w.Bytes(walk.chunk.off, int(min(walk.chunk.size, 1024)))
		if err != nil {
			return err
		}
		p.texts.add(&p.tags, f, []byte(cString(d)))
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
			s.config.fill(&v)
			if v.FrameRate >= 1000 && p.frame > 0 {
				v.FrameRate = 1e6 / float64(p.frame)
			}
			if v.BitDepth == 0 {
				v.BitDepth = fixedDepth(v.Codec)
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
	m.BitRate = bitRate(p.w.Size(), m.DurationSeconds)
	p.r.Kind = media.KindVideo
	if len(m.Video) == 0 {
		p.r.Kind = media.KindTrack
	}
	p.texts.flush()
	p.tags.describe(p.r)
}

func aviSubtitle(handler string) string {
	switch handler {
	case "DXSB", "DXSA":
		return "xsub"
	}
	return "subrip"
}
