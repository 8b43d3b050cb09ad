package mp4

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// maxMP4Hops is how many fragments of a file without an index are stepped over to find its end.
const maxMP4Hops = 6

// fragmentedDuration finds how long a fragmented file is where its header does not say it: by the
// segment index at its front, by the random access index at its end, or by stepping over the fragments
// where they are few. Where none of these reaches the end of the file, the duration stays unknown.
// The first fragment tells the frame rate.
func (p *mp4) fragmentedDuration() error {
	if p.firstMoof.Size == 0 {
		return nil
	}
	p.w.Ahead(aside)
	defer p.w.Ahead(window.Size)
	f := fragments{p: p}
	if err := f.front(); err != nil {
		return err
	}
	if p.whole {
		_, err := f.byIndex() // which tells whether the file is whole
		return err
	}
	first := f.last
	for _, step := range []func() (bool, error){f.byIndex, f.byRandomAccess, f.byWalk} {
		f.last = 0
		for _, t := range p.tracks {
			t.endOf = 0
		}
		done, err := step()
		if err != nil {
			return err
		}
		if done {
			p.r.Description.Media.DurationSeconds = f.last
			return nil
		}
	}
	// A header that goes far beyond the first fragments was written for all of them.
	if stated := format.Seconds(p.duration, p.timescale); first > 0 && stated > 2*first {
		p.whole = true
	}
	return nil
}

// fragments gathers the end of a fragmented file.
type fragments struct {
	p    *mp4
	last float64 // in seconds: the latest end of a fragment seen
}

// front reads the first fragments, as far as they are at hand, for the frame rate.
func (f *fragments) front() error {
	walk := isobmff.Boxes(f.p.w, f.p.firstMoof.Start, f.p.w.Size())
	end := max(window.HeadSize, f.p.firstMoof.Start+aside)
	for n := 0; n < 16 && walk.Pos+8 < end && walk.Next(); n++ {
		if walk.Box.Kind != "moof" {
			continue
		}
		if _, err := f.fragment(walk.Box, true); err != nil {
			return err
		}
		if f.rated() {
			return nil
		}
	}
	return walk.Err
}

// rated reports whether the frame rate of all video is known.
func (f *fragments) rated() bool {
	for _, t := range f.p.tracks {
		if t.handler == "vide" && t.votes < 8 {
			return false
		}
	}
	return true
}

// byIndex adds up a segment index (ISO/IEC 14496-12, 8.16.3) and accepts it where what it refers to
// reaches the end of the file, or the random access index there.
func (f *fragments) byIndex() (bool, error) {
	b := f.p.index
	d, err := isobmff.Payload(f.p.w, b, 36)
	if err != nil || len(d) < 32 {
		return false, err
	}
	scale := window.BE32(d[8:])
	first, at := uint64(window.BE32(d[16:])), int64(20)
	if d[0] == 1 {
		first, at = window.BE64(d[20:]), 28
	}
	if d, err = isobmff.Payload(f.p.w, b, window.Size); err != nil || int64(len(d)) < at+4 {
		return false, err
	}
	n := int(window.BE16(d[at+2:]))
	entries := d[at+4:]
	if n == 0 || len(entries) < 12*n || first > math.MaxInt64/2 {
		return false, nil
	}
	size, ticks := first, uint64(0)
	for ; n > 0; n-- {
		if err := f.p.w.Element(); err != nil {
			return false, err
		}
		size += uint64(window.BE32(entries) & 0x7FFFFFFF) // the bit above says that it is an index of an index
		ticks += uint64(window.BE32(entries[4:]))
		entries = entries[12:]
	}
	end := uint64(b.End()) + size
	if end+uint64(f.tailSize()) < uint64(f.p.w.Size()) {
		return false, nil
	}
	if end > uint64(f.p.w.Size()) {
		f.p.r.Description.Media.Truncated = true
	}
	f.last = format.Seconds(ticks, scale)
	return true, nil
}

// tailSize is the size of the random access index at the end of the file (mfra, 8.8.9), 0 without one.
func (f *fragments) tailSize() int64 {
	d, _, err := f.p.w.Tail(16)
	if err != nil || len(d) < 16 || string(d[4:8]) != "mfro" {
		return 0
	}
	if n := int64(window.BE32(d[12:])); n >= 24 && n <= f.p.w.Size() {
		return n
	}
	return 0
}

