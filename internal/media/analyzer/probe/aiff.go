package probe

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func matchAIFF(head []byte, _ string) bool {
	return len(head) >= 12 && string(head[:4]) == "FORM" && (string(head[8:12]) == "AIFF" || string(head[8:12]) == "AIFC")
}

// aiffFile is what the chunks of an Audio Interchange File say (Apple, AIFF 1.3 and AIFF-C).
type aiffFile struct {
	w      *Window
	audio  media.Audio
	frames float64
	rate   float64
	found  bool
	sound  bool
	cut    bool
	texts  tagSet
	legacy legacyText
	id3    *id3Tag
}

func probeAIFF(w *Window, r *Result) error {
	f := aiffFile{w: w}
	chunks := soundChunks{w: w, at: 12, end: w.Size(), order: binary.BigEndian}
	for chunks.next() {
		if err := f.chunk(chunks.chunk); err != nil {
			return err
		}
	}
	if chunks.err != nil {
		return chunks.err
	}
	if !f.found {
		return fmt.Errorf("%w: no common chunk", ErrMalformed)
	}
	m := r.Description.Media
	if f.rate > 0 {
		r.SetDuration(f.frames/f.rate, w.Size())
	}
	m.Audio = []media.Audio{f.audio}
	f.legacy.flush()
	all := f.texts
	if f.id3 != nil {
		all = f.id3.tags
		all.fill(&f.texts)
		m.Artwork, m.Chapters = f.id3.art.art, f.id3.chapters
	}
	all.describe(r)
	if f.cut || !f.sound {
		return fmt.Errorf("%w: the sound", ErrTruncated)
	}
	return nil
}

func (f *aiffFile) chunk(c soundChunk) error {
	switch c.id {
	case "COMM":
		b, err := f.w.Bytes(c.off, int(min(c.size, 22)))
		if err != nil || len(b) < 18 {
			return err
		}
		f.common(b)
	case "SSND":
		f.sound, f.cut = true, c.cut
	case "NAME":
		return f.text(c, tagTitle)
	case "AUTH":
		return f.text(c, tagArtist)
	case "ID3 ", "id3 ":
		if f.id3 == nil {
			tag, _, err := readID3(f.w, c.off)
			f.id3 = tag
			return err
		}
	}
	return nil
}

func (f *aiffFile) text(c soundChunk, field tagField) error {
	b, err := f.w.Bytes(c.off, int(min(c.size, maxTagValue)))
	if err != nil {
		return err
	}
	f.legacy.add(&f.texts, field, b)
	return nil
}

func (f *aiffFile) common(b []byte) {
	channels, bits := int(be16(b)), int(be16(b[6:]))
	f.found, f.frames, f.rate = true, float64(be32(b[2:])), extended(b[8:])
	f.audio = media.Audio{Channels: channels, SampleRate: int(f.rate)}
	kind := "NONE"
	if len(b) >= 22 {
		kind = string(b[18:22])
	}
	f.audio.Codec = aiffCodec(kind, bits)
	if strings.HasPrefix(f.audio.Codec, "pcm_") {
		f.audio.BitDepth = depthOf(f.audio.Codec)
		f.audio.BitRate = int64(channels) * int64((bits+7)/8*8) * int64(f.rate)
	}
	switch kind {
	case "ima4":
		f.frames *= 64 // counted in packets
	case "GSM ", "agsm":
		f.frames *= 160
	}
}

// aiffCodec names the compression of AIFF-C.
func aiffCodec(kind string, bits int) string {
	switch kind {
	case "NONE", "twos":
		switch {
		case bits <= 8:
			return "pcm_s8"
		case bits <= 16:
			return "pcm_s16be"
		case bits <= 24:
			return "pcm_s24be"
		}
		return "pcm_s32be"
	case "sowt":
		switch {
		case bits <= 8:
			return "pcm_s8"
		case bits <= 16:
			return "pcm_s16le"
		case bits <= 24:
			return "pcm_s24le"
		}
		return "pcm_s32le"
	case "raw ":
		return "pcm_u8"
	case "in24":
		return "pcm_s24be"
	case "in32":
		return "pcm_s32be"
	case "42ni", "23ni":
		return "pcm_s" + map[string]string{"42ni": "24", "23ni": "32"}[kind] + "le"
	case "fl32", "FL32":
		return "pcm_f32be"
	case "fl64", "FL64":
		return "pcm_f64be"
	case "alaw", "ALAW":
		return "pcm_alaw"
	case "ulaw", "ULAW":
		return "pcm_mulaw"
	case "ima4":
		return "adpcm_ima_qt"
	case "MAC3":
		return "mace3"
	case "MAC6":
		return "mace6"
	case "GSM ", "agsm":
		return "gsm"
	case "QDM2":
		return "qdm2"
	case "QDMC":
		return "qdmc"
	case "G722":
		return "adpcm_g722"
	case "G726":
		return "adpcm_g726le"
	}
	return ""
}
