// Package flv probes Flash video.
package flv

import (
	"cmp"
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
		if t.size > 5 && d[1] == 1 { // a composition offset makes the time of showing
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
	if p.config.Profile == "" && p.config.Width == 0 {
		p.picture(codecName, config, isConfig)
	}
	return nil
}

// picture reads what a configuration, or a frame of a codec without one, says of the picture.
func (p *flv) picture(codecName string, b []byte, isConfig bool) {
	switch {
	case isConfig && codecName == "vp9":
		if len(b) >= 9 {
			p.config = codec.Picture{
				Profile: codec.VPXProfile(b[4]), Depth: int(b[6] >> 4), Primaries: int(b[7]), Transfer: int(b[8]),
			}
		}
	case isConfig:
		p.config, _ = codec.ParseConfig(codecName, b)
	case codecName == "flv1":
		p.config = parseSorenson(b)
	case codecName == "vp6f" || codecName == "vp6a":
		p.config = parseVP6(b, codecName)
	}
}

// parseSorenson reads the size in a picture header of Sorenson's H.263 (annex E.4.3 of the same).
func parseSorenson(b []byte) (f codec.Picture) {
	r := window.BitReader{B: b}
	if r.Bits(17) != 1 {
		return f
	}
	r.Skip(5 + 8)
	switch size := r.Bits(3); size {
	case 0:
		f.Width, f.Height = int(r.Bits(8)), int(r.Bits(8))
	case 1:
		f.Width, f.Height = int(r.Bits(16)), int(r.Bits(16))
	default:
		fixed := [8][2]int{2: {352, 288}, 3: {176, 144}, 4: {128, 96}, 5: {320, 240}, 6: {160, 120}}[size]
		f.Width, f.Height = fixed[0], fixed[1]
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

// soundFormats are the formats of sound tags; a rate that is 0 is what the tag says, and so are the channels.
var soundFormats = [16]struct {
	codec          string
	rate, channels int
}{
	0: {codec: "pcm_s16le"}, 1: {codec: "adpcm_swf"}, 2: {codec: "mp3"}, 3: {codec: "pcm_s16le"},
	4: {"nellymoser", 16000, 1}, 5: {"nellymoser", 8000, 1}, 6: {codec: "nellymoser"},
	7: {codec: "pcm_alaw", rate: 8000}, 8: {codec: "pcm_mulaw", rate: 8000},
	10: {codec: "aac"}, 11: {"speex", 16000, 1}, 14: {codec: "mp3"},
}

// extendedSound is the format of Enhanced RTMP, whose tags name their codec by four letters.
const extendedSound = 9

func (p *flv) audioTag(t tag) error {
	d, err := p.w.Bytes(t.off, int(min(t.size, 1024)))
	if err != nil || len(d) < 2 {
		return err
	}
	if p.audio == nil || p.audio.Codec == "aac" && p.audio.Profile == "" {
		p.audio = cmp.Or(soundOf(d), p.audio)
	} else if p.mayExtend() && d[0]>>4 == 10 && d[1] == 1 && int64(len(d)) == t.size {
		p.frames.Frame(d[2:])
	}
	return nil
}

// soundOf reads the head of a sound tag, and the configuration behind it; nil where the format is none.
func soundOf(d []byte) *media.Audio {
	f := soundFormats[d[0]>>4]
	a := &media.Audio{
		Codec:      f.codec,
		Channels:   cmp.Or(f.channels, 1+int(d[0]&1)),
		SampleRate: cmp.Or(f.rate, [4]int{5512, 11025, 22050, 44100}[d[0]>>2&3]),
	}
	switch {
	case d[0]>>4 == extendedSound:
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
	case f.codec == "":
		return nil
	case f.codec == "pcm_s16le":
		a.BitDepth = 16
		if d[0]&2 == 0 {
			a.Codec, a.BitDepth = "pcm_u8", 8
		}
	case f.codec == "mp3":
		codec.FrameHeader("mp3", d[1:], a)
	case f.codec == "aac" && d[1] == 0:
		codec.ConfigureSound("aac", d[2:], a)
	}
	return a
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
	if p.video != nil {
		p.finishVideo(p.video)
		m.Video = append(m.Video, *p.video)
	}
	if a := p.audio; a != nil {
		p.frames.Apply(a)
		if a.BitRate == 0 {
			a.BitRate = p.dataRate("audiodatarate")
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

// dataRate is a rate that the metadata state, in bits a second; 0 where they do not.
func (p *flv) dataRate(name string) int64 {
	if r := p.meta[name].number; r > 0 && r < math.MaxInt32 {
		return int64(r * 1000)
	}
	return 0
}

func (p *flv) finishVideo(v *media.Video) {
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
	if r := p.dataRate("videodatarate"); r != 0 {
		v.BitRate = r
	}
	if v.BitDepth == 0 {
		v.BitDepth = codec.FixedDepth(v.Codec)
	}
}
