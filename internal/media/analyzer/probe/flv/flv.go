// Package flv probes Flash video.
package flv

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// flv reads Flash Video (Adobe's Video File Format Specification 10.1, annex E, and Enhanced RTMP's
// additions): tags in a row, of which the first hold metadata and decoder configurations.
type flv struct {
	w *window.Window
	r *format.Result

	meta   map[string]value
	video  *media.Video
	audio  *media.Audio
	frames codec.AACFrames
	config codec.Picture
	times  []float64 // of video tags, in seconds
}

// The kinds of tags.
const (
	audio  = 8
	video  = 9
	script = 18
)

// tag is one tag; off and size are of its data.
type tag struct {
	kind byte
	time uint32 // milliseconds
	off  int64
	size int64
}

// next is where the following tag begins, behind the four bytes that repeat the size.
func (t tag) next() int64 { return t.off + t.size + 4 }

func isFLV(head []byte, _ string) bool {
	return len(head) >= 13 && string(head[:3]) == "FLV" && head[3] < 5 && window.BE32(head[5:]) >= 9 && window.BE32(head[5:]) < 1024
}

func tagAt(w *window.Window, off int64) (t tag, err error) {
	if err := w.Element(); err != nil {
		return t, err
	}
	h, err := w.Bytes(off, 11)
	if err != nil {
		return t, err
	}
	return tag{
		kind: h[0] & 31, size: int64(h[1])<<16 | int64(window.BE16(h[2:])),
		time: uint32(h[7])<<24 | uint32(h[4])<<16 | uint32(window.BE16(h[5:])), off: off + 11,
	}, nil
}

func probeFLV(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	p := &flv{w: w, r: r}
	if err := p.tags(int64(window.BE32(head[5:]))+4, head[4]); err != nil && !errors.Is(err, window.ErrTruncated) {
		return err
	}
	if p.video == nil && p.audio == nil {
		return fmt.Errorf("%w: no streams", window.ErrMalformed)
	}
	m := p.r.Description.Media
	last, whole, err := p.lastTime()
	if err != nil {
		return err
	}
	if d := p.meta["duration"].number; d > 0 && d < 1e8 {
		m.DurationSeconds = d
	} else {
		m.DurationSeconds = last
	}
	p.finish()
	if !whole {
		return fmt.Errorf("%w: last tag", window.ErrTruncated)
	}
	return nil
}

// tags walks the first tags until everything is known, as far as head and window reach. flags are the
// header's: 1 says that there is video, 4 sound.
func (p *flv) tags(off int64, flags byte) error {
	for range 512 {
		t, err := tagAt(p.w, off)
		if err != nil {
			return err
		}
		switch t.kind {
		case script:
			err = p.script(t)
		case video:
			err = p.videoTag(t)
		case audio:
			err = p.audioTag(t)
		default:
			return nil // the tags have been lost: what follows is anybody's guess
		}
		if err != nil {
			return err
		}
		off = t.next()
		rate := p.video == nil || p.meta["framerate"].number > 0 || p.config.Rate > 0 || len(p.times) >= 32
		enough := rate || off > window.HeadSize && len(p.times) >= 12
		if p.known(flags) && enough || off > window.HeadSize+window.Size && (enough || off > window.HeadSize+3*window.Size) {
			return nil
		}
	}
	return nil
}

func (p *flv) known(flags byte) bool {
	return (p.video != nil || flags&1 == 0) && (p.audio != nil && !p.mayExtend() || flags&4 == 0)
}

// videoCodecs are the codec ids of video tags.
var videoCodecs = [16]string{1: "mjpeg", 2: "flv1", 3: "flashsv", 4: "vp6f", 5: "vp6a", 6: "flashsv2", 7: "h264", 8: "h263", 9: "mpeg4", 12: "hevc", 13: "av1"}

// mayExtend reports whether frames have yet to tell what the sound is.
func (p *flv) mayExtend() bool { return codec.MayExtend(p.audio) && p.frames.Seen < codec.AACEnough }

