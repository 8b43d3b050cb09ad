package audio

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/riff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchAIFF(head []byte, _ string) bool {
	return len(head) >= 12 && string(head[:4]) == "FORM" && (string(head[8:12]) == "AIFF" || string(head[8:12]) == "AIFC")
}

// aiffFile is what the chunks of an Audio Interchange File say (Apple, AIFF 1.3 and AIFF-C).
type aiffFile struct {
	w      *window.Window
	audio  media.Audio
	frames float64
	rate   float64
	found  bool
	sound  bool
	cut    bool
	texts  tags.Set
	legacy tags.LegacyText
	id3    *tags.ID3Tag
}

func probeAIFF(w *window.Window, r *format.Result) error {
	f := aiffFile{w: w}
	chunks := riff.Chunks{W: w, At: 12, End: w.Size(), Order: binary.BigEndian}
	for chunks.Next() {
		if err := f.chunk(chunks.Chunk); err != nil {
			return err
		}
	}
	if chunks.Err != nil {
		return chunks.Err
	}
	if !f.found {
		return fmt.Errorf("%w: no common chunk", window.ErrMalformed)
	}
	m := r.Description.Media
	if f.rate > 0 {
		r.SetDuration(f.frames/f.rate, w.Size())
	}
	m.Audio = []media.Audio{f.audio}
	f.legacy.Flush()
	all := f.texts
	if f.id3 != nil {
		all = f.id3.Tags
		all.Fill(&f.texts)
		m.Artwork, m.Chapters = f.id3.Art.Art, f.id3.Chapters
	}
	all.Describe(r)
	if f.cut || !f.sound {
		return fmt.Errorf("%w: the sound", window.ErrTruncated)
	}
	return nil
}

func (f *aiffFile) chunk(c riff.Chunk) error {
	switch c.ID {
	case "COMM":
		b, err := f.w.Bytes(c.Off, int(min(c.Size, 22)))
		if err != nil || len(b) < 18 {
			return err
		}
		f.common(b)
	case "SSND":
		f.sound, f.cut = true, c.Cut
	case "NAME":
		return f.text(c, tags.Title)
	case "AUTH":
		return f.text(c, tags.Artist)
	case "ID3 ", "id3 ":
		if f.id3 == nil {
			tag, _, err := tags.ReadID3(f.w, c.Off)
			f.id3 = tag
			return err
		}
	}
	return nil
}

func (f *aiffFile) text(c riff.Chunk, field tags.Field) error {
	b, err := f.w.Bytes(c.Off, int(min(c.Size, tags.MaxValue)))
	if err != nil {
		return err
	}
	f.legacy.Add(&f.texts, field, b)
	return nil
}

func (f *aiffFile) common(b []byte) {
	channels, bits := int(window.BE16(b)), int(window.BE16(b[6:]))
	f.found, f.frames, f.rate = true, float64(window.BE32(b[2:])), extended(b[8:])
	f.audio = media.Audio{Channels: channels, SampleRate: int(f.rate)}
	kind := "NONE"
	if len(b) >= 22 {
		kind = string(b[18:22])
	}
	f.audio.Codec = aiffCodec(kind, bits)
	if strings.HasPrefix(f.audio.Codec, "pcm_") {
		f.audio.BitDepth = codec.PCMDepth(f.audio.Codec)
		if f.audio.BitDepth == 0 { // companded to a byte each, whatever it was before
			bits = 8
		}
		f.audio.BitRate = int64(channels) * int64((bits+7)/8*8) * int64(f.rate)
	}
	switch kind {
	case "ima4":
		f.frames *= 64 // counted in packets
	case "GSM ", "agsm":
		f.frames *= 160
	}
}

// aiffCodecs are the compressions of AIFF-C, but for plain samples.
var aiffCodecs = map[string]string{
	"raw ": "pcm_u8", "in24": "pcm_s24be", "in32": "pcm_s32be", "42ni": "pcm_s24le", "23ni": "pcm_s32le",
	"fl32": "pcm_f32be", "FL32": "pcm_f32be", "fl64": "pcm_f64be", "FL64": "pcm_f64be",
	"alaw": "pcm_alaw", "ALAW": "pcm_alaw", "ulaw": "pcm_mulaw", "ULAW": "pcm_mulaw",
	"ima4": "adpcm_ima_qt", "G722": "adpcm_g722", "G726": "adpcm_g726le", "GSM ": "gsm", "agsm": "gsm",
	"MAC3": "mace3", "MAC6": "mace6", "QDM2": "qdm2", "QDMC": "qdmc",
}

// aiffCodec names the compression of AIFF-C.
func aiffCodec(kind string, bits int) string {
	switch kind {
	case "NONE", "twos", "sowt":
		return codec.PCMName(bits, false, kind != "sowt")
	}
	return aiffCodecs[kind]
}

// extended reads the floating-point number of 80 bits with which AIFF states its rate (Apple SANE).
func extended(b []byte) float64 {
	exponent := int(window.BE16(b)&0x7FFF) - 16383 - 63
	v := math.Ldexp(float64(window.BE64(b[2:])), exponent)
	if b[0]&0x80 != 0 || math.IsInf(v, 0) || v > 1e8 {
		return 0
	}
	return v
}