// byRandomAccess takes the last fragment that each track's random access index names, and goes on from
// the last of them to the end.
func (f *fragments) byRandomAccess() (bool, error) {
	size := f.tailSize()
	if size == 0 {
		return false, nil
	}
	mfra := isobmff.Boxes(f.p.w, f.p.w.Size()-size, f.p.w.Size())
	if !mfra.Next() || mfra.Box.Kind != "mfra" {
		return false, mfra.Err
	}
	last := int64(-1)
	walk := isobmff.Children(f.p.w, mfra.Box, 0)
	for walk.Next() {
		if walk.Box.Kind != "tfra" {
			continue
		}
		off, err := f.lastEntry(walk.Box)
		if err != nil {
			return false, err
		}
		last = max(last, off)
	}
	if walk.Err != nil || last < 0 {
		return false, walk.Err
	}
	return f.walk(last, mfra.Box.Start)
}

// lastEntry returns the offset of the last fragment that a tfra box names, -1 without one.
func (f *fragments) lastEntry(b isobmff.Box) (int64, error) {
	d, err := isobmff.Payload(f.p.w, b, 16)
	if err != nil || len(d) < 16 {
		return -1, err
	}
	t := f.p.trackByID(window.BE32(d[4:]))
	lengths, n, wide := window.BE32(d[8:]), int64(window.BE32(d[12:])), d[0] == 1
	size := int64(8)
	if wide {
		size = 16
	}
	entry := size
	for _, shift := range [...]uint{4, 2, 0} {
		entry += int64(lengths>>shift&3) + 1
	}
	if n == 0 || n*entry > b.Size-16 {
		return -1, nil
	}
	if d, err = f.p.w.Bytes(b.Off+16+(n-1)*entry, int(size)); err != nil {
		return -1, err
	}
	at, off := uint64(window.BE32(d)), int64(window.BE32(d[4:]))
	if wide {
		at, off = min(window.BE64(d), math.MaxInt64), int64(min(window.BE64(d[8:]), math.MaxInt64))
	}
	if t != nil {
		t.endOf = at // for fragments that do not say themselves when they begin
	}
	return off, nil
}

func (f *fragments) byWalk() (bool, error) {
	if f.p.firstMoof.Size == 0 {
		return false, nil
	}
	return f.walk(f.p.firstMoof.Start, f.p.w.Size())
}

// walk steps over the boxes of [off, end) and reports whether it came to the end.
func (f *fragments) walk(off, end int64) (bool, error) {
	if off > end {
		return false, nil
	}
	reads, seen := 0, int64(0)
	walk := isobmff.Boxes(f.p.w, off, end)
	for walk.Next() {
		b := walk.Box
		if b.Start >= window.HeadSize && b.Start-seen > aside-512 {
			if reads++; reads > maxMP4Hops {
				return false, nil
			}
			seen = b.Start
		}
		if b.Cut {
			f.p.r.Description.Media.Truncated = true
		}
		if b.Kind != "moof" {
			continue
		}
		if ok, err := f.fragment(b, false); err != nil || !ok {
			return false, err
		}
	}
	return f.last > 0, walk.Err
}

// fragment reads a moof box and notes where its tracks' samples end. first takes the usual duration of
// a sample from it too.
func (f *fragments) fragment(moof isobmff.Box, first bool) (bool, error) {
	leave, err := f.p.w.Enter()
	if err != nil {
		return false, err
	}
	defer leave()
	walk := isobmff.Children(f.p.w, moof, 0)
	for walk.Next() {
		if walk.Box.Kind != "traf" {
			continue
		}
		if ok, err := f.trackFragment(walk.Box, first); err != nil || !ok {
			return false, err
		}
	}
	return true, walk.Err
}

