package probe

import "math"

// maxMP4Hops is how many fragments of a file without an index are stepped over to find its end.
const maxMP4Hops = 6

// fragmentedDuration finds how long a fragmented file is where its header does not say it: by the
// segment index at its front, by the random access index at its end, or by stepping over the fragments
// where they are few. Where none of these reaches the end of the file, the duration stays unknown.
// The first fragment tells the frame rate.
func (p *mp4) fragmentedDuration() error {
	p.w.Ahead(mp4Aside)
	defer p.w.Ahead(windowSize)
	f := mp4Fragments{p: p}
	if p.firstMoof.size > 0 {
		if _, err := f.fragment(p.firstMoof, true); err != nil {
			return err
		}
	}
	if p.duration > 0 {
		return nil
	}
	f.last = 0
	for _, step := range []func() (bool, error){f.byIndex, f.byRandomAccess, f.byWalk} {
		done, err := step()
		if err != nil {
			return err
		}
		if done {
			p.r.Description.Media.DurationSeconds = f.last
			return nil
		}
	}
	for _, t := range p.tracks {
		t.duration = 0
	}
	return nil
}

// mp4Fragments gathers the end of a fragmented file.
type mp4Fragments struct {
	p    *mp4
	last float64 // in seconds: the latest end of a fragment seen
}

// byIndex adds up a segment index (ISO/IEC 14496-12, 8.16.3) and accepts it where what it refers to
// reaches the end of the file, or the random access index there.
func (f *mp4Fragments) byIndex() (bool, error) {
	b := f.p.index
	d, err := f.p.w.payload(b, 36)
	if err != nil || len(d) < 32 {
		return false, err
	}
	scale := be32(d[8:])
	first, at := uint64(be32(d[16:])), int64(20)
	if d[0] == 1 {
		first, at = be64(d[20:]), 28
	}
	if d, err = f.p.w.payload(b, windowSize); err != nil || int64(len(d)) < at+4 {
		return false, err
	}
	n := int(be16(d[at+2:]))
	entries := d[at+4:]
	if n == 0 || len(entries) < 12*n || first > math.MaxInt64/2 {
		return false, nil
	}
	size, ticks := first, uint64(0)
	for ; n > 0; n-- {
		if err := f.p.w.Element(); err != nil {
			return false, err
		}
		size += uint64(be32(entries) & 0x7FFFFFFF) // the bit above says that it is an index of an index
		ticks += uint64(be32(entries[4:]))
		entries = entries[12:]
	}
	end := uint64(b.end()) + size
	if end+uint64(f.tailSize()) < uint64(f.p.w.size) {
		return false, nil
	}
	f.last = seconds(ticks, scale)
	return true, nil
}

// tailSize is the size of the random access index at the end of the file (mfra, 8.8.9), 0 without one.
func (f *mp4Fragments) tailSize() int64 {
	d, _, err := f.p.w.Tail(16)
	if err != nil || len(d) < 16 || string(d[4:8]) != "mfro" {
		return 0
	}
	if n := int64(be32(d[12:])); n >= 24 && n <= f.p.w.size {
		return n
	}
	return 0
}

// byRandomAccess takes the last fragment that each track's random access index names, and goes on from
// the last of them to the end.
func (f *mp4Fragments) byRandomAccess() (bool, error) {
	size := f.tailSize()
	if size == 0 {
		return false, nil
	}
	mfra := f.p.w.boxes(f.p.w.size-size, f.p.w.size)
	if !mfra.next() || mfra.box.kind != "mfra" {
		return false, mfra.err
	}
	last := int64(-1)
	walk := f.p.w.children(mfra.box, 0)
	for walk.next() {
		if walk.box.kind != "tfra" {
			continue
		}
		off, err := f.lastEntry(walk.box)
		if err != nil {
			return false, err
		}
		last = max(last, off)
	}
	if walk.err != nil || last < 0 {
		return false, walk.err
	}
	return f.walk(last, mfra.box.start)
}

// lastEntry returns the offset of the last fragment that a tfra box names, -1 without one.
func (f *mp4Fragments) lastEntry(b box) (int64, error) {
	d, err := f.p.w.payload(b, 16)
	if err != nil || len(d) < 16 {
		return -1, err
	}
	lengths, n, wide := be32(d[8:]), int64(be32(d[12:])), d[0] == 1
	size := int64(8)
	if wide {
		size = 16
	}
	entry := size
	for _, shift := range [...]uint{4, 2, 0} {
		entry += int64(lengths>>shift&3) + 1
	}
	if n == 0 || n*entry > b.size-16 {
		return -1, nil
	}
	if d, err = f.p.w.Bytes(b.off+16+(n-1)*entry, int(size)); err != nil {
		return -1, err
	}
	if wide {
		return int64(min(be64(d[8:]), math.MaxInt64)), nil
	}
	return int64(be32(d[4:])), nil
}

