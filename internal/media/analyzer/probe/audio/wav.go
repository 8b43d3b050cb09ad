package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/riff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// matchWAV recognises RIFF WAVE and its forms for files beyond 4 GiB, RF64 (EBU Tech 3306) and BW64
// (ITU-R BS.2088).
func matchWAV(head []byte, _ string) bool {
	if len(head) < 12 || string(head[8:12]) != "WAVE" {
		return false
	}
	switch string(head[:4]) {
	case "RIFF", "RF64", "BW64", "RIFX":
		return true
	}
	return false
}

// wavFile is what the chunks of a WAVE file say.
type wavFile struct {
	w        *window.Window
	r        *format.Result
	format   codec.Sound
	found    bool
	align    int    // bytes of a block
	samples  uint64 // as fact or ds64 state them; 0 unknown
	dataSize uint64 // as ds64 states it
	data     int64  // bytes of sound in the file; -1: none yet
	dataAt   int64
	stated   uint64 // bytes of sound as the chunk states them
	cut      bool
	info     tags.Set
	bext     tags.Set
	id3      *tags.ID3Tag
}

func probeWAV(w *window.Window, r *format.Result) error {
	head, err := w.Bytes(0, 12)
	if err != nil {
		return err
	}
	f := wavFile{w: w, r: r, data: -1}
	chunks := riff.Chunks{W: w, At: 12, End: w.Size(), Order: binary.LittleEndian}
	if string(head[:4]) == "RIFX" {
		chunks.Order = binary.BigEndian
	}
	for chunks.Next() {
		if err := f.chunk(&chunks); err != nil {
			return err
		}
	}
	if chunks.Err != nil {
		return chunks.Err
	}
	return f.describe()
}

func (f *wavFile) chunk(chunks *riff.Chunks) error {
	switch c := &chunks.Chunk; strings.ToLower(c.ID) {
	case "ds64":
		b, err := f.w.Bytes(c.Off, int(min(c.Size, 24)))
		if err != nil || len(b) < 24 {
			return err
		}
		f.dataSize, f.samples = window.LE64(b[8:]), window.LE64(b[16:])
	case "fmt ":
		b, err := f.w.Bytes(c.Off, int(min(c.Size, 512)))
		if err != nil {
			return err
		}
		return f.setFormat(b, chunks.Order)
	case "fact":
		b, err := f.w.Bytes(c.Off, int(min(c.Size, 4)))
		if err != nil || len(b) < 4 {
			return err
		}
		if n := chunks.Order.Uint32(b); n != math.MaxUint32 && f.samples == 0 {
			f.samples = uint64(n)
		}
	case "data":
		f.dataChunk(chunks)
	case "list":
		return f.list(c)
	case "id3 ":
		if f.id3 == nil {
			tag, _, err := tags.ReadID3(f.w, c.Off)
			f.id3 = tag
			return err
		}
	case "bext":
		return f.broadcast(c)
	}
	return nil
}

func (f *wavFile) setFormat(b []byte, order binary.ByteOrder) error {
	swapped := order == binary.BigEndian
	if swapped { // RIFX: the same fields the other way round
		b = swappedWaveFormat(b)
	}
	var ok bool
	if f.format, ok = codec.ParseWaveFormat(b); !ok || f.found {
		return nil
	}
	if name, ok := strings.CutSuffix(f.format.Codec, "le"); ok && swapped && codec.PCMDepth(name) > 0 {
		f.format.Codec = name + "be" // and so are the samples
	}
	f.found, f.align = true, int(window.LE16(b[12:]))
	return nil
}

func swappedWaveFormat(b []byte) []byte {
	out := bytes.Clone(b)
	i := 0
	for _, n := range [...]int{2, 2, 4, 4, 2, 2, 2} {
		if i += n; i > len(b) {
			break
		}
		slices.Reverse(out[i-n : i])
	}
	if len(b) >= 28 { // of an extended format: how many bits are valid, and the tag within the GUID, as 32 bits or as 16
		tag := b[24:26]
		if tag[0]|tag[1] == 0 {
			tag = b[26:28]
		}
		out[18], out[19], out[24], out[25] = b[19], b[18], tag[1], tag[0]
	}
	return out
}

// dataChunk notes the sound. Its size is stated elsewhere in RF64, and missing in a file whose
// writer was stopped or wrote to a pipe: then it goes to the end.
func (f *wavFile) dataChunk(chunks *riff.Chunks) {
	c := &chunks.Chunk
	stated := uint64(0)
	if b, err := f.w.Bytes(c.Off-4, 4); err == nil {
		stated = uint64(chunks.Order.Uint32(b))
	}
	switch {
	case stated == math.MaxUint32 && f.dataSize > 0:
		chunks.Resize(f.dataSize)
		f.cut = c.Cut
	case stated == 0 && c.Off < chunks.End && !f.chunkAt(c.Off), stated == math.MaxUint32, stated > math.MaxInt32 && c.Cut:
		chunks.Resize(uint64(chunks.End - c.Off))
	default:
		f.cut = c.Cut
	}
	if f.data < 0 {
		f.data, f.dataAt, f.stated = c.Size, c.Off, stated
	}
}

func (f *wavFile) chunkAt(off int64) bool {
	b, err := f.w.Bytes(off, 4)
	return err == nil && riff.IsID(b)
}

