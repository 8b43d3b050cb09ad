package audio

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The metadata blocks of FLAC that are read (RFC 9639, 8.1).
const (
	flacStream   = 0
	FLACComment  = 4
	flacCueBlock = 5
	FLACPicture  = 6
)

func matchFLAC(head []byte, _ string) bool { return window.HasMagic(head, "fLaC") }

func probeFLAC(w *window.Window, r *format.Result) error { return probeFLACFrom(w, r, 0, w.Size()) }

// probeFLACFrom reads the stream between start and end.
func probeFLACFrom(w *window.Window, r *format.Result, start, end int64) error {
	f := flacFile{w: w, end: end}
	at, err := f.blocks(start + 4)
	if !f.found {
		if err == nil {
			err = fmt.Errorf("%w: no stream info", window.ErrMalformed)
		}
		return err
	}
	if derr := f.describe(r, at); err == nil {
		err = derr
	}
	return err
}

// blocks reads the metadata from at on, and returns where the frames begin.
func (f *flacFile) blocks(at int64) (int64, error) {
	for last := false; !last; {
		if err := f.w.Element(); err != nil {
			return at, err
		}
		b, err := f.w.Bytes(at, 4)
		if err != nil {
			return at, err
		}
		last = b[0]&0x80 != 0
		kind, size := b[0]&0x7F, int64(b[1])<<16|int64(b[2])<<8|int64(b[3])
		at += 4
		if kind == 127 || size > f.end-at {
			if f.found {
				return at, nil
			}
			return at, fmt.Errorf("%w: metadata block of %d bytes", window.ErrMalformed, size)
		}
		next, err := f.block(kind, at, size)
		if err != nil {
			return at, err
		}
		at = next
	}
	return at, nil
}

// flacFile is what the metadata blocks say.
type flacFile struct {
	w        *window.Window
	end      int64 // of the stream
	audio    media.Audio
	samples  uint64
	largest  uint64 // block, in samples
	found    bool
	comment  *tags.VorbisComment
	art      tags.ArtChoice
	chapters []media.Chapter
}

// block reads a block of metadata and returns where the next begins. That is behind what it holds where its own
// lengths go further than the block's, as writers leave it that lengthened it in place, or overflowed its 24 bits.
func (f *flacFile) block(kind byte, at, size int64) (next int64, err error) {
	next = at + size
	switch kind {
	case flacStream:
		b, err := f.w.Bytes(at, int(min(size, 34)))
		if err != nil {
			return next, err
		}
		if f.found = len(b) == 34; f.found {
			f.audio.Codec, f.largest = "flac", uint64(window.BE16(b[2:]))
			f.samples = codec.FLACStreamInfo(b, &f.audio)
		}
	case FLACComment:
		if f.comment == nil {
			return f.comments(at, next)
		}
	case flacCueBlock:
		err = f.cueSheet(at, size)
	case FLACPicture:
		return f.picture(at, next)
	}
	return next, err
}

// comments reads the comments at at, in a block that says that it ends at end.
func (f *flacFile) comments(at, end int64) (int64, error) {
	var err error
	if f.comment, err = tags.ReadVorbisComment(f.w, &tags.Span{W: f.w, At: at, End: end}); err != nil || f.comment.Whole {
		return end, err
	}
	src := &tags.Span{W: f.w, At: at, End: f.end}
	c, err := tags.ReadVorbisComment(f.w, src)
	if err == nil && c.Whole && f.follows(src.At) {
		f.comment = c
		return src.At, nil
	}
	return end, err
}

// follows reports whether a block of metadata or a frame can begin at at.
func (f *flacFile) follows(at int64) bool {
	b, err := f.w.Bytes(at, 4)
	if err != nil {
		return false
	}
	size := int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3])
	return b[0] == 0xFF && b[1]&0xFC == 0xF8 || b[0]&0x7F <= FLACPicture && size <= f.end-at-4
}

// picture notes where a picture lies, in a block that says that it ends at end.
func (f *flacFile) picture(at, end int64) (int64, error) {
	b, err := f.w.Bytes(at, int(min(f.end-at, 1024)))
	if err != nil {
		return end, err
	}
	p, ok := tags.ParsePictureHead(b)
	if !ok || p.Length > f.end-at-p.Size {
		return end, nil
	}
	next := end
	if whole := at + p.Size + p.Length; whole > end {
		if !f.follows(whole) {
			return end, nil
		}
		next = whole
	}
	f.art.Offer(p.Kind, p.MIME, media.Artwork{Offset: at + p.Size, Length: p.Length})
	return next, nil
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
		start, n := window.BE64(b), int64(b[35])
		if at += flacCueTrack; n*flacCueIndex > end-at {
			return nil
		}
		b, err = f.w.Bytes(at, int(n*flacCueIndex))
		if err != nil {
			return err
		}
		for i := range int(n) {
			if b[i*flacCueIndex+8] == 1 {
				start += window.BE64(b[i*flacCueIndex:])
			}
		}
		f.chapters = append(f.chapters, media.Chapter{StartSeconds: float64(start) / float64(f.audio.SampleRate)})
		at += n * flacCueIndex
	}
	return nil
}

func (f *flacFile) describe(r *format.Result, at int64) error {
	m := r.Description.Media
	var err error
	if at < f.end {
		var last uint64
		last, err = f.lastSample(at)
		if f.samples == 0 {
			f.samples = last
		}
		m.Truncated = last > 0 && last+2*f.largest < f.samples
	}
	if f.audio.SampleRate > 0 {
		r.SetDuration(float64(f.samples)/float64(f.audio.SampleRate), f.w.Size())
	}
	f.audio.BitRate = format.BitRate(f.end-at, m.DurationSeconds)
	m.Audio = []media.Audio{f.audio}
	m.Chapters = f.chapters
	m.Artwork = f.art.Art
	f.comment.Describe(r)
	return err
}

// lastSample looks for the last frame of the stream: its number tells how long a stream is whose encoder did not come
// back to state the number of samples, and whether one ends early. It returns 0 where it finds none.
func (f *flacFile) lastSample(at int64) (uint64, error) {
	off := max(at, f.end-window.Size)
	b, err := f.w.Bytes(off, int(f.end-off))
	if err != nil {
		return 0, window.Forgive(err)
	}
	for i := len(b); ; {
		if i = bytes.LastIndexByte(b[:i], 0xFF); i < 0 {
			return 0, nil
		}
		if rest := b[i:]; len(rest) < 6 || !f.frameFits(rest) {
			continue
		}
		if n, ok := flacFrameEnd(b[i:], f.largest); ok {
			return n, nil
		}
	}
}

// flacFrameRates and flacFrameDepths are what a frame's header says by a code (RFC 9639, 9.1.2 and 9.1.4).
var (
	flacFrameRates  = [...]int{0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000}
	flacFrameDepths = [...]int{0, 8, 12, 0, 16, 20, 24, 32}
)

// frameFits reports whether b can begin a frame of this stream: among so many bytes any checksum comes by.
func (f *flacFile) frameFits(b []byte) bool {
	rate, channels, depth := int(b[2]&15), int(b[3]>>4), flacFrameDepths[b[3]>>1&7]
	if b[1]&0xFC != 0xF8 || rate > 0 && rate < len(flacFrameRates) && flacFrameRates[rate] != f.audio.SampleRate {
		return false
	}
	if channels >= 8 && f.audio.Channels != 2 || channels < 8 && channels+1 != f.audio.Channels {
		return false
	}
	return depth == 0 || depth == f.audio.BitDepth
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