func (f *mp4Fragments) byWalk() (bool, error) {
	if f.p.firstMoof.size == 0 {
		return false, nil
	}
	return f.walk(f.p.firstMoof.start, f.p.w.size)
}

// walk steps over the boxes of [off, end) and reports whether it came to the end.
func (f *mp4Fragments) walk(off, end int64) (bool, error) {
	if off > end {
		return false, nil
	}
	reads, seen := 0, int64(0)
	walk := f.p.w.boxes(off, end)
	for walk.next() {
		b := walk.box
		if b.start >= HeadSize && b.start-seen > mp4Aside-512 {
			if reads++; reads > maxMP4Hops {
				return false, nil
			}
			seen = b.start
		}
		if b.kind != "moof" {
			continue
		}
		if ok, err := f.fragment(b, false); err != nil || !ok {
			return false, err
		}
	}
	return f.last > 0, walk.err
}

// fragment reads a moof box and notes where its tracks' samples end. first takes the sample duration
// of video tracks from it too.
func (f *mp4Fragments) fragment(moof box, first bool) (bool, error) {
	leave, err := f.p.w.Enter()
	if err != nil {
		return false, err
	}
	defer leave()
	walk := f.p.w.children(moof, 0)
	for walk.next() {
		if walk.box.kind != "traf" {
			continue
		}
		if ok, err := f.trackFragment(walk.box, first); err != nil || !ok {
			return false, err
		}
	}
	return true, walk.err
}

func (f *mp4Fragments) trackFragment(traf box, first bool) (bool, error) {
	var t *mp4Track
	var each uint32
	var start, ticks, samples uint64
	ok := true
	walk := f.p.w.children(traf, 0)
	for walk.next() {
		b := walk.box
		switch b.kind {
		case "tfhd":
			d, err := f.p.w.payload(b, 32)
			if err != nil || len(d) < 8 {
				return false, err
			}
			t, each = f.header(d)
		case "tfdt":
			d, err := f.p.w.payload(b, 12)
			if err != nil || len(d) < 8 {
				return false, err
			}
			if start = uint64(be32(d[4:])); d[0] == 1 && len(d) == 12 {
				start = be64(d[4:])
			}
		case "trun":
			n, sum, whole, err := f.run(b, each)
			if err != nil {
				return false, err
			}
			samples, ticks, ok = samples+n, ticks+sum, ok && whole
		}
	}
	if walk.err != nil || t == nil || start > math.MaxInt64 {
		return false, walk.err
	}
	if first && ok && t.samples == 0 && ticks > 0 {
		t.samples, t.ticks = samples, ticks
	}
	f.last = max(f.last, seconds(start+ticks, t.timescale))
	return ok, nil
}

// header reads tfhd (8.8.7): the track, and the duration of its samples unless each has its own.
func (f *mp4Fragments) header(d []byte) (*mp4Track, uint32) {
	id, flags := be32(d[4:]), be32(d)&0xFFFFFF
	var t *mp4Track
	for _, c := range f.p.tracks {
		if c.id == id {
			t = c
		}
	}
	at := 8
	if flags&1 != 0 {
		at += 8
	}
	if flags&2 != 0 {
		at += 4
	}
	if flags&8 != 0 && len(d) >= at+4 {
		return t, be32(d[at:])
	}
	return t, f.p.defaults[id]
}

// run adds up the durations of a trun box (8.8.8); whole is false where it is too long to be read.
func (f *mp4Fragments) run(b box, each uint32) (n, ticks uint64, whole bool, err error) {
	d, err := f.p.w.payload(b, 8)
	if err != nil || len(d) < 8 {
		return 0, 0, false, err
	}
	flags := be32(d) & 0xFFFFFF
	n = uint64(be32(d[4:]))
	if flags&0x100 == 0 {
		return n, n * uint64(each), true, nil
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
	if n > windowSize/4 || int64(skip)+int64(n)*int64(entry) > min(b.size, windowSize) {
		return 0, 0, false, nil
	}
	if d, err = f.p.w.payload(b, skip+int(n)*entry); err != nil {
		return 0, 0, false, err
	}
	for e := d[skip:]; len(e) >= entry; e = e[entry:] {
		if err := f.p.w.Element(); err != nil {
			return 0, 0, false, err
		}
		ticks += uint64(be32(e))
	}
	return n, ticks, true, nil
}
