package probe

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// The metadata blocks of FLAC that are read (RFC 9639, 8.1).
const (
	flacStream   = 0
	flacComment  = 4
	flacCueBlock = 5
	flacPicture  = 6
)

func matchFLAC(head []byte, _ string) bool { return hasMagic(head, "fLaC") }

func probeFLAC(w *Window, r *Result) error { return probeFLACFrom(w, r, 0, w.Size()) }

// probeFLACFrom reads the stream between start and end.
func probeFLACFrom(w *Window, r *Result, start, end int64) error {
	f := flacFile{w: w}
	at := start + 4
	for last := false; !last; {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(at, 4)
		if err != nil {
			return err
		}
		last = b[0]&0x80 != 0
		kind, size := b[0]&0x7F, int64(b[1])<<16|int64(b[2])<<8|int64(b[3])
		at += 4
		if kind == 127 || size > end-at {
			if f.found {
				break
			}
			return fmt.Errorf("%w: metadata block of %d bytes", ErrMalformed, size)
		}
		if err := f.block(kind, at, size); err != nil {
			return err
		}
		at += size
	}
	if !f.found {
		return fmt.Errorf("%w: no stream info", ErrMalformed)
	}
	return f.describe(r, at, end)
}

// flacFile is what the metadata blocks say.
type flacFile struct {
	w        *Window
	audio    media.Audio
	samples  uint64
	largest  uint64 // block, in samples
	found    bool
	comment  *vorbisComment
	art      artChoice
	chapters []media.Chapter
}

func (f *flacFile) block(kind byte, at, size int64) (err error) {
	switch kind {
	case flacStream:
		b, err := f.w.Bytes(at, int(min(size, 34)))
		if err != nil {
			return err
		}
		if f.found = len(b) == 34; f.found {
			f.audio.Codec, f.largest = "flac", uint64(be16(b[2:]))
			f.samples = flacStreamInfo(b, &f.audio)
		}
	case flacComment:
		if f.comment == nil {
			f.comment, err = readVorbisComment(f.w, &span{f.w, at, at + size})
		}
	case flacCueBlock:
		err = f.cueSheet(at, size)
	case flacPicture:
		err = f.picture(at, size)
	}
	return err
}

// picture notes where a picture lies. The block's own length has 24 bits: writers of larger pictures
// let it overflow, and readers believe the picture's length, which has 32.
func (f *flacFile) picture(at, size int64) error {
	b, err := f.w.Bytes(at, int(min(size, 1024)))
	if err != nil {
		return err
	}
	if p, ok := parsePictureHead(b); ok && p.length <= size-p.size {
		f.art.offer(p.kind, p.mime, media.Artwork{Offset: at + p.size, Length: p.length})
	}
	return nil
}

const (
	flacCueHead  = 128 + 8 + 1 + 258 + 1
	flacCueTrack = 8 + 1 + 12 + 1 + 13 + 1
	flacCueIndex = 8 + 1 + 3
)

// cueSheet reads CUESHEET (RFC 9639, 8.7): each track but the lead-out is a chapter, which begins at its
// index 1.
func (f *flacFile) cueSheet(at, size int64) error {
	if size < flacCueHead || f.audio.SampleRate == 0 {
		return nil
	}
	b, err := f.w.Bytes(at+flacCueHead-1, 1)
	if err != nil {
		return err
	}
	tracks := int(b[0])
	end := at + size
	for at += flacCueHead; tracks > 1; tracks-- { // the last is the lead-out
		if err := f.w.Element(); err != nil {
			return err
		}
		if end-at < flacCueTrack {
			return nil
		}
		b, err := f.w.Bytes(at, flacCueTrack)
		if err != nil {
			return err
		}
		start, n := be64(b), int64(b[35])
		if at += flacCueTrack; n*flacCueIndex > end-at {
			return nil
		}
		b, err = f.w.Bytes(at, int(n*flacCueIndex))
		if err != nil {
			return err
		}
		for i := range int(n) {
			if b[i*flacCueIndex+8] == 1 {
				start += be64(b[i*flacCueIndex:])
			}
		}
		f.chapters = append(f.chapters, media.Chapter{StartSeconds: float64(start) / float64(f.audio.SampleRate)})
		at += n * flacCueIndex
	}
	return nil
}

