package probe

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
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
	w        *Window
	r        *Result
	format   soundFormat
	found    bool
	align    int    // bytes of a block
	samples  uint64 // as fact or ds64 state them; 0 unknown
	dataSize uint64 // as ds64 states it
	data     int64  // bytes of sound in the file; -1: none yet
	dataAt   int64
	cut      bool
	info     tagSet
	bext     tagSet
	id3      *id3Tag
}

func probeWAV(w *Window, r *Result) error {
	head, err := w.Bytes(0, 12)
	if err != nil {
		return err
	}
	f := wavFile{w: w, r: r, data: -1}
	chunks := soundChunks{w: w, at: 12, end: w.Size(), order: binary.LittleEndian}
	if string(head[:4]) == "RIFX" {
		chunks.order = binary.BigEndian
	}
	for chunks.next() {
		if err := f.chunk(&chunks); err != nil {
			return err
		}
	}
	if chunks.err != nil {
		return chunks.err
	}
	return f.describe()
}

func (f *wavFile) chunk(chunks *soundChunks) error {
	switch c := &chunks.chunk; strings.ToLower(c.id) {
	case "ds64":
		b, err := f.w.Bytes(c.off, int(min(c.size, 24)))
		if err != nil || len(b) < 24 {
			return err
		}
		f.dataSize, f.samples = le64(b[8:]), le64(b[16:])
	case "fmt ":
		b, err := f.w.Bytes(c.off, int(min(c.size, 512)))
		if err != nil {
			return err
		}
		return f.setFormat(b, chunks.order)
	case "fact":
		b, err := f.w.Bytes(c.off, int(min(c.size, 4)))
		if err != nil || len(b) < 4 {
			return err
		}
		if n := chunks.order.Uint32(b); n != math.MaxUint32 && f.samples == 0 {
			f.samples = uint64(n)
		}
	case "data":
		f.dataChunk(chunks)
	case "list":
		return f.list(c)
	case "id3 ":
		if f.id3 == nil {
			tag, _, err := readID3(f.w, c.off)
			f.id3 = tag
			return err
		}
	case "bext":
		return f.broadcast(c)
	}
	return nil
}

func (f *wavFile) setFormat(b []byte, order binary.ByteOrder) error {
	if order == binary.BigEndian { // RIFX: the same fields the other way round
		b = swappedWaveFormat(b)
	}
	var ok bool
	if f.format, ok = parseWaveFormat(b); !ok || f.found {
		return nil
	}
	f.found, f.align = true, int(le16(b[12:]))
	return nil
}

func swappedWaveFormat(b []byte) []byte {
	out := make([]byte, len(b))
	copy(out, b)
	for i, n := 0, 0; i+2 <= min(len(b), 18); i += n {
		n = 2
		if i == 4 || i == 8 {
			n = 4
		}
		for j := range min(n, len(b)-i) {
			out[i+j] = b[i+n-1-j]
		}
	}
	return out
}

// dataChunk notes the sound. Its size is stated elsewhere in RF64, and missing in a file whose
// writer was stopped or wrote to a pipe: then it goes to the end.
func (f *wavFile) dataChunk(chunks *soundChunks) {
	c := &chunks.chunk
	stated := uint64(0)
	if b, err := f.w.Bytes(c.off-4, 4); err == nil {
		stated = uint64(chunks.order.Uint32(b))
	}
	switch {
	case stated == math.MaxUint32 && f.dataSize > 0:
		chunks.resize(f.dataSize)
		f.cut = c.cut
	case stated == 0 && c.off < chunks.end && !f.chunkAt(c.off), stated == math.MaxUint32, stated > math.MaxInt32 && c.cut:
		chunks.resize(uint64(chunks.end - c.off))
	default:
		f.cut = c.cut
	}
	if f.data < 0 {
		f.data, f.dataAt = c.size, c.off
	}
}

