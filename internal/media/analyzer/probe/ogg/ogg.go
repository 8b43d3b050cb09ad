package ogg

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// page is a page of an Ogg stream (RFC 3533, 6).
type page struct {
	off      int64 // of the page
	body     int64 // of its first segment
	size     int64 // of all its segments
	flags    byte
	granule  int64 // -1: no packet ends on this page
	serial   uint32
	segments [255]byte
	count    int // of segments
}

// The flags of a page.
const (
	continued = 1 << iota
	first
	last
)

// end is the offset of what follows the page.
func (p *page) end() int64 { return p.body + p.size }

// pageAt reads the header of the page at off. It is ErrMalformed where there is none, and
// ErrTruncated where the file ends inside it.
func pageAt(w *window.Window, off int64) (p page, err error) {
	if err := w.Element(); err != nil {
		return p, err
	}
	h, err := w.Bytes(off, 27)
	if err != nil {
		return p, err
	}
	if string(h[:4]) != "OggS" || h[4] != 0 {
		return p, fmt.Errorf("%w: no ogg page at %d", window.ErrMalformed, off)
	}
	p.off, p.flags, p.granule, p.serial, p.count = off, h[5], int64(window.LE64(h[6:])), window.LE32(h[14:]), int(h[26])
	s, err := w.Bytes(off+27, p.count)
	if err != nil {
		return p, err
	}
	copy(p.segments[:], s)
	for _, n := range p.segments[:p.count] {
		p.size += int64(n)
	}
	p.body = off + 27 + int64(p.count)
	return p, nil
}

// packet reads one packet through the pages that it is laid over, without holding it: tags with
// pictures in them are larger than any window.
type packet struct {
	w       *window.Window
	page    page
	next    int   // the segment that comes next
	at      int64 // where the rest of the current run of segments lies
	left    int64 // bytes of that run not yet read
	ended   bool  // the run is the packet's last
	start   int64 // offset of the packet's first byte
	segment int   // its first segment, on the page that it begins on
	gaps    bool  // a page's header has come between the packet's bytes
}

// packetAt returns a reader of the packet that begins with segment i of a page.
func packetAt(w *window.Window, p page, i int) *packet {
	r := &packet{w: w, page: p, at: p.body, segment: i}
	for _, n := range p.segments[:min(i, p.count)] {
		r.at += int64(n)
	}
	r.next, r.start = i, r.at
	r.gather()
	return r
}

// gather joins the segments that follow on the same page.
func (r *packet) gather() {
	for r.next < r.page.count && !r.ended {
		n := r.page.segments[r.next]
		r.next++
		r.left += int64(n)
		r.ended = n < 255
	}
}

// turn goes on to the stream's next page; false means that the packet is over. Pages of other streams
// between are passed over.
func (r *packet) turn() (bool, error) {
	for !r.ended {
		p, err := pageAt(r.w, r.page.end())
		if err != nil {
			return false, err
		}
		if p.serial != r.page.serial {
			r.page.body, r.page.size = p.body, p.size // only the place: the stream stays
			continue
		}
		if p.flags&continued == 0 {
			return false, fmt.Errorf("%w: ogg packet breaks off at %d", window.ErrMalformed, p.off)
		}
		r.page, r.next, r.at, r.left, r.gaps = p, 0, p.body, 0, true
		if r.gather(); r.left > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Offset is where the next byte lies in the file.
func (r *packet) Offset() int64 { return r.at }

// Read fills b from the packet. n is less than len(b) only at the packet's end.
func (r *packet) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if r.left == 0 {
			more, err := r.turn()
			if err != nil || !more {
				return n, err
			}
		}
		take := int(min(r.left, int64(len(b)-n), 4096))
		d, err := r.w.Bytes(r.at, take)
		if err != nil {
			return n, err
		}
		n += copy(b[n:], d)
		r.at += int64(take)
		r.left -= int64(take)
	}
	return n, nil
}

// Skip passes over n bytes without reading them, page by page. It is ErrMalformed where the packet is
// shorter.
func (r *packet) Skip(n int64) error {
	for n > 0 {
		if r.left == 0 {
			more, err := r.turn()
			if err != nil {
				return err
			}
			if !more {
				return fmt.Errorf("%w: ogg packet ends early", window.ErrMalformed)
			}
		}
		take := min(r.left, n)
		r.at, r.left, n = r.at+take, r.left-take, n-take
	}
	return nil
}