func (f *flacFile) describe(r *Result, at, end int64) error {
	m := r.Description.Media
	if f.samples == 0 && at < end {
		var err error
		if f.samples, err = f.lastSample(at, end); err != nil {
			return err
		}
	}
	if f.audio.SampleRate > 0 {
		setDuration(r, float64(f.samples)/float64(f.audio.SampleRate), f.w.Size())
	}
	f.audio.BitRate = bitRate(end-at, m.DurationSeconds)
	m.Audio = []media.Audio{f.audio}
	m.Chapters = f.chapters
	m.Artwork = f.art.art
	f.comment.describe(r)
	return nil
}

// lastSample looks for the last frame of a stream whose encoder did not come back to state the number of
// samples. It returns 0 where it finds none.
func (f *flacFile) lastSample(at, end int64) (uint64, error) {
	off := max(at, end-windowSize)
	b, err := f.w.Bytes(off, int(end-off))
	if err != nil {
		return 0, softTagError(err)
	}
	for i := len(b) - 6; i >= 0; i-- {
		if b[i] != 0xFF || b[i+1]&0xFC != 0xF8 {
			continue
		}
		if n, ok := flacFrameEnd(b[i:], f.largest); ok {
			return n, nil
		}
	}
	return 0, nil
}

// flacFrameEnd reads a frame's header (RFC 9639, 9.1) and returns the number of the sample behind the
// frame. In a stream of fixed blocks, of "block" samples each but the last, frames are numbered and not samples.
func flacFrameEnd(b []byte, block uint64) (end uint64, ok bool) {
	variable, size, rate := b[1]&1 == 1, int(b[2]>>4), int(b[2]&15)
	if size == 0 || rate == 15 || b[3]>>4 > 10 || b[3]&1 != 0 {
		return 0, false
	}
	number, n := codedNumber(b[4:])
	if n == 0 {
		return 0, false
	}
	at := 4 + n
	samples := 0
	take := func(bytes int) (v int) {
		for ; bytes > 0 && at < len(b); bytes-- {
			v = v<<8 | int(b[at])
			at++
		}
		return v
	}
	switch {
	case size == 1:
		samples = 192
	case size <= 5:
		samples = 576 << (size - 2)
	case size == 6:
		samples = take(1) + 1
	case size == 7:
		samples = take(2) + 1
	default:
		samples = 256 << (size - 8)
	}
	switch rate {
	case 12:
		take(1)
	case 13, 14:
		take(2)
	}
	if at >= len(b) || crc8(b[:at]) != b[at] {
		return 0, false
	}
	if variable {
		return number + uint64(samples), true
	}
	return number*block + uint64(samples), true
}

// codedNumber reads a number coded as UTF-8 codes characters, up to 36 bits (RFC 9639, 9.1.5). n is 0
// where there is none.
func codedNumber(b []byte) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	if b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	for n = 2; n <= 7; n++ {
		if b[0]>>(7-n)&1 == 0 {
			break
		}
	}
	if b[0] < 0xC0 || n > 7 || n > len(b) {
		return 0, 0
	}
	v = uint64(b[0]) & (1<<(7-n) - 1)
	for _, c := range b[1:n] {
		if c>>6 != 2 {
			return 0, 0
		}
		v = v<<6 | uint64(c&0x3F)
	}
	return v, n
}

// crc8 is the checksum of a frame's header: polynomial x^8+x^2+x+1.
func crc8(b []byte) (c byte) {
	for _, v := range b {
		c ^= v
		for range 8 {
			if c&0x80 != 0 {
				c = c<<1 ^ 7
			} else {
				c <<= 1
			}
		}
	}
	return c
}
