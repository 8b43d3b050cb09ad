package archive

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/zipfile"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
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

func probe7z(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	at, size := window.LE64(head[12:]), window.LE64(head[20:])
	if size == 0 {
		return nil // an archive of nothing
	}
	if at > uint64(w.Size()) || size > uint64(w.Size()) || at+size+32 > uint64(w.Size()) {
		return fmt.Errorf("%w: header of %d bytes at %d", window.ErrTruncated, size, at)
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
			return fmt.Errorf("%w: header of kind %d", window.ErrMalformed, kind)
		}
	}
	return fmt.Errorf("%w: packed headers within each other", window.ErrMalformed)
}

// unpack decodes a folder, of which it gives at most limit bytes; with whole it must be no longer.
func (s *szStreams) unpack(w *window.Window, folder int, limit uint64, whole bool) ([]byte, error) {
	f := &s.folders[folder]
	stream := 0
	for i := range folder {
		stream += s.folders[i].packed
	}
	if f.packed != 1 || stream >= len(s.packSizes) {
		return nil, fmt.Errorf("%w: folder of several streams", window.ErrMalformed)
	}
	at, n := s.packAt, s.packSizes[stream]
	for _, size := range s.packSizes[:stream] {
		at = min(at+min(size, 1<<61), 1<<61)
	}
	size := f.size()
	if whole && size > limit {
		return nil, fmt.Errorf("%w: header of %d bytes", window.ErrMalformed, size)
	}
	if at > uint64(w.Size()) || at+32 > uint64(w.Size()) || n > uint64(w.Size())-at-32 {
		return nil, fmt.Errorf("%w: packed stream", window.ErrTruncated)
	}
	packed := min(n, 2*uint64(lzmaDictionary(int(limit)))) // what is decoded may go that far
	in, err := w.Part(32+int64(at), int64(packed))
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
		return decodeLZMA(w, f.props, in, size, int(limit))
	case "\x21":
		return decodeLZMA2(w, in, int(min(size, limit)))
	}
	return nil, fmt.Errorf("%w: coder %x", zipfile.ErrMethod, f.coder)
}

// header reads the list of entries.
func (r *szReader) header(res *format.Result) error {
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

func (r *szReader) files(res *format.Result, s *szStreams) error {
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
	name := text.Clean(text.UTF16(l.names[:end], false))
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

func (l *szListing) describe(w *window.Window, r *format.Result, s *szStreams) error {
	if !l.asComic(r, "cb7", "7z") {
		return nil
	}
	var info []byte
	if l.hasInfo {
		info = s.part(w, l.info)
	}
	l.comicListing.describe(r, info, nil) // the cover is packed together with the rest
	return w.Err()
}

// part returns the content of one part of the streams, or nil where too much stands before it.
func (s *szStreams) part(w *window.Window, part int) []byte {
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
