package probe

import (
	"bytes"
	"fmt"
	"math/bits"
)

// 7z (7zFormat.txt of the LZMA SDK): a header at the end lists the entries; it is mostly compressed.

const (
	sevenZipMagic     = "7z\xBC\xAF\x27\x1C"
	sevenZipMaxHeader = 1 << 20
	sevenZipMaxCount  = 1 << 16 // of streams, folders and files

	// sevenZipMaxSolid is how much is decompressed to get at a ComicInfo.xml behind other entries.
	sevenZipMaxSolid = 256 << 10
)

// Identifiers of properties.
const (
	szEnd, szHeader, szArchiveProperties, szAdditional, szMainStreams, szFiles = 0, 1, 2, 3, 4, 5
	szPackInfo, szUnpackInfo, szSubStreams                                     = 6, 7, 8
	szSize, szCRC, szFolder, szUnpackSize, szNumUnpack                         = 9, 10, 11, 12, 13
	szEmptyStream, szEmptyFile, szNames, szEncodedHeader                       = 14, 15, 17, 23
)

func match7z(head []byte, _ string) bool {
	return len(head) >= 32 && string(head[:6]) == sevenZipMagic
}

func matchCB7(head []byte, ext string) bool { return ext == ".cb7" && match7z(head, ext) }

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
	w      *Window
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

func probe7z(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	at, size := le64(head[12:]), le64(head[20:])
	if size == 0 {
		return nil // an archive of nothing
	}
	if at > uint64(w.Size()) || size > uint64(w.Size()) || at+size+32 > uint64(w.Size()) {
		return fmt.Errorf("%w: header of %d bytes at %d", ErrTruncated, size, at)
	}
	if size > sevenZipMaxHeader {
		return nil
	}
	raw, err := w.ReadFull(32+int64(at), int64(size))
	if err != nil {
		return err
	}
	h := &szReader{w: w, b: raw}
	for range 4 { // a packed header may hold another packed header
		switch kind := h.byte(); kind {
		case szHeader:
			return h.header(r)
		case szEncodedHeader:
			s := h.streams()
			if h.failed || len(s.folders) == 0 {
				return h.err("packed header")
			}
			if s.folders[0].encrypted {
				r.Description.Media.Encrypted = true
				return nil
			}
			data, err := s.unpack(w, 0, sevenZipMaxHeader, true)
			if err != nil {
				return err
			}
			h = &szReader{w: w, b: data}
		default:
			return fmt.Errorf("%w: header of kind %d", ErrMalformed, kind)
		}
	}
	return fmt.Errorf("%w: packed headers within each other", ErrMalformed)
}

