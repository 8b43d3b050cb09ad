// Package asf probes Windows Media: ASF, WMV, WMA.
package asf

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// The objects of an ASF file that are read (Advanced Systems Format specification 1.20, section 10), as
// their GUIDs stand in the file.
const (
	asfHeader     = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	data          = "\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	file          = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65"
	stream        = "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65"
	extension     = "\xB5\x03\xBF\x5F\x2E\xA9\xCF\x11\x8E\xE3\x00\xC0\x0C\x20\x53\x65"
	moreStream    = "\xCB\xA5\xE6\x14\x72\xC6\x32\x43\x83\x99\xA9\x69\x52\x06\x5B\x5A"
	languages     = "\xA9\x46\x43\x7C\xE0\xEF\xFC\x4B\xB2\x29\x39\x3E\xDE\x41\x5C\x85"
	content       = "\x33\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	moreContent   = "\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50"
	metadata      = "\xEA\xCB\xF8\xC5\xAF\x5B\x77\x48\x84\x67\xAA\x8C\x44\xFA\x4C\xCA"
	asfLibrary    = "\x94\x1C\x23\x44\x98\x94\xD1\x49\xA1\x41\x1D\x13\x4E\x45\x70\x54"
	bitRates      = "\xCE\x75\xF8\x7B\x8D\x46\xD1\x11\x8D\x82\x00\x60\x97\xC9\xA2\xB2"
	markers       = "\x01\xCD\x87\xF4\x51\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65"
	encrypted     = "\xFB\xB3\x11\x22\x23\xBD\xD2\x11\xB4\xB7\x00\xA0\xC9\x55\xFC\x6E"
	moreEncrypted = "\x14\xE6\x8A\x29\x22\x26\x17\x4C\xB9\x35\xDA\xE0\x7E\xE9\x28\x9C"

	audioMedia = "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	videoMedia = "\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	imageMedia = "\x00\xE1\x1B\xB6\x4E\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
)

// asf reads Advanced Systems Format: WMV, WMA, ASF. Its header object stands in front and holds all.
type asf struct {
	w *window.Window
	r *format.Result

	play, preroll uint64 // 100 ns; ms
	live          bool
	packet        uint32 // bytes of every data packet
	streams       []*streamOf
	languages     []string
	tags          tags.Set
	more          tags.Set // of the libraries, for further values
}

// streamOf is one stream, by its number.
type streamOf struct {
	number   int
	kind     string
	language int // index, -1 unknown
	frame    uint64
	bitRate  int64
	name     string
	video    media.Video
	audio    media.Audio
	config   codec.Picture
}

// object is one object; off and size are of its data.
type object struct {
	guid      string
	off, size int64
	cut       bool
}

// walk visits the objects between two offsets, one level.
type walk struct {
	w         *window.Window
	pos, stop int64
	object    object
	err       error
}

func (k *walk) next() bool {
	if k.err != nil || k.pos < 0 || k.stop-k.pos < 24 {
		return false
	}
	if k.err = k.w.Element(); k.err != nil {
		return false
	}
	h, err := k.w.Bytes(k.pos, 24)
	if err != nil {
		k.err = err
		return false
	}
	size := window.LE64(h[16:])
	if size < 24 {
		k.err = fmt.Errorf("%w: object of %d bytes at %d", window.ErrMalformed, size, k.pos)
		return false
	}
	o := object{guid: string(h[:16]), off: k.pos + 24}
	if size > math.MaxInt64 || int64(size) > k.stop-k.pos {
		o.cut, size = true, uint64(k.stop-k.pos)
	}
	o.size = int64(size) - 24
	k.object, k.pos = o, o.off+o.size
	return true
}

func probeASF(w *window.Window, r *format.Result) error {
	p := &asf{w: w, r: r}
	top := walk{w: w, stop: w.Size()}
	if !top.next() || top.object.size < 6 {
		return fmt.Errorf("%w: header object", window.ErrMalformed)
	}
	header := top.object
	if err := p.objects(header.off+6, header.off+header.size); err != nil {
		if !errors.Is(err, window.ErrTruncated) || len(p.streams) == 0 {
			return err
		}
	}
	if len(p.streams) == 0 {
		return fmt.Errorf("%w: no streams", window.ErrMalformed)
	}
	whole := top.next() && top.object.guid == data
	if whole && p.hasVideo() {
		if err := p.frameTimes(top.object); err != nil {
			return err
		}
	}
	p.finish()
	if header.cut || !whole || top.object.cut {
		return fmt.Errorf("%w: media data", window.ErrTruncated)
	}
	return nil
}

// objects reads those in [off, end); the header extension nests once.
func (p *asf) objects(off, end int64) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := walk{w: p.w, pos: off, stop: min(end, p.w.Size())}
	for walk.next() {
		if err := p.object(walk.object); err != nil {
			return err
		}
	}
	return walk.err
}