func (p *flv) videoTag(t tag) error {
	d, err := p.w.Bytes(t.off, int(min(t.size, 2048)))
	if err != nil || len(d) < 2 {
		return err
	}
	p.times = append(p.times, float64(t.time)/1e3)
	codecName, config, isConfig := videoCodecs[d[0]&15], d[1:], false
	switch {
	case d[0]&0x80 != 0: // Enhanced RTMP: the low bits are the packet's type
		if len(d) < 5 {
			return nil
		}
		codecName, config, isConfig = codec.VideoEntries[string(d[1:5])], d[5:], d[0]&15 == 0
	case codecName == "h264" || codecName == "hevc" || codecName == "av1":
		if len(d) < 5 {
			return nil
		}
		config, isConfig = d[5:], d[1] == 0
		if t.size > 5 && d[1] == 1 && len(p.times) > 0 { // a composition offset makes the time of showing
			offset := int32(window.BE32(d[1:])<<8) >> 8
			p.times[len(p.times)-1] += float64(offset) / 1e3
		}
	}
	if isConfig {
		p.times = p.times[:len(p.times)-1] // it shows nothing
	}
	if p.video == nil {
		p.video = &media.Video{Codec: codecName}
	}
	if p.config.Profile != "" || p.config.Width != 0 {
		return nil
	}
	switch {
	case isConfig && codecName == "vp9":
		if len(config) >= 9 {
			p.config = codec.Picture{Profile: codec.VPXProfile(config[4]), Depth: int(config[6] >> 4), Primaries: int(config[7]), Transfer: int(config[8])}
		}
	case isConfig:
		p.config, _ = codec.ParseConfig(codecName, config)
	case codecName == "flv1":
		p.config = parseSorenson(config)
	case codecName == "vp6f" || codecName == "vp6a":
		p.config = parseVP6(config, codecName)
	}
	return nil
}

// parseSorenson reads the size in a picture header of Sorenson's H.263 (annex E.4.3 of the same).
func parseSorenson(b []byte) (f codec.Picture) {
	r := window.BitReader{B: b}
	if r.Bits(17) != 1 {
		return f
	}
	r.Skip(5 + 8)
	switch r.Bits(3) {
	case 0:
		f.Width, f.Height = int(r.Bits(8)), int(r.Bits(8))
	case 1:
		f.Width, f.Height = int(r.Bits(16)), int(r.Bits(16))
	case 2:
		f.Width, f.Height = 352, 288
	case 3:
		f.Width, f.Height = 176, 144
	case 4:
		f.Width, f.Height = 128, 96
	case 5:
		f.Width, f.Height = 320, 240
	case 6:
		f.Width, f.Height = 160, 120
	}
	return f
}

// parseVP6 reads the size in a key frame of VP6: macroblocks, less what the byte in front crops.
func parseVP6(b []byte, codec string) (f codec.Picture) {
	if len(b) < 1 {
		return f
	}
	crop := b[0]
	if b = b[1:]; codec == "vp6a" && len(b) >= 3 {
		b = b[3:]
	}
	if len(b) < 8 || b[0]&0x80 != 0 {
		return f
	}
	at := 2
	if b[0]&1 != 0 || b[1]&6 == 0 {
		at = 4
	}
	f.Height, f.Width = int(b[at])*16-int(crop&15), int(b[at+1])*16-int(crop>>4)
	return f
}

