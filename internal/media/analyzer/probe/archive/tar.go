package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/zipfile"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Tar (POSIX.1-2017 pax, ustar, GNU, v7), by walking the headers; and what is compressed by gzip or xz,
// with or without a tar in it. Without a directory every entry costs a small read.

const (
	tarBlock      = 512
	tarMaxEntries = 1024
	tarMaxName    = 64 << 10

	// packedMaxTar is how much of a compressed tar is decompressed; a larger one keeps the number of its
	// entries to itself.
	packedMaxTar = 256 << 10
)

func matchTar(head []byte, ext string) bool {
	if len(head) < tarBlock {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return tarChecksum(head[:tarBlock])
	}
	return (ext == ".tar" || ext == ".cbt") && tarChecksum(head[:tarBlock])
}

// tarChecksum verifies a header: the sum of its bytes, with blanks for the sum itself.
func tarChecksum(b []byte) bool {
	want, ok := tarNumber(b[148:156])
	if !ok {
		return false
	}
	sum, signed := int64(0), int64(0)
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
		signed += int64(int8(c))
	}
	return sum == want || signed == want
}

// tarNumber reads an octal number, or the base-256 one of GNU.
func tarNumber(b []byte) (int64, bool) {
	if b[0]&0x80 != 0 {
		v := int64(b[0] & 0x3F)
		for _, c := range b[1:] {
			if v >= 1<<53 {
				return 0, false
			}
			v = v<<8 | int64(c)
		}
		return v, b[0]&0x40 == 0
	}
	s := strings.Trim(string(b), " \x00")
	if s == "" {
		return 0, true
	}
	v, err := strconv.ParseInt(s, 8, 64)
	return v, err == nil && v >= 0
}

// tarListing is what a walk tells.
type tarListing struct {
	comicListing
	info     tarRange
	first    tarRange // the cover
	complete bool
	longName string // of the next entry, by GNU or pax
	longSize int64  // likewise, by pax: 8 GiB and more have no room in a header
}

type tarRange struct{ at, length int64 }

func probeTar(w *window.Window, r *format.Result) error {
	w.AllowReads(tarMaxEntries)
	var l tarListing
	err := l.walk(w)
	if w.Err() != nil {
		return w.Err()
	}
	if err == nil {
		err = l.describe(w, r)
	}
	return err
}

func (l *tarListing) describe(w *window.Window, r *format.Result) error {
	if !l.complete || !l.asComic(r, "cbt", "tar") {
		return nil
	}
	var info []byte
	if l.hasInfo && l.info.length <= comicInfoMax {
		var err error
		if info, err = w.ReadFull(l.info.at, l.info.length); err != nil && w.Err() != nil {
			return err
		}
	}
	l.comicListing.describe(r, info, &media.Artwork{Offset: l.first.at, Length: l.first.length})
	return w.Err()
}

// walk goes from header to header. Two blocks of zeros, or the end of the file, end a tar.
func (l *tarListing) walk(w *window.Window) error {
	pos := int64(0)
	for range tarMaxEntries {
		if w.Size()-pos < tarBlock {
			l.complete = w.Size() == pos
			if !l.complete {
				return fmt.Errorf("%w: header", window.ErrTruncated)
			}
			return nil
		}
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Peek(pos, tarBlock)
		if err != nil {
			return err
		}
		if b[0] == 0 {
			l.complete = true
			return nil
		}
		size, ok := tarNumber(b[124:136])
		if l.longSize > 0 && strings.IndexByte("xgLK", b[156]) < 0 {
			size, l.longSize = l.longSize, 0
		}
		if !ok || !tarChecksum(b) || size > w.Size()-pos-tarBlock {
			if ok && tarChecksum(b) {
				return fmt.Errorf("%w: entry of %d bytes", window.ErrTruncated, size)
			}
			return fmt.Errorf("%w: header", window.ErrMalformed)
		}
		more := b[156] == 'S' && b[482] != 0
		if err := l.entry(w, b, pos+tarBlock, size); err != nil {
			return err
		}
		if more {
			if pos, err = sparseMaps(w, pos); err != nil {
				return err
			}
		}
		pos += tarBlock + (size+tarBlock-1)&^(tarBlock-1)
		pos = min(pos, w.Size())
	}
	return nil
}

