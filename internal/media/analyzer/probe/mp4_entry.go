package probe

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// mp4Entry is what a track's first sample entry says.
type mp4Entry struct {
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
func (p *mp4) sampleEntry(t *mp4Track, stsd box) error {
	walk := p.w.children(stsd, 8)
	if !walk.next() {
		return walk.err
	}
	b, e := walk.box, &t.entry
	e.codec = mp4CodecOf(t.handler, b.kind)
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
		e.codec = strings.ToLower(cleanText(latin1([]byte(b.kind)))) // nobody's name is better than its own
	}
	return nil
}

// videoEntry reads a VisualSampleEntry (12.1.3) and the boxes in it.
func (p *mp4) videoEntry(e *mp4Entry, b box) error {
	d, err := p.w.payload(b, 78)
	if err != nil {
		return err
	}
	if len(d) < 78 {
		return fmt.Errorf("%w: video sample entry", ErrMalformed)
	}
	e.video.Width, e.video.Height = int(be16(d[24:])), int(be16(d[26:]))
	e.video.Profile = proresProfiles[b.kind]
	switch b.kind {
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
		v.HDR = hdrKind(e.primaries, e.transfer, e.mastering)
	}
	if e.dolby {
		v.HDR = "dolby_vision"
	}
	return nil
}

// entryBoxes reads the boxes of a sample entry behind skip bytes of its fields. Lists of them may
// nest (wave, sinf, schi), which the depth budget bounds.
func (p *mp4) entryBoxes(e *mp4Entry, b box, skip int64) error {
	leave, err := p.w.Enter()
	if err != nil {
		return err
	}
	defer leave()
	walk := p.w.children(b, skip)
	for walk.next() {
		c := walk.box
		switch c.kind {
		case "wave", "sinf":
			if err := p.entryBoxes(e, c, 0); err != nil {
				return err
			}
			continue
		}
		d, err := p.w.payload(c, windowSize)
		if err != nil {
			return err
		}
		if !e.colourBox(c.kind, d) && !e.videoBox(c.kind, d) {
			e.soundBox(c.kind, d)
		}
	}
	return walk.err
}

// colourBox takes what boxes say of colour and dynamic range.
func (e *mp4Entry) colourBox(kind string, d []byte) bool {
	switch kind {
	case "colr":
		if len(d) >= 10 && (string(d[:4]) == "nclx" || string(d[:4]) == "nclc") {
			e.primaries, e.transfer = int(be16(d[4:])), int(be16(d[6:]))
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
func (e *mp4Entry) videoBox(kind string, d []byte) bool {
	var f pictureFormat
	switch kind {
	case "avcC":
		f, _ = parseAVCC(d)
		e.codec = "h264"
	case "hvcC":
		f, _ = parseHVCC(d)
		e.codec = "hevc"
	case "av1C":
		f, _ = parseAV1C(d)
	case "vpcC":
		if len(d) >= 9 {
			f = pictureFormat{profile: vpxProfile(d[4]), depth: int(d[6] >> 4), primaries: int(d[7]), transfer: int(d[8])}
		}
	case "vvcC":
		f = vvcFormat(d)
	default:
		return false
	}
	if f.transfer != 0 && e.transfer == 0 {
		e.primaries, e.transfer = f.primaries, f.transfer
	}
	f.rate, f.transfer = 0, 0 // the sample times know the rate better
	f.fill(&e.video)
	return true
}

func vpxProfile(p byte) string {
	if p > 3 {
		return ""
	}
	return "Profile " + string('0'+rune(p))
}

// vvcFormat reads the bit depth from a VvcDecoderConfigurationRecord (ISO/IEC 14496-15, 11.2.4.2).
func vvcFormat(d []byte) (f pictureFormat) {
	if len(d) >= 9 && d[4]&1 != 0 { // ptl_present_flag
		f.depth = 8 + int(d[7]>>5)
	}
	return f
}

// soundEntry reads an AudioSampleEntry (12.2.3), or one of QuickTime's versions 1 and 2.
func (p *mp4) soundEntry(e *mp4Entry, b box) error {
	d, err := p.w.payload(b, 64)
	if err != nil {
		return err
	}
	if len(d) < 28 {
		return fmt.Errorf("%w: sound sample entry", ErrMalformed)
	}
	skip := int64(28)
	a := &e.audio
	a.Channels, a.SampleRate = int(be16(d[16:])), int(be32(d[24:])>>16)
	depth := int(be16(d[18:]))
	switch be16(d[8:]) {
	case 1:
		skip += 16
	case 2:
		if len(d) < 64 {
			return fmt.Errorf("%w: sound sample entry of version 2", ErrMalformed)
		}
		skip += 36
		a.SampleRate, a.Channels = float64Rate(be64(d[32:])), int(min(be32(d[40:]), 1024))
		depth = int(min(be32(d[48:]), 64))
		if b.kind == "lpcm" {
			e.codec = lpcmCodec(depth, be32(d[52:]))
		}
	}
	if pcm, ok := pcmDepth(e.codec, b.kind, depth); ok {
		e.codec, a.BitDepth = pcm, depthOf(pcm)
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
	if n := int64(depthOf(e.codec)); n > 0 {
		a.BitDepth = int(n)
		a.BitRate = n * int64(a.Channels) * int64(a.SampleRate)
	}
	return nil
}

// textEntry reads what a subtitle's entry says beside its kind: forced by the flags of TextSampleEntry
// (3GPP TS 26.245, 5.16), and the codec of an MPEG-4 systems stream.
func (p *mp4) textEntry(e *mp4Entry, b box) error {
	d, err := p.w.payload(b, 12)
	if err != nil {
		return err
	}
	switch {
	case b.kind == "tx3g" && len(d) >= 12:
		e.forced = be32(d[8:])&0x80000000 != 0
	case b.kind == "mp4s":
		return p.entryBoxes(e, b, 8)
	}
	return nil
}
