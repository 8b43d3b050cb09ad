package probe

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/language"
)

// The elements of a TrackEntry (RFC 9559, 5.1.4).
const (
	mkvTrackEntry      = 0xAE
	mkvTrackNumber     = 0xD7
	mkvTrackUID        = 0x73C5
	mkvTrackType       = 0x83
	mkvFlagDefault     = 0x88
	mkvFlagForced      = 0x55AA
	mkvDefaultDuration = 0x23E383
	mkvName            = 0x536E
	mkvLanguage        = 0x22B59C
	mkvLanguageBCP47   = 0x22B59D
	mkvCodecID         = 0x86
	mkvCodecPrivate    = 0x63A2
	mkvEncodings       = 0x6D80
	mkvEncoding        = 0x6240
	mkvEncryption      = 0x5035
	mkvAddition        = 0x41E4
	mkvAdditionType    = 0x41E7

	mkvVideo       = 0xE0
	mkvPixelWidth  = 0xB0
	mkvPixelHeight = 0xBA
	mkvColour      = 0x55B0
	mkvBits        = 0x55B2
	mkvTransfer    = 0x55BA
	mkvPrimaries   = 0x55BB
	mkvMaxCLL      = 0x55BC
	mkvMastering   = 0x55D0

	mkvAudio      = 0xE1
	mkvSampling   = 0xB5
	mkvOutput     = 0x78B5
	mkvChannelsOf = 0x9F
	mkvBitDepth   = 0x6264
)

// The types of tracks (RFC 9559, 27.2).
const (
	mkvTypeVideo    = 1
	mkvTypeAudio    = 2
	mkvTypeSubtitle = 17
)

// mkvTrack is one TrackEntry.
type mkvTrack struct {
	number    uint64
	uid       uint64
	kind      uint64
	byDefault bool
	forced    bool
	encrypted bool
	looked    bool // at its first frame
	name      string
	language  string // the old element's, ISO 639-2, "eng" where it is missing
	bcp47     string
	codecID   string
	codec     string
	frame     uint64 // nanoseconds
	private   ebmlElement
	frames    aacFrames

	video               media.Video
	audio               media.Audio
	primaries, transfer int
	mastering, dolby    bool
}

func (p *matroska) trackList(e ebmlElement) error {
	walk := p.w.inside(e)
	for walk.next() {
		if walk.el.id != mkvTrackEntry {
			continue
		}
		t, err := p.track(walk.el)
		if err != nil {
			return err
		}
		p.tracks = append(p.tracks, t)
	}
	return walk.err
}

func (p *matroska) track(e ebmlElement) (*mkvTrack, error) {
	leave, err := p.w.Enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	// The defaults of the specification: enabled for players, and English.
	t := &mkvTrack{byDefault: true, language: "eng"}
	t.audio.Channels, t.audio.SampleRate = 1, 8000
	walk := p.w.inside(e)
	for walk.next() {
		if err := t.element(p.w, walk.el); err != nil {
			return nil, err
		}
	}
	if walk.err != nil {
		return nil, walk.err
	}
	var private []byte
	if t.private.size > 0 {
		if private, err = p.w.Bytes(t.private.off, int(min(t.private.size, mkvAside))); err != nil {
			return nil, err
		}
	}
	t.understand(private)
	return t, nil
}

func (t *mkvTrack) element(w *Window, e ebmlElement) (err error) {
	switch e.id {
	case mkvCodecPrivate:
		t.private = e
	case mkvName:
		t.name, err = w.ebmlText(e, 512)
	case mkvLanguage:
		t.language, err = w.ebmlText(e, 64)
	case mkvLanguageBCP47:
		t.bcp47, err = w.ebmlText(e, 64)
	case mkvCodecID:
		t.codecID, err = w.ebmlText(e, 64)
	case mkvVideo:
		err = t.videoElements(w, e)
	case mkvAudio:
		err = t.audioElements(w, e)
	case mkvEncodings:
		err = t.encodings(w, e)
	case mkvAddition:
		err = t.addition(w, e)
	case mkvTrackNumber, mkvTrackUID, mkvTrackType, mkvFlagDefault, mkvFlagForced, mkvDefaultDuration:
		var v uint64
		v, err = w.ebmlUint(e)
		switch e.id {
		case mkvTrackNumber:
			t.number = v
		case mkvTrackUID:
			t.uid = v
		case mkvTrackType:
			t.kind = v
		case mkvFlagDefault:
			t.byDefault = v != 0
		case mkvFlagForced:
			t.forced = v != 0
		case mkvDefaultDuration:
			t.frame = v
		}
	}
	return err
}

