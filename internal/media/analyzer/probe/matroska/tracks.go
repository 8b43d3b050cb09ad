package matroska

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// The elements of a TrackEntry (RFC 9559, 5.1.4).
const (
	trackEntry      = 0xAE
	trackNumber     = 0xD7
	trackUID        = 0x73C5
	trackType       = 0x83
	flagDefault     = 0x88
	flagForced      = 0x55AA
	defaultDuration = 0x23E383
	name            = 0x536E
	mkvLanguage     = 0x22B59C
	languageBCP47   = 0x22B59D
	codecID         = 0x86
	codecPrivate    = 0x63A2
	encodings       = 0x6D80
	encoding        = 0x6240
	encryption      = 0x5035
	addition        = 0x41E4
	additionType    = 0x41E7

	video        = 0xE0
	pixelWidth   = 0xB0
	pixelHeight  = 0xBA
	colour       = 0x55B0
	mkvBits      = 0x55B2
	mkvTransfer  = 0x55BA
	mkvPrimaries = 0x55BB
	maxCLL       = 0x55BC
	mastering    = 0x55D0

	audio      = 0xE1
	sampling   = 0xB5
	mkvOutput  = 0x78B5
	channelsOf = 0x9F
	bitDepth   = 0x6264
)

// The types of tracks (RFC 9559, 27.2).
const (
	typeVideo    = 1
	typeAudio    = 2
	typeSubtitle = 17
)

// track is one TrackEntry.
type track struct {
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
	frames    codec.AACFrames

	video               media.Video
	audio               media.Audio
	primaries, transfer int
	mastering, dolby    bool
}

func (p *matroska) trackList(e ebmlElement) error {
	walk := inside(p.w, e)
	for walk.next() {
		if walk.el.id != trackEntry {
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

func (p *matroska) track(e ebmlElement) (*track, error) {
	leave, err := p.w.Enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	// The defaults of the specification: enabled for players, and English.
	t := &track{byDefault: true, language: "eng"}
	t.audio.Channels, t.audio.SampleRate = 1, 8000
	walk := inside(p.w, e)
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
		if private, err = p.w.Bytes(t.private.off, int(min(t.private.size, aside))); err != nil {
			return nil, err
		}
	}
	t.understand(private)
	return t, nil
}

func (t *track) element(w *window.Window, e ebmlElement) (err error) {
	switch e.id {
	case codecPrivate:
		t.private = e
	case name:
		t.name, err = ebmlText(w, e, 512)
	case mkvLanguage:
		t.language, err = ebmlText(w, e, 64)
	case languageBCP47:
		t.bcp47, err = ebmlText(w, e, 64)
	case codecID:
		t.codecID, err = ebmlText(w, e, 64)
	case video:
		err = t.videoElements(w, e)
	case audio:
		err = t.audioElements(w, e)
	case encodings:
		err = t.encodings(w, e)
	case addition:
		err = t.addition(w, e)
	case trackNumber, trackUID, trackType, flagDefault, flagForced, defaultDuration:
		var v uint64
		v, err = ebmlUint(w, e)
		switch e.id {
		case trackNumber:
			t.number = v
		case trackUID:
			t.uid = v
		case trackType:
			t.kind = v
		case flagDefault:
			t.byDefault = v != 0
		case flagForced:
			t.forced = v != 0
		case defaultDuration:
			t.frame = v
		}
	}
	return err
}

func (t *track) videoElements(w *window.Window, e ebmlElement) error {
	walk := inside(w, e)
	for walk.next() {
		switch walk.el.id {
		case pixelWidth, pixelHeight:
			v, err := ebmlUint(w, walk.el)
			if err != nil {
				return err
			}
			if v > math.MaxInt32 {
				v = 0
			}
			if walk.el.id == pixelWidth {
				t.video.Width = int(v)
			} else {
				t.video.Height = int(v)
			}
		case colour:
			if err := t.colour(w, walk.el); err != nil {
				return err
			}
		}
	}
	return walk.err
}

func (t *track) colour(w *window.Window, e ebmlElement) error {
	walk := inside(w, e)
	for walk.next() {
		v, err := ebmlUint(w, walk.el)
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
		case maxCLL, mastering:
			t.mastering = true
		}
	}
	return walk.err
}

func (t *track) audioElements(w *window.Window, e ebmlElement) error {
	output := false
	walk := inside(w, e)
	for walk.next() {
		switch walk.el.id {
		case sampling, mkvOutput:
			v, err := ebmlFloat(w, walk.el)
			if err != nil {
				return err
			}
			if v >= 1 && v < 1e8 && (walk.el.id == mkvOutput || !output) {
				t.audio.SampleRate, output = int(v+0.5), walk.el.id == mkvOutput
			}
		case channelsOf, bitDepth:
			v, err := ebmlUint(w, walk.el)
			if err != nil {
				return err
			}
			if walk.el.id == channelsOf {
				t.audio.Channels = int(min(v, 1024))
			} else {
				t.audio.BitDepth = int(min(v, 64))
			}
		}
	}
	return walk.err
}

// encodings says only whether the track is encrypted; compression does not touch what is read here.
func (t *track) encodings(w *window.Window, e ebmlElement) error {
	walk := inside(w, e)
	for walk.next() {
		if walk.el.id != encoding {
			continue
		}
		inner := inside(w, walk.el)
		for inner.next() {
			t.encrypted = t.encrypted || inner.el.id == encryption
		}
		if inner.err != nil {
			return inner.err
		}
	}
	return walk.err
}

// addition finds Dolby Vision's configuration among the block additions ("dvcC", "dvvC", "dvwC").
func (t *track) addition(w *window.Window, e ebmlElement) error {
	walk := inside(w, e)
	for walk.next() {
		if walk.el.id != additionType {
			continue
		}
		v, err := ebmlUint(w, walk.el)
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
func (t *track) describe(m *media.Media) {
	spoken := language.Tag(t.language)
	if b := language.Tag(t.bcp47); b != "" {
		spoken = b
	}
	title := text.Clean(t.name)
	m.Encrypted = m.Encrypted || t.encrypted
	switch t.kind {
	case typeVideo:
		v := t.video
		v.Codec, v.Language, v.Title, v.Default, v.Forced = t.codec, spoken, title, t.byDefault, t.forced
		if t.frame > 0 {
			if r := 1e9 / float64(t.frame); r < 1000 {
				v.FrameRate = r
			}
		}
		if v.HDR == "" {
			v.HDR = codec.HDRKind(t.primaries, t.transfer, t.mastering)
		}
		if t.dolby {
			v.HDR = "dolby_vision"
		}
		if v.BitDepth == 0 {
			v.BitDepth = codec.FixedDepth(t.codec)
		}
		m.Video = append(m.Video, v)
	case typeAudio:
		a := t.audio
		a.Codec, a.Language, a.Title, a.Default, a.Forced = t.codec, spoken, title, t.byDefault, t.forced
		if t.codec == "opus" {
			a.SampleRate = 48000 // what it decodes to, whatever the track states (RFC 7845, 5.1)
		}
		m.Audio = append(m.Audio, a)
	case typeSubtitle:
		m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: t.codec, Language: spoken, Title: title, Default: t.byDefault, Forced: t.forced})
	}
}