// sparseMaps passes over the blocks in which GNU tar goes on with the map of a sparse file, behind its header at pos.
// It returns where the header would lie if it had none.
func sparseMaps(w *window.Window, pos int64) (int64, error) {
	for range tarMaxEntries {
		if err := w.Element(); err != nil {
			return 0, err
		}
		pos += tarBlock
		b, err := w.Peek(pos, tarBlock)
		if err != nil || b[504] == 0 {
			return pos, err
		}
	}
	return 0, fmt.Errorf("%w: map of a sparse file", window.ErrMalformed)
}

func (l *tarListing) entry(w *window.Window, b []byte, at, size int64) error {
	switch kind := b[156]; kind {
	case 'L', 'x': // the name of the next entry
		value, err := w.ReadFull(at, min(size, tarMaxName))
		if err != nil {
			return err
		}
		if kind == 'L' {
			l.longName = text.CString(value)
		} else {
			l.paxRecords(value)
		}
	case '0', 0, '7':
		name := l.longName
		if name == "" {
			name = text.CString(b[:100])
			if prefix := text.CString(b[345:500]); prefix != "" && string(b[257:263]) == "ustar\x00" {
				name = prefix + "/" + name
			}
		}
		l.longName = ""
		if strings.HasSuffix(name, "/") {
			return nil // v7 has no other sign of a folder
		}
		switch l.comicListing.add(text.Clean(name)) {
		case comicInfo:
			l.info = tarRange{at, size}
		case comicCover:
			l.first = tarRange{at, size}
		}
	case 'g', 'K':
	case 'S': // a file, but its bytes do not lie here as they are
		l.longName = ""
		l.entries++
	default: // links, devices and folders
		l.longName = ""
	}
	return nil
}

// paxRecords reads an extended header: lines of "length key=value".
func (l *tarListing) paxRecords(b []byte) {
	for len(b) > 0 {
		length, rest, ok := bytes.Cut(b, []byte(" "))
		n, err := strconv.Atoi(string(length))
		if !ok || err != nil || n <= len(length)+1 || n > len(b) {
			return
		}
		key, value, _ := strings.Cut(strings.TrimSuffix(string(rest[:n-len(length)-1]), "\n"), "=")
		switch key {
		case "path":
			l.longName = value
		case "size":
			l.longSize, _ = strconv.ParseInt(value, 10, 64)
		}
		b = b[n:]
	}
}

func matchGzip(head []byte, _ string) bool {
	return len(head) >= 18 && head[0] == 0x1F && head[1] == 0x8B && head[2] == 8
}

// gzipReaders keeps decompressors.
var gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}

// probeGzip looks into a small file for a tar. The trailer tells the size of what is packed.
func probeGzip(w *window.Window, r *format.Result) error {
	tail, _, err := w.Tail(4)
	if err != nil {
		return err
	}
	size := int64(window.LE32(tail))
	z := gzipReaders.Get().(*gzip.Reader)
	defer gzipReaders.Put(z)
	if err := z.Reset(bufio.NewReader(io.NewSectionReader(w, 0, w.Size()))); err != nil {
		if w.Err() != nil {
			return w.Err()
		}
		return fmt.Errorf("%w: %w", window.ErrMalformed, err)
	}
	if size <= packedMaxTar && w.Size() <= packedMaxTar {
		err = packedTarIn(w, r, &forwardReader{r: z, w: w}, size)
	} else {
		err = packedTarByHead(w, r, func([]byte) ([]byte, error) { return window.Expand(w, z, tarBlock) })
	}
	if w.Err() != nil {
		return w.Err()
	}
	return err
}

// forwardReader is a stream as an io.ReaderAt for walks that only go forward. A read that goes back fails.
type forwardReader struct {
	r  io.Reader
	w  *window.Window // whose budget of allocation bounds what the stream yields
	at int64
}