func (p *flv) audioTag(t tag) error {
	d, err := p.w.Bytes(t.off, int(min(t.size, 1024)))
	if err != nil || len(d) < 2 {
		return err
	}
	if p.audio != nil && (p.audio.Codec != "aac" || p.audio.Profile != "") {
		if p.mayExtend() && d[0]>>4 == 10 && d[1] == 1 && int64(len(d)) == t.size {
			p.frames.Frame(d[2:])
		}
		return nil
	}
	a := &media.Audio{Channels: 1 + int(d[0]&1), SampleRate: 5512 << (d[0] >> 2 & 3)}
	if a.SampleRate == 5512<<1 || a.SampleRate == 5512<<2 || a.SampleRate == 5512<<3 {
		a.SampleRate = 11025 << (d[0]>>2&3 - 1)
	}
	switch d[0] >> 4 {
	case 0, 3:
		a.Codec, a.BitDepth = "pcm_s16le", 16
		if d[0]&2 == 0 {
			a.Codec, a.BitDepth = "pcm_u8", 8
		}
	case 1:
		a.Codec = "adpcm_swf"
	case 2, 14:
		a.Codec = "mp3"
		codec.FrameHeader("mp3", d[1:], a)
	case 4:
		a.Codec, a.SampleRate, a.Channels = "nellymoser", 16000, 1
	case 5:
		a.Codec, a.SampleRate, a.Channels = "nellymoser", 8000, 1
	case 6:
		a.Codec = "nellymoser"
	case 7:
		a.Codec, a.SampleRate = "pcm_alaw", 8000
	case 8:
		a.Codec, a.SampleRate = "pcm_mulaw", 8000
	case 9: // Enhanced RTMP
		if len(d) < 5 {
			return nil
		}
		a.Codec = codec.AudioEntries[string(d[1:5])]
		if string(d[1:5]) == ".mp3" {
			a.Codec = "mp3"
		}
		if d[0]&15 == 0 {
			codec.ConfigureSound(a.Codec, d[5:], a)
		}
	case 10:
		a.Codec = "aac"
		if d[1] == 0 {
			codec.ConfigureSound("aac", d[2:], a)
		}
	case 11:
		a.Codec, a.SampleRate, a.Channels = "speex", 16000, 1
	default:
		return nil
	}
	p.audio = a
	return nil
}

// lastTime is the time of the last tag, in seconds, found by the size that stands at the end of the
// file. whole is false where the file does not end with a tag.
func (p *flv) lastTime() (last float64, whole bool, err error) {
	p.w.Ahead(512)
	defer p.w.Ahead(window.Size)
	end := p.w.Size()
	for range 8 { // metadata may stand last
		b, err := p.w.Bytes(end-4, 4)
		if err != nil {
			return 0, false, window.Forgive(err)
		}
		size := int64(window.BE32(b))
		if size < 11 || size > end-4-9 {
			return 0, false, nil
		}
		t, err := tagAt(p.w, end-4-size)
		if err != nil {
			return 0, false, err
		}
		if t.size != size-11 {
			return 0, false, nil
		}
		if t.kind == audio || t.kind == video {
			return float64(t.time) / 1e3, true, nil
		}
		end -= 4 + size
	}
	return 0, true, nil
}

func (p *flv) finish() {
	m := p.r.Description.Media
	if v := p.video; v != nil {
		number := func(name string) float64 { return p.meta[name].number }
		if w, h := number("width"), number("height"); w >= 1 && h >= 1 && w < 1<<16 && h < 1<<16 {
			v.Width, v.Height = int(w), int(h)
		}
		if p.config.Width > 0 && p.config.Height > 0 {
			v.Width, v.Height = p.config.Width, p.config.Height
		}
		if r := max(number("framerate"), number("videoframerate")); r > 0 && r < 1000 {
			v.FrameRate = r
		}
		p.config.Fill(v)
		if v.FrameRate == 0 {
			v.FrameRate = codec.MeasuredRate(p.times, 1e-3)
		}
		if v.FrameRate == 0 {
			v.FrameRate = codec.MeanRate(p.times)
		}
		if r := number("videodatarate"); r > 0 && r < math.MaxInt32 {
			v.BitRate = int64(r * 1000)
		}
		if v.BitDepth == 0 {
			v.BitDepth = codec.FixedDepth(v.Codec)
		}
		m.Video = append(m.Video, *v)
	}
	if a := p.audio; a != nil {
		p.frames.Apply(a)
		if r := p.meta["audiodatarate"].number; r > 0 && r < math.MaxInt32 && a.BitRate == 0 {
			a.BitRate = int64(r * 1000)
		}
		m.Audio = append(m.Audio, *a)
	}
	m.BitRate = format.BitRate(p.w.Size(), m.DurationSeconds)
	p.r.Kind = media.KindVideo
	if p.video == nil {
		p.r.Kind = media.KindTrack
	}
	var tags tags.Set
	for _, name := range slices.Sorted(maps.Keys(p.meta)) {
		tags.AddNamed(name, p.meta[name].text)
	}
	tags.Describe(p.r)
}
