package tags

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// ID3Header is the first ten bytes of an ID3v2 tag (id3.org, ID3v2.4.0 structure, 3.1).
type ID3Header struct {
	major byte
	flags byte
	size  int64 // of the whole tag, with header and footer
}

const (
	id3HeaderSize = 10
	id3Unsync     = 0x80
	id3Extended   = 0x40 // in 2.2: the whole tag is compressed by a scheme that was never defined
	id3Footer     = 0x10
)

// ParseID3Header reads a tag's header, or its footer, which differs by its first bytes only.
func ParseID3Header(b []byte, magic string) (h ID3Header, ok bool) {
	if len(b) < id3HeaderSize || string(b[:3]) != magic || b[3] < 2 || b[3] > 4 || b[4] == 0xFF {
		return h, false
	}
	n, ok := syncSafe(b[6:10])
	if !ok {
		return h, false
	}
	h = ID3Header{major: b[3], flags: b[5], size: id3HeaderSize + int64(n)}
	if h.major == 4 && h.flags&id3Footer != 0 {
		h.size += id3HeaderSize
	}
	return h, true
}

// syncSafe reads four bytes of seven bits each.
func syncSafe(b []byte) (n uint32, ok bool) {
	if (b[0]|b[1]|b[2]|b[3])&0x80 != 0 {
		return 0, false
	}
	return uint32(b[0])<<21 | uint32(b[1])<<14 | uint32(b[2])<<7 | uint32(b[3]), true
}

// ID3Tag is what a tag says.
type ID3Tag struct {
	ID3Header
	Tags     Set
	extra    *Set // of TXXX frames, by names of their writers: below the frames that the format defines; nil: none came
	legacy   LegacyText
	Art      ArtChoice
	Chapters []media.Chapter
	chapter  *Set // of the chapter at hand: it is large; nil: none came
}

// orNew gives a set that is needed now, the same each time.
func orNew(set **Set) *Set {
	if *set == nil {
		*set = new(Set)
	}
	return *set
}

// ReadID3 reads the tag at off. ok is false where none is. A frame that makes no sense ends the walk,
// and what was read until then holds: taggers leave rubbish behind their frames.
func ReadID3(w *window.Window, off int64) (t *ID3Tag, ok bool, err error) {
	b, err := w.Bytes(off, id3HeaderSize)
	if err != nil {
		if errors.Is(err, window.ErrTruncated) {
			err = nil
		}
		return nil, false, err
	}
	h, ok := ParseID3Header(b, "ID3")
	if !ok {
		return nil, false, nil
	}
	t = &ID3Tag{ID3Header: h}
	defer w.KeepAhead()()
	end := min(off+h.size, w.Size())
	if h.major == 4 && h.flags&id3Footer != 0 {
		end = min(end, off+h.size-id3HeaderSize)
	}
	src := &id3Source{w: w, at: off + id3HeaderSize, end: end, unsync: h.flags&id3Unsync != 0 && h.major < 4}
	if h.major > 2 || h.flags&id3Extended == 0 {
		err = t.frames(src)
	}
	if errors.Is(err, window.ErrTruncated) || errors.Is(err, window.ErrMalformed) {
		err = nil
	}
	t.legacy.Flush()
	t.Tags.Fill(t.extra)
	slices.SortStableFunc(t.Chapters, func(a, b media.Chapter) int { return cmp.Compare(a.StartSeconds, b.StartSeconds) })
	return t, true, err
}

func (t *ID3Tag) frames(src *id3Source) error {
	if t.flags&id3Extended != 0 {
		if err := t.skipExtendedHeader(src); err != nil {
			return err
		}
	}
	for {
		f, err := t.frameHeader(src)
		if err != nil {
			return err
		}
		if f.id == "" {
			return nil
		}
		if err := src.w.Element(); err != nil {
			return err
		}
		next := src.mark()
		if err := t.frame(src, f); err != nil {
			return err
		}
		if err := src.resume(next, int64(f.size)); err != nil {
			return err
		}
	}
}

