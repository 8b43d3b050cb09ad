package mp4

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// entry is what a track's first sample entry says.
type entry struct {
	codec     string
	encrypted bool
	forced    bool
	// configured says that a box described the sound: the entry's own fields are not to be trusted.
	configured bool
	video      media.Video
	audio      media.Audio

	primaries, transfer int
	mastering, dolby    bool
}

// sampleEntry reads the first entry of stsd (ISO/IEC 14496-12, 8.5.2) by the track's handler.
func (p *mp4) sampleEntry(t *track, stsd isobmff.Box) error {
	walk := isobmff.Children(p.w, stsd, 8)
	if !walk.Next() {
		return walk.Err
	}
	b, e := walk.Box, &t.entry
	e.codec = codec.EntryCodec(t.handler, b.Kind)
	var err error
	switch t.handler {
	case "vide", "auxv", "pict":
		err = p.videoEntry(e, b)
	case "soun":
		err = p.soundEntry(e, b)
	default:
		err = p.textEntry(e, b)
	}
	if err != nil {
		return err
	}
	if e.codec == "" && (t.handler == "vide" || t.handler == "soun") {
		e.codec = strings.ToLower(text.Clean(text.Latin1([]byte(b.Kind)))) // nobody's name is better than its own
	}
	return nil
}

// videoEntry reads a VisualSampleEntry (12.1.3) and the boxes in it.
func (p *mp4) videoEntry(e *entry, b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, 78)
	if err != nil {
		return err
	}
	if len(d) < 78 {
		return fmt.Errorf("%w: video sample entry", window.ErrMalformed)
	}
	e.video.Width, e.video.Height = int(window.BE16(d[24:])), int(window.BE16(d[26:]))
	e.video.Profile = codec.ProResProfiles[b.Kind]
	switch b.Kind {
	case "ap4h", "ap4x":
		e.video.BitDepth = 12
	case "apcn", "apch", "apcs", "apco", "CFHD", "v210", "r210", "R10k":
		e.video.BitDepth = 10
	}
	if err := p.entryBoxes(e, b, 78); err != nil {
		return err
	}
	v := &e.video
	if v.HDR == "" {
		v.HDR = codec.HDRKind(e.primaries, e.transfer, e.mastering)
	}
	if e.dolby {
		v.HDR = "dolby_vision"
	}
	return nil
}

// entryBoxes reads the boxes of a sample entry behind skip bytes of its fields. Lists of them may
// nest (wave, sinf, schi), which the depth budget bounds.
func (p *mp4) entryBoxes(e *entry, b isobmff.Box, skip int64) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := isobmff.Children(p.w, b, skip)
	for walk.Next() {
		c := walk.Box
		switch c.Kind {
		case "wave", "sinf":
			if err := p.entryBoxes(e, c, 0); err != nil {
				return err
			}
			continue
		}
		d, err := isobmff.Payload(p.w, c, window.Size)
		if err != nil {
			return err
		}
		if !e.colourBox(c.Kind, d) && !e.videoBox(c.Kind, d) {
			e.soundBox(c.Kind, d)
		}
	}
	return walk.Err
}

// colourBox takes what boxes say of colour and dynamic range.
func (e *entry) colourBox(kind string, d []byte) bool {
	switch kind {
	case "colr":
		if len(d) >= 10 && (string(d[:4]) == "nclx" || string(d[:4]) == "nclc") {
			e.primaries, e.transfer = int(window.BE16(d[4:])), int(window.BE16(d[6:]))
		}
	case "mdcv", "clli", "SmDm", "CoLL":
		e.mastering = true
	case "dvcC", "dvvC", "dvwC":
		e.dolby = true
	default:
		return false
	}
	return true
}

// videoBox takes the decoder configurations of video.
func (e *entry) videoBox(kind string, d []byte) bool {
	var f codec.Picture
	switch kind {
	case "avcC":
		f, _ = codec.ParseAVCC(d)
		e.codec = "h264"
	case "hvcC":
		f, _ = codec.ParseHVCC(d)
		e.codec = "hevc"
	case "av1C":
		f, _ = codec.ParseAV1C(d)
	case "vpcC":
		if len(d) >= 9 {
			f = codec.Picture{Profile: codec.VPXProfile(d[4]), Depth: int(d[6] >> 4), Primaries: int(d[7]), Transfer: int(d[8])}
		}
	case "vvcC":
		f = vvcFormat(d)
	default:
		return false
	}
	if f.Transfer != 0 && e.transfer == 0 {
		e.primaries, e.transfer = f.Primaries, f.Transfer
	}
	f.Rate, f.Transfer = 0, 0 // the sample times know the rate better
	f.Fill(&e.video)
	return true
}

// vvcFormat reads the bit depth from a VvcDecoderConfigurationRecord (ISO/IEC 14496-15, 11.2.4.2).
func vvcFormat(d []byte) (f codec.Picture) {
	if len(d) >= 9 && d[4]&1 != 0 { // ptl_present_flag
		f.Depth = 8 + int(d[7]>>5)
	}
	return f
}

// soundEntry reads an AudioSampleEntry (12.2.3), or one of QuickTime's versions 1 and 2.
func (p *mp4) soundEntry(e *entry, b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, 64)
	if err != nil {
		return err
	}
	if len(d) < 28 {
		return fmt.Errorf("%w: sound sample entry", window.ErrMalformed)
	}
	skip := int64(28)
	a := &e.audio
	a.Channels, a.SampleRate = int(window.BE16(d[16:])), int(window.BE32(d[24:])>>16)
	depth := int(window.BE16(d[18:]))
	switch window.BE16(d[8:]) {
	case 1:
		skip += 16
	case 2:
		if len(d) < 64 {
			return fmt.Errorf("%w: sound sample entry of version 2", window.ErrMalformed)
		}
		skip += 36
		a.SampleRate, a.Channels = float64Rate(window.BE64(d[32:])), int(min(window.BE32(d[40:]), 1024))
		depth = int(min(window.BE32(d[48:]), 64))
		if b.Kind == "lpcm" {
			e.codec = lpcmCodec(depth, window.BE32(d[52:]))
		}
	}
	if pcm, ok := pcmDepth(e.codec, b.Kind, depth); ok {
		e.codec, a.BitDepth = pcm, codec.PCMDepth(pcm)
	}
	if err := p.entryBoxes(e, b, skip); err != nil {
		return err
	}
	switch e.codec {
	case "amr_nb":
		a.SampleRate, a.Channels = 8000, 1
	case "amr_wb":
		a.SampleRate, a.Channels = 16000, 1
	}
	if n := int64(codec.PCMDepth(e.codec)); n > 0 {
		a.BitDepth = int(n)
		a.BitRate = n * int64(a.Channels) * int64(a.SampleRate)
	}
	return nil
}

// textEntry reads what a subtitle's entry says beside its kind: forced by the flags of TextSampleEntry
// (3GPP TS 26.245, 5.16), and the codec of an MPEG-4 systems stream.
func (p *mp4) textEntry(e *entry, b isobmff.Box) error {
	d, err := isobmff.Payload(p.w, b, 12)
	if err != nil {
		return err
	}
	switch {
	case b.Kind == "tx3g" && len(d) >= 12:
		e.forced = window.BE32(d[8:])&0x80000000 != 0
	case b.Kind == "mp4s":
		return p.entryBoxes(e, b, 8)
	}
	return nil
}