// list reads the tags of a LIST of type INFO.
func (f *wavFile) list(c *riff.Chunk) error {
	if c.Size < 4 {
		return nil
	}
	b, err := f.w.Bytes(c.Off, 4)
	if err != nil || string(b) != "INFO" {
		return err
	}
	var legacy tags.LegacyText
	entries := riff.Chunks{W: f.w, At: c.Off + 4, End: c.Off + c.Size, Order: binary.LittleEndian}
	for entries.Next() {
		e := entries.Chunk
		field := tags.RIFFNames[strings.ToUpper(e.ID)]
		if field == tags.None {
			continue
		}
		b, err := f.w.Bytes(e.Off, int(min(e.Size, tags.MaxValue)))
		if err != nil {
			return err
		}
		text := b
		for i, c := range b {
			if c == 0 {
				text = b[:i]
				break
			}
		}
		legacy.Add(&f.info, field, text)
	}
	legacy.Flush()
	return entries.Err
}

// broadcast reads the Broadcast Audio Extension (EBU Tech 3285): description, originator, date.
func (f *wavFile) broadcast(c *riff.Chunk) error {
	b, err := f.w.Bytes(c.Off, int(min(c.Size, 330)))
	if err != nil || len(b) < 330 {
		return err
	}
	var legacy tags.LegacyText
	legacy.Add(&f.bext, tags.Plot, []byte(text.CString(b[:256])))
	legacy.Add(&f.bext, tags.Date, []byte(text.CString(b[320:330])))
	legacy.Flush()
	return nil
}

func (f *wavFile) describe() error {
	if !f.found {
		return fmt.Errorf("%w: no format of the sound", window.ErrMalformed)
	}
	if old, err := f.isWavPack(); err != nil {
		return err
	} else if old {
		return f.describeWavPack()
	}
	m := f.r.Description.Media
	var a media.Audio
	f.format.Fill(&a)
	if a.Codec == "pcm_s16le" {
		if err := f.hiddenDTS(&a); err != nil {
			return err
		}
	}
	f.setDuration(&a)
	m.Audio = []media.Audio{a}
	all := f.info
	if f.id3 != nil { // written by those who know that INFO is poor
		all = f.id3.Tags
		all.Fill(&f.info)
		m.Artwork, m.Chapters = f.id3.Art.Art, f.id3.Chapters
	}
	if !all.Any && f.bext.Any { // a recording of a field recorder or a studio, not a track of an album
		f.r.Kind = media.KindAudio
	}
	all.Fill(&f.bext)
	all.Describe(f.r)
	if f.cut || f.data < 0 {
		return fmt.Errorf("%w: the sound", window.ErrTruncated)
	}
	return nil
}

// setDuration is by the samples that a compressing encoder states, by bytes else.
func (f *wavFile) setDuration(a *media.Audio) {
	if f.data < 0 {
		return
	}
	linear := strings.HasPrefix(a.Codec, "pcm_")
	if linear && f.align == 0 { // some writers leave it out, as it follows from the other fields
		f.align = a.Channels * codec.PCMDepth(a.Codec) / 8
	}
	byBytes := 0.0
	if f.format.BitRate > 0 {
		byBytes = float64(f.data) * 8 / float64(f.format.BitRate)
	}
	switch {
	case linear && f.align > 0 && f.format.Rate > 0:
		f.r.SetDuration(float64(f.data/int64(f.align))/float64(f.format.Rate), f.w.Size())
		a.BitRate = int64(f.align) * 8 * int64(f.format.Rate)
	case f.samples > 0 && f.format.Rate > 0 && !f.cut:
		f.r.SetDuration(float64(f.samples)/float64(f.format.Rate), f.w.Size())
	default:
		f.r.SetDuration(byBytes, f.w.Size())
	}
}

// isWavPack reports whether the sound is that of WavPack before its version 4, whose files begin with what the WAVE file
// began with that was packed: its format, and how long its sound was.
func (f *wavFile) isWavPack() (bool, error) {
	if f.data < 10 {
		return false, nil
	}
	b, err := f.w.Bytes(f.dataAt, 10)
	if err != nil {
		return false, err
	}
	version := window.LE16(b[8:])
	return window.HasMagic(b, "wvpk") && version >= 1 && version <= 3, nil
}

func (f *wavFile) describeWavPack() error {
	m := f.r.Description.Media
	m.Container = "wavpack"
	var a media.Audio
	f.format.Fill(&a)
	a.Codec = "wavpack"
	if f.align > 0 && a.SampleRate > 0 {
		f.r.SetDuration(float64(f.stated)/float64(f.align)/float64(a.SampleRate), f.w.Size())
	}
	a.BitRate = m.BitRate
	m.Audio = []media.Audio{a}
	var t tags.Music
	if err := t.ReadEndTags(f.w); err != nil {
		return err
	}
	t.Describe(f.r)
	return nil
}

// hiddenDTS finds DTS that passes for PCM, as it does on CDs: in words of 16 bits, or of 14 in them.
func (f *wavFile) hiddenDTS(a *media.Audio) error {
	if f.data < 16 {
		return nil
	}
	b, err := f.w.Bytes(f.dataAt, int(min(f.data, 8<<10)))
	if err != nil {
		return window.Forgive(err)
	}
	if d := dtsInPCM(b); d != nil {
		var found media.Audio
		if codec.DTSFrame(d, &found) {
			found.BitRate = a.BitRate
			*a = found
		}
	}
	return nil
}