func (r *szReader) err(what string) error {
	if r.w.failed != nil {
		return r.w.failed
	}
	return fmt.Errorf("%w: %s", ErrMalformed, what)
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

// unpack decodes a folder, of which it gives at most limit bytes; with whole it must be no longer.
func (s *szStreams) unpack(w *Window, folder int, limit uint64, whole bool) ([]byte, error) {
	f := &s.folders[folder]
	stream := 0
	for i := range folder {
		stream += s.folders[i].packed
	}
	if f.packed != 1 || stream >= len(s.packSizes) {
		return nil, fmt.Errorf("%w: folder of several streams", ErrMalformed)
	}
	at, n := s.packAt, s.packSizes[stream]
	for _, size := range s.packSizes[:stream] {
		at = min(at+min(size, 1<<61), 1<<61)
	}
	size := f.size()
	if whole && size > limit {
		return nil, fmt.Errorf("%w: header of %d bytes", ErrMalformed, size)
	}
	if at > uint64(w.Size()) || at+32 > uint64(w.Size()) || n > uint64(w.Size())-at-32 {
		return nil, fmt.Errorf("%w: packed stream", ErrTruncated)
	}
	in, err := imagePart(w, 32+int64(at), int64(min(n, 2*limit)))
	if err != nil {
		return nil, err
	}
	switch f.coder {
	case "\x00":
		if err := w.Alloc(int64(len(in))); err != nil {
			return nil, err
		}
		return bytes.Clone(in[:min(uint64(len(in)), size, limit)]), nil
	case "\x03\x01\x01":
		return decodeLZMA(w, f.props, in, int(min(size, limit)))
	case "\x21":
		return decodeLZMA2(w, in, int(min(size, limit)))
	}
	return nil, fmt.Errorf("%w: coder %x", errZipMethod, f.coder)
}

// header reads the list of entries.
func (r *szReader) header(res *Result) error {
	var s szStreams
	m := res.Description.Media
	for !r.failed {
		switch r.number() {
		case szEnd:
			return nil
		case szArchiveProperties:
			for kind := r.number(); kind != szEnd && !r.failed; kind = r.number() {
				r.take(r.number())
			}
		case szAdditional:
			r.streams()
		case szMainStreams:
			s = r.streams()
			for _, f := range s.folders {
				m.Encrypted = m.Encrypted || f.encrypted
			}
		case szFiles:
			return r.files(res, &s)
		default:
			r.failed = true
		}
	}
	return r.err("header")
}

func (r *szReader) files(res *Result, s *szStreams) error {
	n := r.count()
	var names, empty, emptyFiles []byte
	for !r.failed {
		kind := r.number()
		if kind == szEnd {
			break
		}
		size := r.number()
		value := r.take(size)
		switch kind {
		case szEmptyStream:
			empty = value
		case szEmptyFile:
			emptyFiles = value
		case szNames:
			if len(value) > 0 && value[0] == 0 {
				names = value[1:]
			}
		}
	}
	if r.failed {
		return r.err("list of files")
	}
	l := szListing{names: names}
	for i := range n {
		if err := r.w.Element(); err != nil {
			return err
		}
		if !l.add(szBit(empty, i), emptyFiles) {
			return r.err("names")
		}
	}
	return l.describe(r.w, res, s)
}

// szListing goes through the files; those with content take the streams' parts one after the other.
type szListing struct {
	comicListing
	names   []byte
	empties int
	streams int
	info    int // the part that is the ComicInfo.xml
}

func (l *szListing) add(isEmpty bool, emptyFiles []byte) bool {
	end := 0
	for end+1 < len(l.names) && (l.names[end] != 0 || l.names[end+1] != 0) {
		end += 2
	}
	if end+1 >= len(l.names) {
		return false
	}
	name := cleanText(utf16Text(l.names[:end], false))
	l.names = l.names[end+2:]
	if isEmpty {
		if szBit(emptyFiles, l.empties) {
			l.entries++
		}
		l.empties++
		return true
	}
	if l.comicListing.add(name) == comicInfo {
		l.info = l.streams
	}
	l.streams++
	return true
}

func (l *szListing) describe(w *Window, r *Result, s *szStreams) error {
	m := r.Description.Media
	m.Entries = l.entries
	if !l.isComic(m.Container == "cb7") {
		asArchive(r, "7z")
		return nil
	}
	m.Container = "cb7"
	var info []byte
	if l.hasInfo {
		info = s.part(w, l.info)
	}
	l.comicListing.describe(r, info, nil) // the cover is packed together with the rest
	return w.failed
}

// part returns the content of one part of the streams, or nil where too much stands before it.
func (s *szStreams) part(w *Window, part int) []byte {
	n := 0
	for i := range s.folders {
		f := &s.folders[i]
		if part >= n+f.files {
			n += f.files
			continue
		}
		if part >= len(s.subSizes) || f.encrypted {
			return nil
		}
		before := uint64(0)
		for _, size := range s.subSizes[n:part] {
			before += min(size, 1<<40)
		}
		size := s.subSizes[part]
		if size > comicInfoMax || before+size > sevenZipMaxSolid {
			return nil
		}
		data, err := s.unpack(w, i, before+size, false)
		if err != nil || uint64(len(data)) < before+size {
			return nil
		}
		return data[before:]
	}
	return nil
}
