package audio

import (
	"encoding/binary"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/riff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchDSF(head []byte, _ string) bool {
	return len(head) >= 28+52 && window.HasMagic(head, "DSD ") && string(head[28:32]) == "fmt "
}

// probeDSF reads a DSD Stream File (Sony, DSF File Format Specification 1.01): fixed chunks, and an
// ID3v2 tag where the first points to.
func probeDSF(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 28+52)
	if err != nil {
		return err
	}
	tagAt, f := window.LE64(b[20:]), b[28:]
	a := media.Audio{Codec: "dsd_lsbf_planar", Channels: int(window.LE32(f[24:]) & 0xFF), SampleRate: int(window.LE32(f[28:]) & 0xFFFFFFF), BitDepth: 1}
	if window.LE32(f[32:]) == 8 {
		a.Codec = "dsd_msbf_planar"
	}
	if window.LE32(f[16:]) != 0 {
		return fmt.Errorf("%w: format %d", window.ErrMalformed, window.LE32(f[16:]))
	}
	if a.SampleRate > 0 {
		r.SetDuration(float64(window.LE64(f[36:]))/float64(a.SampleRate), w.Size())
	}
	a.BitRate = int64(a.SampleRate) * int64(a.Channels)
	r.Description.Media.Audio = []media.Audio{a}
	if tagAt > 0 && tagAt < uint64(w.Size()) {
		tag, ok, err := tags.ReadID3(w, int64(tagAt))
		if err != nil {
			return err
		}
		if ok {
			m := tags.Music{ID3: tag}
			m.Describe(r)
		}
	} else if tagAt > 0 {
		return fmt.Errorf("%w: tag at %d", window.ErrTruncated, tagAt)
	}
	return nil
}

func matchDFF(head []byte, _ string) bool {
	return len(head) >= 16 && window.HasMagic(head, "FRM8") && string(head[12:16]) == "DSD "
}

// dffFile is what the chunks of a Direct Stream Digital Interchange File say (Philips, DSDIFF 1.5).
type dffFile struct {
	w      *window.Window
	audio  media.Audio
	sound  bool
	cut    bool
	time   float64
	titles tags.Set
	id3    *tags.ID3Tag
}

func probeDFF(w *window.Window, r *format.Result) error {
	f := dffFile{w: w, audio: media.Audio{Codec: "dsd_msbf", BitDepth: 1}}
	if err := f.walk(16, w.Size(), 0); err != nil {
		return err
	}
	if f.audio.SampleRate == 0 || f.audio.Channels == 0 {
		return fmt.Errorf("%w: no properties", window.ErrMalformed)
	}
	r.SetDuration(f.time, w.Size())
	f.audio.BitRate = format.BitRate(w.Size(), f.time)
	r.Description.Media.Audio = []media.Audio{f.audio}
	tags := tags.Music{ID3: f.id3, V1: &f.titles}
	tags.Describe(r)
	if f.cut || !f.sound {
		return fmt.Errorf("%w: the sound", window.ErrTruncated)
	}
	return nil
}

// walk reads the chunks between at and end. Groups of chunks stand in the file, and in nothing but it.
func (f *dffFile) walk(at, end int64, depth int) error {
	chunks := riff.Chunks{W: f.w, At: at, End: end, Order: binary.BigEndian, Wide: true}
	for chunks.Next() {
		c := chunks.Chunk
		switch {
		case c.ID == "PROP" && depth == 0 && c.Size > 4:
			if err := f.walk(c.Off+4, c.Off+c.Size, 1); err != nil {
				return err
			}
		case (c.ID == "DIIN" || c.ID == "DST ") && depth == 0:
			f.sound, f.cut = f.sound || c.ID == "DST ", f.cut || c.Cut
			if err := f.walk(c.Off, c.Off+c.Size, 1); err != nil {
				return err
			}
		default:
			if err := f.leaf(c); err != nil {
				return err
			}
		}
	}
	return chunks.Err
}

func (f *dffFile) leaf(c riff.Chunk) error {
	switch c.ID {
	case "ID3 ":
		if f.id3 == nil {
			tag, _, err := tags.ReadID3(f.w, c.Off)
			f.id3 = tag
			return err
		}
		return nil
	case "DSD ":
		f.sound, f.cut = true, c.Cut
		if bytesPerSecond := float64(f.audio.SampleRate) / 8 * float64(f.audio.Channels); bytesPerSecond > 0 {
			f.time = float64(c.Size) / bytesPerSecond
		}
		return nil
	case "FS  ", "CHNL", "CMPR", "FRTE", "DITI", "DIAR":
	default:
		return nil
	}
	b, err := f.w.Bytes(c.Off, int(min(c.Size, 1024)))
	if err != nil || len(b) < 2 {
		return err
	}
	switch {
	case c.ID == "CHNL":
		f.audio.Channels = int(window.BE16(b))
	case len(b) < 4:
	case c.ID == "FS  ":
		f.audio.SampleRate = int(window.BE32(b) & 0xFFFFFFF)
	case c.ID == "CMPR" && string(b[:4]) == "DST ":
		f.audio.Codec = "dst"
	case c.ID == "FRTE" && len(b) >= 6 && window.BE16(b[4:]) > 0:
		f.time = float64(window.BE32(b)) / float64(window.BE16(b[4:]))
	case c.ID == "DITI":
		f.text(tags.Title, b)
	case c.ID == "DIAR":
		f.text(tags.Artist, b)
	}
	return nil
}

// text reads a counted text.
func (f *dffFile) text(field tags.Field, b []byte) {
	n := min(uint64(window.BE32(b)), uint64(len(b)-4))
	var legacy tags.LegacyText
	legacy.Add(&f.titles, field, b[4:4+n])
	legacy.Flush()
}