func (f *wavFile) chunkAt(off int64) bool {
	b, err := f.w.Bytes(off, 4)
	return err == nil && soundChunkID(b)
}

// list reads the tags of a LIST of type INFO.
func (f *wavFile) list(c *soundChunk) error {
	if c.size < 4 {
		return nil
	}
	b, err := f.w.Bytes(c.off, 4)
	if err != nil || string(b) != "INFO" {
		return err
	}
	var legacy legacyText
	entries := soundChunks{w: f.w, at: c.off + 4, end: c.off + c.size, order: binary.LittleEndian}
	for entries.next() {
		e := entries.chunk
		field := riffNames[strings.ToUpper(e.id)]
		if field == tagNone {
			continue
		}
		b, err := f.w.Bytes(e.off, int(min(e.size, maxTagValue)))
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
		legacy.add(&f.info, field, text)
	}
	legacy.flush()
	return entries.err
}

// broadcast reads the Broadcast Audio Extension (EBU Tech 3285): description, originator, date.
func (f *wavFile) broadcast(c *soundChunk) error {
	b, err := f.w.Bytes(c.off, int(min(c.size, 330)))
	if err != nil || len(b) < 330 {
		return err
	}
	var legacy legacyText
	legacy.add(&f.bext, tagPlot, []byte(cString(b[:256])))
	legacy.add(&f.bext, tagDate, []byte(cString(b[320:330])))
	legacy.flush()
	return nil
}

func (f *wavFile) describe() error {
	if !f.found {
		return fmt.Errorf("%w: no format of the sound", ErrMalformed)
	}
	m := f.r.Description.Media
	var a media.Audio
	f.format.fill(&a)
	if a.Codec == "pcm_s16le" {
		if err := f.hiddenDTS(&a); err != nil {
			return err
		}
	}
	f.setDuration(&a)
	m.Audio = []media.Audio{a}
	all := f.info
	if f.id3 != nil { // written by those who know that INFO is poor
		all = f.id3.tags
		all.fill(&f.info)
		m.Artwork, m.Chapters = f.id3.art.art, f.id3.chapters
	}
	if !all.any && f.bext.any { // a recording of a field recorder or a studio, not a track of an album
		f.r.Kind = media.KindAudio
	}
	all.fill(&f.bext)
	all.describe(f.r)
	if f.cut || f.data < 0 {
		return fmt.Errorf("%w: the sound", ErrTruncated)
	}
	return nil
}

// setDuration is by the samples that a compressing encoder states, by bytes else.
func (f *wavFile) setDuration(a *media.Audio) {
	if f.data < 0 {
		return
	}
	linear := strings.HasPrefix(a.Codec, "pcm_")
	byBytes := 0.0
	if f.format.bitRate > 0 {
		byBytes = float64(f.data) * 8 / float64(f.format.bitRate)
	}
	switch {
	case linear && f.align > 0 && f.format.rate > 0:
		f.r.SetDuration(float64(f.data/int64(f.align))/float64(f.format.rate), f.w.Size())
		a.BitRate = int64(f.align) * 8 * int64(f.format.rate)
	case f.samples > 0 && f.format.rate > 0 && !f.cut:
		f.r.SetDuration(float64(f.samples)/float64(f.format.rate), f.w.Size())
	default:
		f.r.SetDuration(byBytes, f.w.Size())
	}
}

// hiddenDTS finds DTS that passes for PCM, as it does on CDs: in words of 16 bits, or of 14 in them.
func (f *wavFile) hiddenDTS(a *media.Audio) error {
	if f.data < 16 {
		return nil
	}
	b, err := f.w.Bytes(f.dataAt, int(min(f.data, 8<<10)))
	if err != nil {
		return softTagError(err)
	}
	if d := dtsInPCM(b); d != nil {
		var found media.Audio
		if dtsFrame(d, &found) {
			found.BitRate = a.BitRate
			*a = found
		}
	}
	return nil
}