func (t *mkvTrack) videoElements(w *Window, e ebmlElement) error {
	walk := w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvPixelWidth, mkvPixelHeight:
			v, err := w.ebmlUint(walk.el)
			if err != nil {
				return err
			}
			if v > math.MaxInt32 {
				v = 0
			}
			if walk.el.id == mkvPixelWidth {
				t.video.Width = int(v)
			} else {
				t.video.Height = int(v)
			}
		case mkvColour:
			if err := t.colour(w, walk.el); err != nil {
				return err
			}
		}
	}
	return walk.err
}

func (t *mkvTrack) colour(w *Window, e ebmlElement) error {
	walk := w.inside(e)
	for walk.next() {
		v, err := w.ebmlUint(walk.el)
		if err != nil {
			return err
		}
		switch walk.el.id {
		case mkvBits:
			t.video.BitDepth = int(min(v, 32))
		case mkvTransfer:
			t.transfer = int(min(v, 255))
		case mkvPrimaries:
			t.primaries = int(min(v, 255))
		case mkvMaxCLL, mkvMastering:
			t.mastering = true
		}
	}
	return walk.err
}

func (t *mkvTrack) audioElements(w *Window, e ebmlElement) error {
	output := false
	walk := w.inside(e)
	for walk.next() {
		switch walk.el.id {
		case mkvSampling, mkvOutput:
			v, err := w.ebmlFloat(walk.el)
			if err != nil {
				return err
			}
			if v >= 1 && v < 1e8 && (walk.el.id == mkvOutput || !output) {
				t.audio.SampleRate, output = int(v+0.5), walk.el.id == mkvOutput
			}
		case mkvChannelsOf, mkvBitDepth:
			v, err := w.ebmlUint(walk.el)
			if err != nil {
				return err
			}
			if walk.el.id == mkvChannelsOf {
				t.audio.Channels = int(min(v, 1024))
			} else {
				t.audio.BitDepth = int(min(v, 64))
			}
		}
	}
	return walk.err
}

// encodings says only whether the track is encrypted; compression does not touch what is read here.
func (t *mkvTrack) encodings(w *Window, e ebmlElement) error {
	walk := w.inside(e)
	for walk.next() {
		if walk.el.id != mkvEncoding {
			continue
		}
		inner := w.inside(walk.el)
		for inner.next() {
			t.encrypted = t.encrypted || inner.el.id == mkvEncryption
		}
		if inner.err != nil {
			return inner.err
		}
	}
	return walk.err
}

// addition finds Dolby Vision's configuration among the block additions ("dvcC", "dvvC", "dvwC").
func (t *mkvTrack) addition(w *Window, e ebmlElement) error {
	walk := w.inside(e)
	for walk.next() {
		if walk.el.id != mkvAdditionType {
			continue
		}
		v, err := w.ebmlUint(walk.el)
		if err != nil {
			return err
		}
		switch v {
		case 0x64766343, 0x64767643, 0x64767743:
			t.dolby = true
		}
	}
	return walk.err
}

// describe adds the track to m.
func (t *mkvTrack) describe(m *media.Media) {
	spoken := language.Tag(t.language)
	if b := language.Tag(t.bcp47); b != "" {
		spoken = b
	}
	title := cleanText(t.name)
	m.Encrypted = m.Encrypted || t.encrypted
	switch t.kind {
	case mkvTypeVideo:
		v := t.video
		v.Codec, v.Language, v.Title, v.Default, v.Forced = t.codec, spoken, title, t.byDefault, t.forced
		if t.frame > 0 {
			if r := 1e9 / float64(t.frame); r < 1000 {
				v.FrameRate = r
			}
		}
		if v.HDR == "" {
			v.HDR = hdrKind(t.primaries, t.transfer, t.mastering)
		}
		if t.dolby {
			v.HDR = "dolby_vision"
		}
		if v.BitDepth == 0 {
			v.BitDepth = fixedDepth(t.codec)
		}
		m.Video = append(m.Video, v)
	case mkvTypeAudio:
		a := t.audio
		a.Codec, a.Language, a.Title, a.Default, a.Forced = t.codec, spoken, title, t.byDefault, t.forced
		m.Audio = append(m.Audio, a)
	case mkvTypeSubtitle:
		m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: t.codec, Language: spoken, Title: title, Default: t.byDefault, Forced: t.forced})
	}
}