func (f *forwardReader) ReadAt(p []byte, off int64) (int, error) {
	if off < f.at {
		return 0, fmt.Errorf("%w: read at %d behind %d", window.ErrMalformed, off, f.at)
	}
	if err := f.w.Alloc(off - f.at + int64(len(p))); err != nil {
		return 0, err
	}
	n, err := io.CopyN(io.Discard, f.r, off-f.at)
	if f.at += n; err != nil {
		return 0, io.EOF // damaged or cut off: either way there is no more
	}
	got, err := io.ReadFull(f.r, p)
	f.at += int64(got)
	if got < len(p) {
		err = io.EOF
	}
	return got, err
}

// packedTarByHead only says whether what is packed begins as a tar does.
func packedTarByHead(w *window.Window, r *format.Result, unpack func([]byte) ([]byte, error)) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	out, err := unpack(head)
	if err != nil && w.Err() != nil {
		return err
	}
	if matchTar(out, "") {
		r.Description.Media.Container = "tar." + r.Description.Media.Container
	}
	return nil
}

// packedTar lists the tar that data are, if they are one.
func packedTar(w *window.Window, r *format.Result, data []byte) error {
	return packedTarIn(w, r, bytes.NewReader(data), int64(len(data)))
}

// packedTarIn lists the tar of size bytes that src holds, if it is one.
func packedTarIn(w *window.Window, r *format.Result, src io.ReaderAt, size int64) error {
	inner := w.Nested(src, size)
	inner.AllowReads(tarMaxEntries)
	defer inner.Release()
	head, err := inner.Head()
	if err != nil || !matchTar(head, "") {
		return w.Err()
	}
	m := r.Description.Media
	m.Container = "tar." + m.Container
	var l tarListing
	if err := l.walk(inner); err != nil {
		if errors.Is(err, window.ErrTruncated) || errors.Is(err, window.ErrMalformed) {
			return nil
		}
		return err
	}
	if l.complete {
		m.Entries = l.entries
	}
	return nil
}

const xzMagic = "\xFD7zXZ\x00"

// probeXZ looks into a small file for a tar (the .xz format, 1.2.0). Only LZMA2 without other filters
// is decoded, which is what everybody uses.
func probeXZ(w *window.Window, r *format.Result) error {
	if w.Size() > packedMaxTar {
		return packedTarByHead(w, r, func(in []byte) ([]byte, error) { return xzBlock(w, in, tarBlock) })
	}
	in, err := w.Part(0, w.Size())
	if err != nil {
		return err
	}
	out, err := xzBlock(w, in, packedMaxTar)
	if err != nil {
		if w.Err() != nil {
			return w.Err()
		}
		return nil // another filter: it is an xz nevertheless
	}
	if len(out) == packedMaxTar {
		out = out[:tarBlock]
	}
	return packedTar(w, r, out)
}

// xzBlock decodes the first block of a stream, to at most limit bytes.
func xzBlock(w *window.Window, in []byte, limit int) ([]byte, error) {
	if len(in) < 24 {
		return nil, fmt.Errorf("%w: xz stream", window.ErrTruncated)
	}
	block := in[12:]
	size := (int(block[0]) + 1) * 4
	if block[0] == 0 || size > len(block) {
		return nil, fmt.Errorf("%w: xz block", window.ErrMalformed)
	}
	flags := block[1]
	c := rarCursor{b: block[2:size]} // the same integers as RAR's
	if flags&0x40 != 0 {
		c.uint()
	}
	if flags&0x80 != 0 {
		c.uint()
	}
	if id := c.uint(); id != 0x21 || flags&3 != 0 || c.failed {
		return nil, fmt.Errorf("%w: xz filter %#x", zipfile.ErrMethod, id)
	}
	return decodeLZMA2(w, block[size:], limit)
}

// Other compression is told by its magic and not looked into.
func matchBzip2(head []byte, _ string) bool {
	return len(head) >= 14 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' && string(head[4:10]) == "1AY&SY"
}
