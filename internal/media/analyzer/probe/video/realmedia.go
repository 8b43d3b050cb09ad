package video

import (
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// RealMedia: chunks of an id, a length and a version, all big-endian, until the media data; and RealAudio files, which
// are the header of one stream and its data. Both as Real published and ffmpeg's and rmtool's readers know them.

const (
	realMaxChunks = 256
	realMaxStream = 4 << 10 // of the description of one
)

// realMedia gathers what the chunks say.
type realMedia struct {
	w *window.Window
	m *media.Media
	t tags.LegacyText
	s tags.Set
}

func probeRealMedia(w *window.Window, r *format.Result) error {
	p := &realMedia{w: w, m: r.Description.Media}
	head, err := w.Head()
	if err != nil {
		return err
	}
	if window.HasMagic(head, ".ra\xfd") {
		err = p.soundFile(head)
	} else {
		err = p.chunks()
	}
	p.t.Flush()
	p.s.Describe(r)
	p.m.BitRate = format.BitRate(w.Size(), p.m.DurationSeconds)
	if r.Kind = media.KindVideo; len(p.m.Video) == 0 {
		r.Kind = media.KindTrack
		if len(p.m.Audio) == 0 && err == nil {
			err = fmt.Errorf("%w: no streams", window.ErrMalformed)
		}
	}
	return err
}

// chunks walks to the media data. In front stands all that describes them.
func (p *realMedia) chunks() error {
	at := int64(0)
	for range realMaxChunks {
		if p.w.Size()-at < 10 {
			return fmt.Errorf("%w: before the media data", window.ErrTruncated)
		}
		if err := p.w.Element(); err != nil {
			return err
		}
		b, err := p.w.Bytes(at, 10)
		if err != nil {
			return err
		}
		kind, size := string(b[:4]), int64(window.BE32(b[4:]))
		if kind == "DATA" {
			if size > p.w.Size()-at && size < math.MaxInt32 {
				return fmt.Errorf("%w: media data", window.ErrTruncated)
			}
			return nil
		}
		if size < 10 {
			return fmt.Errorf("%w: chunk of %d bytes", window.ErrMalformed, size)
		}
		if b, err = p.w.Bytes(at+10, int(min(size-10, realMaxStream, p.w.Size()-at-10))); err != nil {
			return err
		}
		switch kind {
		case "PROP":
			if len(b) >= 24 {
				p.m.DurationSeconds = float64(window.BE32(b[20:])) / 1e3
			}
		case "CONT":
			p.texts(b, 2)
		case "MDPR":
			p.stream(b)
		}
		at += size
	}
	return fmt.Errorf("%w: more than %d chunks", window.ErrMalformed, realMaxChunks)
}

// texts takes title, author and copyright, whose lengths have n bytes each.
func (p *realMedia) texts(b []byte, n int) {
	for _, field := range [...]tags.Field{tags.Title, tags.Artist, tags.None, tags.Plot} {
		if len(b) < n {
			return
		}
		size := int(b[n-1])
		if n == 2 {
			size = int(window.BE16(b))
		}
		if b = b[n:]; size > len(b) {
			return
		}
		if field != tags.None {
			p.t.Add(&p.s, field, b[:size])
		}
		b = b[size:]
	}
}

// stream reads a stream's properties (MDPR).
func (p *realMedia) stream(b []byte) {
	if len(b) < 31 {
		return
	}
	rate := int64(window.BE32(b[6:]))
	b = b[30:]
	for range 2 { // its name and its MIME type
		if len(b) < 1 || len(b) < 1+int(b[0]) {
			return
		}
		b = b[1+int(b[0]):]
	}
	if len(b) < 4 {
		return
	}
	b = b[4:][:min(len(b)-4, int(window.BE32(b)&math.MaxInt32))]
	switch {
	case len(b) >= 26 && string(b[4:8]) == "VIDO":
		codecName := codec.FourCCVideo(string(b[8:12]))
		v := media.Video{Codec: codecName, Width: int(window.BE16(b[12:])), Height: int(window.BE16(b[14:])), BitRate: rate, BitDepth: codec.FixedDepth(codecName)}
		if fps := float64(window.BE32(b[22:])) / 65536; fps >= 1 && fps <= codec.MaxRate {
			v.FrameRate = fps
		}
		p.m.Video = append(p.m.Video, v)
	case window.HasMagic(b, ".ra\xfd"):
		if a, _, ok := realSound(b); ok {
			if a.BitRate == 0 {
				a.BitRate = rate
			}
			p.m.Audio = append(p.m.Audio, a)
		}
	}
}

// soundFile reads a RealAudio file, of which there is a header and the sound.
func (p *realMedia) soundFile(head []byte) error {
	a, n, ok := realSound(head)
	if !ok {
		return fmt.Errorf("%w: RealAudio header", window.ErrMalformed)
	}
	p.m.Audio = []media.Audio{a}
	if n > 0 {
		p.texts(head[n:], 1)
	}
	if a.BitRate > 0 {
		p.m.DurationSeconds = float64(p.w.Size()-int64(n)) * 8 / float64(a.BitRate)
	}
	return nil
}

// realCodecs are the names of the codecs in a header of sound.
var realCodecs = map[string]string{
	"lpcJ": "ra_144", "14_4": "ra_144", "28_8": "ra_288", "dnet": "ac3", "cook": "cook", "atrc": "atrac3",
	"sipr": "sipr",
	"raac": "aac", "racp": "aac", "ralf": "ralf", "LSD:": "ralf",
}

// realSound reads the header of a stream of sound, and tells where its texts begin; 0 where there are none.
func realSound(b []byte) (a media.Audio, texts int, ok bool) {
	if len(b) < 6 {
		return a, 0, false
	}
	version := window.BE16(b[4:])
	switch version {
	case 3:
		a = media.Audio{Codec: "ra_144", Channels: 1, SampleRate: 8000, BitRate: 8000}
		if len(b) < 22 {
			return a, 0, true
		}
		return a, 8 + 10 + 4, true
	case 4, 5:
	default:
		return a, 0, false
	}
	d, rate := b[6:], 42
	if version == 5 {
		rate = 48
	}
	if len(d) < rate+16 {
		return a, 0, false
	}
	a.SampleRate, a.Channels = int(window.BE16(d[rate:])), int(window.BE16(d[rate+6:]))
	a.BitRate = int64(window.BE32(d[26:])) * 8 / 60
	code := ""
	at := rate + 8
	if version == 5 {
		code, at = string(d[at+4:at+8]), 0
	} else {
		for range 2 { // how its packets are mixed, and the codec
			if at >= len(d) || at+1+int(d[at]) > len(d) {
				return a, 0, false
			}
			code = string(d[at+1 : at+1+int(d[at])])
			at += 1 + int(d[at])
		}
		at += 6 + 3
	}
	if a.Codec = realCodecs[code]; a.Codec == "" {
		return a, 0, false
	}
	if a.BitRate > 1<<22 {
		a.BitRate = 0
	}
	return a, min(at, len(b)), true
}