func (f *fragments) trackFragment(traf isobmff.Box, first bool) (bool, error) {
	var t *track
	var each uint32
	var ticks uint64
	ok := true
	walk := isobmff.Children(f.p.w, traf, 0)
	for walk.Next() {
		b := walk.Box
		switch {
		case b.Kind == "tfhd":
			d, err := isobmff.Payload(f.p.w, b, 32)
			if err != nil || len(d) < 8 {
				return false, err
			}
			if t, each = f.header(d); t == nil {
				return true, nil
			}
		case t == nil:
		case b.Kind == "tfdt", b.User == smoothTime:
			start, err := f.start(b)
			if err != nil {
				return false, err
			}
			t.endOf = start
		case b.Kind == "trun":
			sum, whole, err := f.run(t, b, each, first)
			if err != nil {
				return false, err
			}
			ticks, ok = ticks+sum, ok && whole
		}
	}
	if walk.Err != nil || t == nil {
		return false, walk.Err
	}
	if t.endOf += ticks; t.endOf > math.MaxInt64 || ticks > math.MaxInt64 {
		return false, nil
	}
	f.last = max(f.last, format.Seconds(t.endOf, t.timescale))
	return ok, nil
}

// smoothTime names the box with which Smooth Streaming gives a fragment's time and duration.
const smoothTime = "\x6D\x1D\x9B\x05\x42\xD5\x44\xE6\x80\xE2\x14\x1D\xAF\xF7\x57\xB2"

// start reads when a fragment begins, in ticks: tfdt (8.8.12), or Smooth Streaming's box, alike in
// its first field. A fragment whose sound must be warmed up may begin before the film does: such a time
// wraps, and comes right again with the samples' durations.
func (f *fragments) start(b isobmff.Box) (uint64, error) {
	d, err := isobmff.Payload(f.p.w, b, 12)
	if err != nil || len(d) < 8 {
		return 0, err
	}
	if d[0] == 1 && len(d) == 12 {
		return window.BE64(d[4:]), nil
	}
	return uint64(window.BE32(d[4:])), nil
}

// header reads tfhd (8.8.7): the track, and the duration of its samples unless each has its own.
func (f *fragments) header(d []byte) (*track, uint32) {
	id, flags := window.BE32(d[4:]), window.BE32(d)&0xFFFFFF
	t := f.p.trackByID(id)
	at := 8
	if flags&1 != 0 {
		at += 8
	}
	if flags&2 != 0 {
		at += 4
	}
	if flags&8 != 0 && len(d) >= at+4 {
		return t, window.BE32(d[at:])
	}
	return t, f.p.defaults[id]
}

// run adds up the durations of a trun box (8.8.8), and lets its samples vote on the usual one where it
// is of the first fragments. whole is false where the box is too long to be read.
func (f *fragments) run(t *track, b isobmff.Box, each uint32, first bool) (ticks uint64, whole bool, err error) {
	d, err := isobmff.Payload(f.p.w, b, 8)
	if err != nil || len(d) < 8 {
		return 0, false, err
	}
	flags, n := window.BE32(d)&0xFFFFFF, uint64(window.BE32(d[4:]))
	if flags&0x100 == 0 {
		if first {
			t.vote(each, int(n))
			t.inFront, t.frontTime = t.inFront+n, t.frontTime+n*uint64(each)
		}
		return n * uint64(each), true, nil
	}
	skip, entry := 8, 0
	for _, bit := range [...]uint32{1, 4} {
		if flags&bit != 0 {
			skip += 4
		}
	}
	for _, bit := range [...]uint32{0x100, 0x200, 0x400, 0x800} {
		if flags&bit != 0 {
			entry += 4
		}
	}
	if n > window.Size/4 || int64(skip)+int64(n)*int64(entry) > min(b.Size, window.Size) {
		return 0, false, nil
	}
	if d, err = isobmff.Payload(f.p.w, b, skip+int(n)*entry); err != nil {
		return 0, false, err
	}
	for e := d[skip:]; len(e) >= entry; e = e[entry:] {
		if err := f.p.w.Element(); err != nil {
			return 0, false, err
		}
		v := window.BE32(e)
		ticks += uint64(v)
		if first {
			t.vote(v, 1)
		}
	}
	if n > 1 && first { // the last is often stretched to the fragment's end
		last := window.BE32(d[skip+int(n-1)*entry:])
		t.inFront, t.frontTime = t.inFront+n-1, t.frontTime+ticks-uint64(last)
	}
	return ticks, true, nil
}