func (t *ID3Tag) skipExtendedHeader(src *id3Source) error {
	b, err := src.take(4)
	if err != nil {
		return err
	}
	n := int64(window.BE32(b)) // 2.3: without these four bytes
	if t.major == 4 {
		whole, ok := syncSafe(b)
		if !ok || whole < 4 {
			return window.ErrMalformed
		}
		n = int64(whole) - 4
	}
	if n > src.left() {
		return window.ErrMalformed
	}
	return src.skip(n)
}

// id3Frame is a frame's header; its id is empty where padding begins or the tag ends.
type id3Frame struct {
	id    string
	size  uint32
	flags byte // the format flags, as 2.4 has them
}

func (t *ID3Tag) frameHeader(src *id3Source) (f id3Frame, err error) {
	n, letters := 10, 4
	if t.major == 2 {
		n, letters = 6, 3
	}
	if src.left() < int64(n) {
		return f, nil
	}
	b, err := src.take(n)
	if err != nil {
		return f, err
	}
	if !id3FrameID(b[:letters]) {
		return f, nil
	}
	switch t.major {
	case 2:
		f = id3Frame{id: string(b[:3]), size: uint32(b[3])<<16 | uint32(b[4])<<8 | uint32(b[5])}
	case 3:
		f = id3Frame{id: strings.TrimRight(string(b[:4]), "\x00 "), flags: id3Flags3(b[9])}
		f.size = src.frameSize3(window.BE32(b[4:]))
	default:
		f = id3Frame{id: string(b[:4]), flags: b[9]}
		f.size = src.frameSize4(b[4:8])
	}
	if int64(f.size) > src.left() {
		f.size = uint32(src.left()) // a lie, or a cut file: what is there is read
	}
	return f, nil
}

// id3FrameID reports whether b can be a frame's id. Some writers end 2.2's three letters with a NUL or a space
// inside 2.3 tags, and mean what they mean in 2.2.
func id3FrameID(b []byte) bool {
	for i, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && (i != 3 || c != 0 && c != ' ') {
			return false
		}
	}
	return true
}

const (
	id3Grouped    = 0x40
	id3Compressed = 0x08
	id3Encrypted  = 0x04
	id3FrameSync  = 0x02
	id3DataLength = 0x01
)

// id3Flags3 brings the format flags of 2.3 to those of 2.4, where a compressed frame's size has a flag of its own.
func id3Flags3(b byte) (f byte) {
	if b&0x80 != 0 {
		f |= id3Compressed | id3DataLength
	}
	if b&0x40 != 0 {
		f |= id3Encrypted
	}
	if b&0x20 != 0 {
		f |= id3Grouped
	}
	return f
}

// body returns up to limit bytes of a frame's content, without what its flags put before it, past
// unsynchronisation and compression. It returns nil for an encrypted frame.
func (t *ID3Tag) body(src *id3Source, f id3Frame, limit int) ([]byte, error) {
	n := int64(f.size)
	before := f.prefix()
	if f.flags&id3Encrypted != 0 || n < before {
		return nil, nil
	}
	if err := src.skip(before); err != nil {
		return nil, err
	}
	b, err := src.take(int(min(n-before, int64(limit))))
	if err != nil {
		return nil, err
	}
	if t.frameUnsync(f) {
		b = Resync(b)
	}
	if f.flags&id3Compressed != 0 {
		return inflateID3(src.w, b, limit)
	}
	return b, nil
}

// prefix is how many bytes a frame's flags put before its content.
func (f id3Frame) prefix() (n int64) {
	if f.flags&id3Grouped != 0 {
		n++
	}
	if f.flags&id3DataLength != 0 {
		n += 4
	}
	return n
}

func (t *ID3Tag) frameUnsync(f id3Frame) bool {
	return t.major == 4 && (f.flags&id3FrameSync != 0 || t.flags&id3Unsync != 0)
}

// inflateID3 decompresses a small frame. What zlib cannot read is as good as not there.
func inflateID3(w *window.Window, b []byte, limit int) ([]byte, error) {
	if err := w.Alloc(int64(limit)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if z, err := zlib.NewReader(bytes.NewReader(b)); err == nil {
		_, err = io.Copy(&out, io.LimitReader(z, int64(limit)))
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			out.Reset()
		}
	}
	return out.Bytes(), nil
}
