package archive

import (
	"fmt"
	"math/bits"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The structures of a 7z's header: numbers, sets of bits, coders and the streams they share.

// szFolderInfo is a group of coders that share packed streams.
type szFolderInfo struct {
	coder       string // the only coder's identifier; "" where there are several
	props       []byte
	unpackSizes []uint64
	packed      int // number of packed streams
	encrypted   bool
	bound       int // the output that no other coder takes is the folder's
	files       int
	hasCRC      bool
}

// szStreams is what a StreamsInfo structure says.
type szStreams struct {
	packAt    uint64
	packSizes []uint64
	folders   []szFolderInfo
	subSizes  []uint64
}

// szReader reads a header. Every count is checked against what is left of it.
type szReader struct {
	w      *window.Window
	b      []byte
	failed bool
}

func (r *szReader) byte() byte {
	if len(r.b) == 0 {
		r.failed = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *szReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.failed, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// number reads an integer whose first byte tells by its leading ones how many follow.
func (r *szReader) number() uint64 {
	first := r.byte()
	n := bits.LeadingZeros8(^first)
	var v uint64
	for i := range n {
		v |= uint64(r.byte()) << (8 * i)
	}
	if n < 7 {
		v |= uint64(first&(1<<(7-n)-1)) << (8 * n)
	}
	return v
}

// count reads a number of things, each of which costs an element of the budget.
func (r *szReader) count() int {
	n := r.number()
	if n > sevenZipMaxCount {
		r.failed, r.b = true, nil
		return 0
	}
	for range n {
		if r.w.Element() != nil {
			r.failed, r.b = true, nil
			return 0
		}
	}
	return int(n)
}

// bitset reads n bits, the highest first.
func (r *szReader) bitset(n int) []byte { return r.take(uint64(n+7) / 8) }

// optional reads a set of bits that is left out where all are set.
func (r *szReader) optional(n int) []byte {
	if r.byte() == 0 {
		return r.bitset(n)
	}
	return nil
}

func szBit(set []byte, i int) bool { return i/8 < len(set) && set[i/8]>>(7-i%8)&1 == 1 }

func (r *szReader) err(what string) error {
	if r.w.Err() != nil {
		return r.w.Err()
	}
	return fmt.Errorf("%w: %s", window.ErrMalformed, what)
}

// streams reads a StreamsInfo structure.
func (r *szReader) streams() szStreams {
	var s szStreams
	for !r.failed {
		switch r.number() {
		case szEnd:
			return s
		case szPackInfo:
			r.packInfo(&s)
		case szUnpackInfo:
			r.unpackInfo(&s)
		case szSubStreams:
			r.subStreams(&s)
		default:
			r.failed = true
		}
	}
	return s
}

func (r *szReader) packInfo(s *szStreams) {
	s.packAt = r.number()
	n := r.count()
	for !r.failed {
		switch r.number() {
		case szEnd:
			return
		case szSize:
			for range n {
				s.packSizes = append(s.packSizes, r.number())
			}
		case szCRC:
			r.digests(n)
		default:
			r.failed = true
		}
	}
}

// digests passes over the checksums of n things and returns which of them have one; nil: all.
func (r *szReader) digests(n int) []byte {
	set := r.optional(n)
	defined := n
	if set != nil {
		defined = 0
		for i := range n {
			if szBit(set, i) {
				defined++
			}
		}
	}
	r.take(4 * uint64(defined))
	return set
}

func (r *szReader) unpackInfo(s *szStreams) {
	for !r.failed {
		switch r.number() {
		case szEnd:
			return
		case szFolder:
			n := r.count()
			if r.byte() != 0 { // external data
				r.failed = true
			}
			for range n {
				if r.failed {
					return
				}
				s.folders = append(s.folders, r.folder())
			}
		case szUnpackSize:
			for i := range s.folders {
				for j := range s.folders[i].unpackSizes {
					s.folders[i].unpackSizes[j] = r.number()
				}
			}
		case szCRC:
			set := r.digests(len(s.folders))
			for i := range s.folders {
				s.folders[i].hasCRC = set == nil || szBit(set, i)
			}
		default:
			r.failed = true
		}
	}
}

func (r *szReader) folder() szFolderInfo {
	f := szFolderInfo{files: 1}
	coders := r.number()
	if coders == 0 || coders > 32 {
		r.failed = true
		return f
	}
	in, out := uint64(0), uint64(0)
	for range coders {
		flags := r.byte()
		id := string(r.take(uint64(flags & 0x0F)))
		ins, outs := uint64(1), uint64(1)
		if flags&0x10 != 0 {
			ins, outs = r.number(), r.number()
		}
		var props []byte
		if flags&0x20 != 0 {
			props = r.take(r.number())
		}
		if ins > 32 || outs > 32 || flags&0x80 != 0 {
			r.failed = true
			return f
		}
		in, out = in+ins, out+outs
		if len(id) == 4 && id[:2] == "\x06\xF1" {
			f.encrypted = true
		}
		if coders == 1 {
			f.coder, f.props = id, props
		}
	}
	if out == 0 || in < out-1 {
		r.failed = true
		return f
	}
	bound := make([]bool, out)
	for range out - 1 { // bind pairs
		r.number()
		if o := r.number(); o < out {
			bound[o] = true
		}
	}
	for i, b := range bound {
		if !b {
			f.bound = i
		}
	}
	f.packed = int(in - (out - 1))
	if f.packed > 1 {
		for range f.packed {
			r.number()
		}
	}
	f.unpackSizes = make([]uint64, out)
	return f
}

func (r *szReader) subStreams(s *szStreams) {
	kind := r.number()
	if kind == szNumUnpack {
		for i := range s.folders {
			s.folders[i].files = r.count()
		}
		kind = r.number()
	}
	for i := range s.folders {
		f := &s.folders[i]
		left := f.size()
		for j := range f.files {
			size := left
			if j < f.files-1 && kind == szSize {
				size = min(r.number(), left)
			}
			left -= size
			s.subSizes = append(s.subSizes, size)
		}
	}
	if kind == szSize {
		kind = r.number()
	}
	if kind == szCRC {
		n := 0
		for _, f := range s.folders {
			if f.files != 1 || !f.hasCRC {
				n += f.files
			}
		}
		r.digests(n)
		kind = r.number()
	}
	r.failed = r.failed || kind != szEnd
}

func (f *szFolderInfo) size() uint64 {
	if f.bound < len(f.unpackSizes) {
		return f.unpackSizes[f.bound]
	}
	return 0
}
