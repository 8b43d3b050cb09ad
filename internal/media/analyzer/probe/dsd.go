package probe

import (
	"encoding/binary"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func matchDSF(head []byte, _ string) bool {
	return len(head) >= 28+52 && hasMagic(head, "DSD ") && string(head[28:32]) == "fmt "
}

// probeDSF reads a DSD Stream File (Sony, DSF File Format Specification 1.01): fixed chunks, and an
// ID3v2 tag where the first points to.
func probeDSF(w *Window, r *Result) error {
	b, err := w.Bytes(0, 28+52)
	if err != nil {
		return err
	}
	tagAt, f := le64(b[20:]), b[28:]
	a := media.Audio{Codec: "dsd_lsbf_planar", Channels: int(le32(f[24:]) & 0xFF), SampleRate: int(le32(f[28:]) & 0xFFFFFFF), BitDepth: 1}
	if le32(f[32:]) == 8 {
		a.Codec = "dsd_msbf_planar"
	}
	if le32(f[16:]) != 0 {
		return fmt.Errorf("%w: format %d", ErrMalformed, le32(f[16:]))
	}
	if a.SampleRate > 0 {
		r.SetDuration(float64(le64(f[36:]))/float64(a.SampleRate), w.Size())
	}
	a.BitRate = int64(a.SampleRate) * int64(a.Channels)
	r.Description.Media.Audio = []media.Audio{a}
	if tagAt > 0 && tagAt < uint64(w.Size()) {
		tag, ok, err := readID3(w, int64(tagAt))
		if err != nil {
			return err
		}
		if ok {
			m := musicTags{id3: tag}
			m.describe(r)
		}
	} else if tagAt > 0 {
		return fmt.Errorf("%w: tag at %d", ErrTruncated, tagAt)
	}
	return nil
}

func matchDFF(head []byte, _ string) bool {
	return len(head) >= 16 && hasMagic(head, "FRM8") && string(head[12:16]) == "DSD "
}

// dffFile is what the chunks of a Direct Stream Digital Interchange File say (Philips, DSDIFF 1.5).
type dffFile struct {
	w      *Window
	audio  media.Audio
	sound  bool
	cut    bool
	time   float64
	titles tagSet
	id3    *id3Tag
}

func probeDFF(w *Window, r *Result) error {
	f := dffFile{w: w, audio: media.Audio{Codec: "dsd_msbf", BitDepth: 1}}
	if err := f.walk(16, w.Size(), 0); err != nil {
		return err
	}
	if f.audio.SampleRate == 0 || f.audio.Channels == 0 {
		return fmt.Errorf("%w: no properties", ErrMalformed)
	}
	r.SetDuration(f.time, w.Size())
	f.audio.BitRate = bitRate(w.Size(), f.time)
	r.Description.Media.Audio = []media.Audio{f.audio}
	tags := musicTags{id3: f.id3, v1: &f.titles}
	tags.describe(r)
	if f.cut || !f.sound {
		return fmt.Errorf("%w: the sound", ErrTruncated)
	}
	return nil
}

// walk reads the chunks between at and end. Groups of chunks stand in the file, and in nothing but it.
func (f *dffFile) walk(at, end int64, depth int) error {
	chunks := soundChunks{w: f.w, at: at, end: end, order: binary.BigEndian, wide: true}
	for chunks.next() {
		c := chunks.chunk
		switch {
		case c.id == "PROP" && depth == 0 && c.size > 4:
			if err := f.walk(c.off+4, c.off+c.size, 1); err != nil {
				return err
			}
		case (c.id == "DIIN" || c.id == "DST ") && depth == 0:
			f.sound, f.cut = f.sound || c.id == "DST ", f.cut || c.cut
			if err := f.walk(c.off, c.off+c.size, 1); err != nil {
				return err
			}
		default:
			if err := f.leaf(c); err != nil {
				return err
			}
		}
	}
	return chunks.err
}

func (f *dffFile) leaf(c soundChunk) error {
	switch c.id {
	case "ID3 ":
		if f.id3 == nil {
			tag, _, err := readID3(f.w, c.off)
			f.id3 = tag
			return err
		}
		return nil
	case "DSD ":
		f.sound, f.cut = true, c.cut
		if bytesPerSecond := float64(f.audio.SampleRate) / 8 * float64(f.audio.Channels); bytesPerSecond > 0 {
			f.time = float64(c.size) / bytesPerSecond
		}
		return nil
	case "FS  ", "CHNL", "CMPR", "FRTE", "DITI", "DIAR":
	default:
		return nil
	}
	b, err := f.w.Bytes(c.off, int(min(c.size, 1024)))
	if err != nil || len(b) < 2 {
		return err
	}
	switch {
	case c.id == "CHNL":
		f.audio.Channels = int(be16(b))
	case len(b) < 4:
	case c.id == "FS  ":
		f.audio.SampleRate = int(be32(b) & 0xFFFFFFF)
	case c.id == "CMPR" && string(b[:4]) == "DST ":
		f.audio.Codec = "dst"
	case c.id == "FRTE" && len(b) >= 6 && be16(b[4:]) > 0:
		f.time = float64(be32(b)) / float64(be16(b[4:]))
	case c.id == "DITI":
		f.text(tagTitle, b)
	case c.id == "DIAR":
		f.text(tagArtist, b)
	}
	return nil
}

// text reads a counted text.
func (f *dffFile) text(field tagField, b []byte) {
	n := min(uint64(be32(b)), uint64(len(b)-4))
	var legacy legacyText
	legacy.add(&f.titles, field, b[4:4+n])
	legacy.flush()
}
