package tags

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// id3Source reads a tag's bytes in order. In 2.2 and 2.3 unsynchronisation covers the whole tag, so
// that sizes count bytes that are not there one to one: every FF 00 of the file stands for FF.
type id3Source struct {
	w       *window.Window
	at, end int64 // in the file
	unsync  bool
	escaped bool  // the last byte was FF, so that a 0 that follows is none
	decoded int64 // bytes yielded or passed over
	passed  int64 // bytes of an unsynchronised tag that were read for it
	sizes   int   // how 2.4's sizes are written: id3Safe, id3Plain, or 0 while nothing told
}

const (
	id3Safe = iota + 1
	id3Plain
)

// maxUnsyncWalk is how far a walk through an unsynchronised tag goes: it must read what it passes over.
const maxUnsyncWalk = 1 << 20

// id3Mark is a place in a source.
type id3Mark struct {
	at      int64
	escaped bool
	decoded int64
}

func (s *id3Source) mark() id3Mark { return id3Mark{s.at, s.escaped, s.decoded} }

// left is how many bytes remain at most.
func (s *id3Source) left() int64 { return max(s.end-s.at, 0) }

// take returns the next n bytes, valid until the next call.
func (s *id3Source) take(n int) ([]byte, error) {
	if n < 0 || int64(n) > s.left() {
		return nil, window.ErrTruncated
	}
	if !s.unsync {
		b, err := s.w.Bytes(s.at, n)
		s.at += int64(n)
		s.decoded += int64(n)
		return b, err
	}
	if err := s.w.Alloc(int64(n)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, n)
	err := s.walk(int64(n), func(b []byte) { out = append(out, b...) })
	return out, err
}

// skip passes over n bytes.
func (s *id3Source) skip(n int64) error {
	if n < 0 || n > s.left() {
		return window.ErrTruncated
	}
	if !s.unsync {
		s.at += n
		s.decoded += n
		return nil
	}
	return s.walk(n, func([]byte) {})
}

// walk yields the next n bytes of an unsynchronised tag in pieces.
func (s *id3Source) walk(n int64, yield func([]byte)) error {
	for n > 0 {
		if s.left() == 0 || s.passed > maxUnsyncWalk {
			return window.ErrTruncated
		}
		raw, err := s.w.Bytes(s.at, int(min(n, s.left(), window.Size)))
		if err != nil {
			return err
		}
		for len(raw) > 0 && n > 0 {
			if err := s.w.Element(); err != nil {
				return err
			}
			n -= s.piece(&raw, n, yield)
		}
	}
	return nil
}

// piece yields the bytes of raw up to an FF, at most n, passes over them and returns how many they are.
func (s *id3Source) piece(raw *[]byte, n int64, yield func([]byte)) int64 {
	b := *raw
	if s.escaped && b[0] == 0 {
		s.at, s.passed, s.escaped = s.at+1, s.passed+1, false
		*raw = b[1:]
		return 0
	}
	b = b[:min(int64(len(b)), n)]
	i := bytes.IndexByte(b, 0xFF)
	if s.escaped = i >= 0; s.escaped {
		b = b[:i+1]
	}
	yield(b)
	*raw = (*raw)[len(b):]
	s.at += int64(len(b))
	s.passed += int64(len(b))
	s.decoded += int64(len(b))
	return int64(len(b))
}

// resume goes to n bytes behind a mark: on from here where that is ahead, for to walk is to read.
func (s *id3Source) resume(m id3Mark, n int64) error {
	if ahead := m.decoded + n - s.decoded; ahead >= 0 {
		return s.skip(ahead)
	}
	s.at, s.escaped, s.decoded = m.at, m.escaped, m.decoded
	return s.skip(n)
}

// region tells where the bytes from "from" to "to" behind a mark lie in the file.
func (s *id3Source) region(m id3Mark, from, to int64) (a media.Artwork, err error) {
	if err := s.resume(m, from); err != nil {
		return a, err
	}
	if s.escaped && s.unsync { // the byte put in belongs to what stands before
		if b, err := s.w.Bytes(s.at, 1); err == nil && b[0] == 0 {
			s.at, s.escaped = s.at+1, false
		}
	}
	a.Offset = s.at
	if err := s.skip(to - from); err != nil {
		return a, err
	}
	a.Length = s.at - a.Offset
	if a.Length != to-from {
		a.Encoding = "unsync"
	}
	return a, nil
}

// frameSize4 reads a frame's size of 2.4. iTunes once wrote plain numbers there: the first size that can be
// read in two ways shows which one the tag means, by that a frame, padding or the end follows.
func (s *id3Source) frameSize4(b []byte) uint32 {
	plain := window.BE32(b)
	safe, ok := syncSafe(b)
	switch {
	case !ok || s.sizes == id3Plain:
		return plain
	case safe == plain || s.sizes == id3Safe:
		return safe
	}
	s.sizes = id3Safe
	if !s.frameAt(s.at+int64(safe)) && s.frameAt(s.at+int64(plain)) {
		s.sizes = id3Plain
		return plain
	}
	return safe
}

// frameSize3 is a frame's size of 2.3, in bytes as they are read. Some writers of unsynchronised tags counted the bytes
// of the file: that two frames, or one and padding, follow behind those, and none where one should, shows it.
func (s *id3Source) frameSize3(n uint32) uint32 {
	end := s.at + int64(n)
	if !s.unsync || !s.frameBefore(end) {
		return n
	}
	ahead := *s
	ahead.end = end
	if ahead.skip(int64(n)) == nil || ahead.at != end { // nothing was put in, or it is too far
		return n
	}
	counted := ahead.decoded - s.decoded
	ahead.end = s.end
	if int64(n)-counted > ahead.left() { // it would end behind the tag
		return uint32(counted)
	}
	if ahead.skip(int64(n)-counted) != nil || ahead.left() < id3HeaderSize {
		return n
	}
	if b, err := s.w.Bytes(ahead.at, 4); err != nil || longFrameID(b) {
		return n
	}
	return uint32(counted)
}

// frameBefore reports whether a frame stands at off, and another, padding or the end behind it.
func (s *id3Source) frameBefore(off int64) bool {
	if off > s.end-id3HeaderSize {
		return false
	}
	b, err := s.w.Bytes(off, id3HeaderSize)
	if err != nil || !longFrameID(b[:4]) {
		return false
	}
	next := off + id3HeaderSize + int64(window.BE32(b[4:]))
	if next > s.end-id3HeaderSize {
		return next <= s.end
	}
	b, err = s.w.Bytes(next, 4)
	return err == nil && (window.BE32(b) == 0 || longFrameID(b))
}

// longFrameID reports whether b is the id of a frame beyond doubt: all four signs of it.
func longFrameID(b []byte) bool { return id3FrameID(b) && b[3] > ' ' }

func (s *id3Source) frameAt(off int64) bool {
	if off >= s.end-id3HeaderSize {
		return off <= s.end
	}
	b, err := s.w.Bytes(off, 4)
	return err == nil && (id3FrameID(b) || b[0] == 0)
}

// Resync takes the bytes out that unsynchronisation put in.
func Resync(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0xFF, 0}, []byte{0xFF}) }
