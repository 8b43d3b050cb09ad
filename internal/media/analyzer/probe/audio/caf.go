package audio

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/riff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// cafFile is what the chunks of a Core Audio Format file say (Apple, Core Audio Format Specification 1.0).
type cafFile struct {
	w               *window.Window
	audio           media.Audio
	rate            float64
	bytesPerPacket  uint32
	framesPerPacket uint32
	data            int64
	frames          int64 // as the packet table states them; -1: it is none
	cut             bool
	tags            tags.Set
}

func probeCAF(w *window.Window, r *format.Result) error {
	f := cafFile{w: w, frames: -1, data: -1}
	chunks := riff.Chunks{W: w, At: 8, End: w.Size(), Order: binary.BigEndian, Wide: true}
	for chunks.Next() {
		c := chunks.Chunk
		if c.ID == "data" && c.Cut {
			b, err := w.Bytes(c.Off-8, 8)
			if err != nil {
				return err
			}
			c.Cut = window.BE64(b) != math.MaxUint64 // all ones: to the end
		}
		if err := f.chunk(c); err != nil {
			return err
		}
		chunks.At = c.Off + c.Size // no padding here
	}
	if chunks.Err != nil {
		return chunks.Err
	}
	if f.audio.Codec == "" && f.rate == 0 {
		return fmt.Errorf("%w: no description", window.ErrMalformed)
	}
	f.describe(r)
	if f.cut || f.data < 0 {
		return fmt.Errorf("%w: the sound", window.ErrTruncated)
	}
	return nil
}

func (f *cafFile) chunk(c riff.Chunk) error {
	switch c.ID {
	case "desc":
		b, err := f.w.Bytes(c.Off, int(min(c.Size, 32)))
		if err != nil || len(b) < 32 {
			return err
		}
		f.format(b)
	case "pakt":
		b, err := f.w.Bytes(c.Off, int(min(c.Size, 24)))
		if err != nil || len(b) < 24 {
			return err
		}
		f.frames = int64(window.BE64(b[8:]))
	case "data":
		f.data, f.cut = max(c.Size-4, 0), c.Cut
	case "info":
		return f.information(c)
	}
	return nil
}

func (f *cafFile) format(b []byte) {
	f.rate = math.Float64frombits(window.BE64(b))
	if !(f.rate > 0 && f.rate < 1e8) {
		f.rate = 0
	}
	flags, depth := window.BE32(b[12:]), int(window.BE32(b[28:])&0xFF)
	f.bytesPerPacket, f.framesPerPacket = window.BE32(b[16:]), window.BE32(b[20:])
	f.audio = media.Audio{Channels: int(window.BE32(b[24:]) & 0xFFFF), SampleRate: int(f.rate)}
	if kind := string(b[8:12]); kind == "lpcm" {
		f.audio.Codec, f.audio.BitDepth = codec.PCMName(depth, flags&1 != 0, flags&2 == 0), depth
	} else {
		f.audio.Codec = cafCodecs[kind]
	}
	if f.audio.Codec == "alac" {
		f.audio.BitDepth = [5]int{0, 16, 20, 24, 32}[min(flags, 4)]
	}
}

var cafCodecs = map[string]string{
	"aac ": "aac", "alac": "alac", "ima4": "adpcm_ima_qt", "MAC3": "mace3", "MAC6": "mace6", "ulaw": "pcm_mulaw",
	"alaw": "pcm_alaw",
	".mp1": "mp1", ".mp2": "mp2", ".mp3": "mp3", "ac-3": "ac3", "ec-3": "eac3", "opus": "opus", "flac": "flac",
	"QDM2": "qdm2",
	"ilbc": "ilbc", "samr": "amr_nb", "agsm": "gsm_ms", "aach": "aac", "aacp": "aac", "aacl": "aac", "aace": "aac",
	"usac": "aac",
}

// information reads the tags: a count, then names and values, each ended by a NUL.
func (f *cafFile) information(c riff.Chunk) error {
	b, err := f.w.Bytes(c.Off, int(min(c.Size, window.Size)))
	if err != nil || len(b) < 4 {
		return err
	}
	n := window.BE32(b)
	for b = b[4:]; n > 0 && len(b) > 0; n-- {
		if err := f.w.Element(); err != nil {
			return err
		}
		name := text.CString(b)
		b = b[min(len(name)+1, len(b)):]
		value := text.CString(b)
		b = b[min(len(value)+1, len(b)):]
		f.tags.AddNamed(name, value)
	}
	return nil
}

func (f *cafFile) describe(r *format.Result) {
	frames := f.frames
	if frames < 0 && f.bytesPerPacket > 0 && f.data > 0 {
		frames = f.data / int64(f.bytesPerPacket) * int64(f.framesPerPacket)
	}
	if f.rate > 0 {
		r.SetDuration(float64(frames)/f.rate, f.w.Size())
		f.audio.BitRate = format.BitRate(f.data, r.Description.Media.DurationSeconds)
	}
	r.Description.Media.Audio = []media.Audio{f.audio}
	f.tags.Describe(r)
}