func (p *asf) object(o object) error {
	switch o.guid {
	case extension:
		if o.size >= 22 {
			return p.objects(o.off+22, o.off+o.size)
		}
		return nil
	case moreContent, metadata, asfLibrary:
		return p.attributes(o)
	case encrypted, moreEncrypted:
		p.r.Description.Media.Encrypted = true
		return nil
	case file, stream, moreStream, languages, content, bitRates, markers:
	default:
		return nil
	}
	d, err := p.w.Bytes(o.off, int(min(o.size, window.Size)))
	if err != nil {
		return err
	}
	switch o.guid {
	case file:
		if len(d) >= 80 {
			p.play, p.preroll = window.LE64(d[40:]), window.LE64(d[56:])
			p.live, p.packet = window.LE32(d[64:])&1 != 0, window.LE32(d[68:])
		}
	case stream:
		p.stream(d)
	case moreStream:
		return p.moreStream(o, d)
	case languages:
		p.languageList(d)
	case content:
		p.content(d)
	case bitRates:
		for n := int(firstUint16(d)); n > 0 && len(d) >= 8; n-- {
			p.numbered(int(window.LE16(d[2:]) & 127)).bitRate = int64(window.LE32(d[4:]))
			d = d[6:]
		}
	case markers:
		return p.markers(d)
	}
	return nil
}

func firstUint16(d []byte) uint16 {
	if len(d) < 2 {
		return 0
	}
	return window.LE16(d)
}

// numbered returns the stream of a number; objects about it may stand before the one that makes it.
func (p *asf) numbered(n int) *streamOf {
	for _, s := range p.streams {
		if s.number == n {
			return s
		}
	}
	s := &streamOf{number: n, language: -1}
	p.streams = append(p.streams, s)
	return s
}

// stream reads a Stream Properties Object (3.3).
func (p *asf) stream(d []byte) {
	if len(d) < 54 {
		return
	}
	s := p.numbered(int(window.LE16(d[48:]) & 127))
	p.r.Description.Media.Encrypted = p.r.Description.Media.Encrypted || window.LE16(d[48:])&0x8000 != 0
	s.kind = string(d[:16])
	data := d[54:min(uint64(len(d)), 54+uint64(window.LE32(d[40:])))]
	switch s.kind {
	case audioMedia:
		if f, ok := codec.ParseWaveFormat(data); ok {
			f.Fill(&s.audio)
		}
	case videoMedia:
		if len(data) < 11+40 {
			return
		}
		height := int64(int32(window.LE32(data[11+8:])))
		s.video.Width, s.video.Height = int(window.LE32(data[11+4:])&0x7FFFFFFF), int(max(height, -height))
		s.video.Codec = codec.FourCCVideo(string(data[11+16 : 11+20]))
		if f, ok := codec.ParseConfig(s.video.Codec, data[11+40:]); ok {
			s.config = f
		}
	case imageMedia:
		s.video.Codec = "mjpeg"
	}
}

// moreStream reads an Extended Stream Properties Object (4.1), in which a stream's properties may stand.
func (p *asf) moreStream(o object, d []byte) error {
	if len(d) < 64 {
		return nil
	}
	s := p.numbered(int(window.LE16(d[48:]) & 127))
	s.bitRate, s.language, s.frame = int64(window.LE32(d[24:])), int(window.LE16(d[50:])), window.LE64(d[52:])
	names, extensions := int(window.LE16(d[60:])), int(window.LE16(d[62:]))
	at := 64
	for ; names > 0 && len(d) >= at+4; names-- {
		n := int(window.LE16(d[at+2:]))
		if n > len(d)-at-4 {
			return nil
		}
		if s.name == "" {
			s.name = text.Clean(text.UTF16(d[at+4:at+4+n], false))
		}
		at += 4 + n
	}
	for ; extensions > 0 && len(d) >= at+22; extensions-- {
		n := window.LE32(d[at+18:])
		if uint64(n) > uint64(len(d)-at-22) {
			return nil
		}
		at += 22 + int(n)
	}
	return p.objects(o.off+int64(at), o.off+o.size)
}

func (p *asf) languageList(d []byte) {
	n := int(firstUint16(d))
	for d = d[min(2, len(d)):]; n > 0 && len(d) >= 1 && len(d) > int(d[0]); n-- {
		size := int(d[0])
		p.languages = append(p.languages, language.Tag(text.UTF16(d[1:1+size], false)))
		d = d[1+size:]
	}
}

func (p *asf) hasVideo() bool {
	return slices.ContainsFunc(p.streams, func(s *streamOf) bool { return s.kind == videoMedia })
}

func (p *asf) finish() {
	m := p.r.Description.Media
	if preroll := float64(p.preroll) / 1e3; !p.live {
		if d := float64(p.play)/1e7 - preroll; d > 0 && d < 1e8 {
			m.DurationSeconds = d
		}
	}
	for _, s := range p.streams {
		language := ""
		if s.language >= 0 && s.language < len(p.languages) {
			language = p.languages[s.language]
		}
		switch s.kind {
		case videoMedia:
			v := s.video
			if s.frame > 0 {
				if r := 1e7 / float64(s.frame); r < 1000 {
					v.FrameRate = r
				}
			}
			s.config.Fill(&v)
			v.Language, v.Title, v.BitRate = language, s.name, s.bitRate
			if v.BitDepth == 0 {
				v.BitDepth = codec.FixedDepth(v.Codec)
			}
			m.Video = append(m.Video, v)
		case audioMedia:
			a := s.audio
			a.Language, a.Title = language, s.name
			if a.BitRate == 0 {
				a.BitRate = s.bitRate
			}
			m.Audio = append(m.Audio, a)
		}
	}
	m.BitRate = format.BitRate(p.w.Size(), m.DurationSeconds)
	switch {
	case len(m.Video) > 0:
		p.r.Kind = media.KindVideo
	case len(m.Audio) > 0:
		p.r.Kind = media.KindTrack
	}
	p.tags.Append(&p.more)
	p.tags.Describe(p.r)
}
