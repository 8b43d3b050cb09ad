package probe

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/charset"
)

// ZIP (PKWARE's APPNOTE 6.3.10), by its central directory: epubs, comics, office documents, packages.

const (
	zipEndLength     = 22
	zipLocatorLength = 20
	zipEnd64Length   = 56
	zipCentralLength = 46
	zipLocalLength   = 30
	zipMaxDirectory  = 512 << 10 // bytes; what lists more is told by its count alone

	zipStored, zipDeflated = 0, 8
	zipFlagEncrypted       = 1 << 0
	zipFlagUTF8            = 1 << 11
)

var (
	errZipTooLarge = fmt.Errorf("%w: directory too large to list", ErrBudget)
	errZipMethod   = fmt.Errorf("%w: unsupported compression", ErrMalformed)
)

// zipFile is an open ZIP.
type zipFile struct {
	w     *Window
	count uint64 // entries, as the end record has it
	dirAt int64
	dirTo int64
	shift int64 // of all offsets: a stub before the archive is not counted in them
}

// zipEntry is one entry of the central directory. name is valid until the window moves.
type zipEntry struct {
	name         []byte
	flags        uint16
	method       uint16
	packed, size uint64
	header       uint64 // offset of the local header, without the shift
}

func matchZIP(head []byte, _ string) bool {
	return len(head) >= 22 && (string(head[:4]) == "PK\x03\x04" || string(head[:4]) == "PK\x05\x06" || string(head[:8]) == "PK\x07\x08PK\x03\x04")
}

// openZIP finds the central directory from the end of the file.
func openZIP(w *Window) (*zipFile, error) {
	tail, off, err := w.Tail(windowSize)
	if err != nil {
		return nil, err
	}
	i := zipFindEnd(tail)
	if i < 0 && off > 0 { // a comment can be 64 KiB long
		off = max(0, off-windowSize+zipEndLength)
		if tail, err = w.Bytes(off, int(min(windowSize, w.Size()-off))); err != nil {
			return nil, err
		}
		i = bytes.LastIndex(tail, []byte("PK\x05\x06"))
	}
	if i < 0 || len(tail)-i < zipEndLength {
		return nil, fmt.Errorf("%w: no end of central directory", ErrTruncated)
	}
	end := tail[i : i+zipEndLength]
	endAt := off + int64(i)
	z := &zipFile{w: w, count: uint64(le16(end[10:]))}
	size, at := uint64(le32(end[12:])), uint64(le32(end[16:]))
	if z.count == 0xFFFF || size == 0xFFFFFFFF || at == 0xFFFFFFFF {
		if z.count, size, at, endAt, err = zip64(w, endAt, z.count, size, at); err != nil {
			return nil, err
		}
	}
	if size > uint64(endAt) || at > uint64(endAt)-size {
		return nil, fmt.Errorf("%w: central directory of %d bytes at %d", ErrMalformed, size, at)
	}
	z.dirTo = endAt
	z.dirAt = endAt - int64(size)
	z.shift = z.dirAt - int64(at)
	return z, nil
}

func zipFindEnd(tail []byte) int {
	for i := len(tail) - zipEndLength; i >= 0; i-- {
		if string(tail[i:i+4]) == "PK\x05\x06" && i+zipEndLength+int(le16(tail[i+20:])) <= len(tail) {
			return i
		}
	}
	return -1
}

// zip64 reads the records that hold what the end record's fields are too small for.
func zip64(w *Window, endAt int64, count, size, at uint64) (uint64, uint64, uint64, int64, error) {
	b, err := w.Bytes(endAt-zipLocatorLength, zipLocatorLength)
	if err != nil || string(b[:4]) != "PK\x06\x07" {
		return count, size, at, endAt, w.Err() // no locator: the fields mean what they say
	}
	end64 := zipOffset(b[8:])
	// With a stub before the archive the locator is off by its length; the record stands right before it.
	for _, try := range [2]int64{end64, endAt - zipLocatorLength - zipEnd64Length} {
		if b, err = w.Bytes(try, zipEnd64Length); err == nil && string(b[:4]) == "PK\x06\x06" {
			return le64(b[32:]), le64(b[40:]), le64(b[48:]), try, nil
		}
	}
	return 0, 0, 0, 0, fmt.Errorf("%w: ZIP64 end record", ErrMalformed)
}

// zipOffset returns a little-endian offset, or -1 where no file is that long.
func zipOffset(b []byte) int64 {
	if v := le64(b); v < 1<<62 {
		return int64(v)
	}
	return -1
}

// walk calls visit for every entry until it returns false. A directory too large for the window's
// budget is not begun: errZipTooLarge.
func (z *zipFile) walk(visit func(e zipEntry) bool) error {
	if z.dirTo-z.dirAt > zipMaxDirectory {
		return errZipTooLarge
	}
	for at := z.dirAt; z.dirTo-at >= zipCentralLength; {
		if err := z.w.Element(); err != nil {
			return err
		}
		b, err := z.w.Bytes(at, zipCentralLength)
		if err != nil {
			return err
		}
		if string(b[:4]) != "PK\x01\x02" {
			return nil // a signature may follow the entries
		}
		n, extra, comment := int(le16(b[28:])), int(le16(b[30:])), int(le16(b[32:]))
		total := int64(zipCentralLength + n + extra + comment)
		if total > z.dirTo-at {
			return fmt.Errorf("%w: directory entry of %d bytes", ErrMalformed, total)
		}
		if b, err = z.w.Bytes(at, min(zipCentralLength+n+extra, windowSize)); err != nil {
			return err
		}
		e := zipEntry{
			flags: le16(b[8:]), method: le16(b[10:]), packed: uint64(le32(b[20:])), size: uint64(le32(b[24:])),
			header: uint64(le32(b[42:])), name: b[zipCentralLength:min(zipCentralLength+n, len(b))],
		}
		e.extended(b[min(zipCentralLength+n, len(b)):])
		if !visit(e) {
			return nil
		}
		at += total
	}
	return nil
}

// extended takes the ZIP64 values, which stand in the order of the fields that are all ones.
func (e *zipEntry) extended(extra []byte) {
	for len(extra) >= 4 {
		id, n := le16(extra), int(le16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return
		}
		if id == 1 {
			v := extra[:n]
			for _, f := range []*uint64{&e.size, &e.packed, &e.header} {
				if *f == 0xFFFFFFFF && len(v) >= 8 {
					*f, v = le64(v), v[8:]
				}
			}
			return
		}
		extra = extra[n:]
	}
}

// text returns the entry's name as UTF-8.
func (e *zipEntry) text() string {
	if e.flags&zipFlagUTF8 == 0 && !utf8.Valid(e.name) {
		if u, ok := charset.Decode(e.name, "cp437"); ok {
			return cleanText(string(u))
		}
	}
	return cleanText(string(e.name))
}

// isDir reports whether the entry is a folder.
func (e *zipEntry) isDir() bool { return bytes.HasSuffix(e.name, []byte("/")) }

// headerAt returns the offset of the local header in the file.
func (z *zipFile) headerAt(e zipEntry) int64 {
	if e.header > uint64(z.w.Size()) {
		return -1
	}
	return int64(e.header) + z.shift
}

// dataAt returns the offset of an entry's packed bytes.
func (z *zipFile) dataAt(e zipEntry) (int64, error) {
	at := z.headerAt(e)
	b, err := z.w.Bytes(at, zipLocalLength)
	if err != nil {
		return 0, err
	}
	if string(b[:4]) != "PK\x03\x04" {
		return 0, fmt.Errorf("%w: no local header", ErrMalformed)
	}
	return at + zipLocalLength + int64(le16(b[26:])) + int64(le16(b[28:])), nil
}

// read returns the content of an entry of at most limit bytes; of a longer one its beginning.
func (z *zipFile) read(e zipEntry, limit int64) ([]byte, error) {
	if e.flags&zipFlagEncrypted != 0 {
		return nil, fmt.Errorf("%w: encrypted entry", errZipMethod)
	}
	at, err := z.dataAt(e)
	if err != nil {
		return nil, err
	}
	packed := int64(min(e.packed, uint64(limit)+1024))
	switch e.method {
	case zipStored:
		return z.w.ReadFull(at, min(packed, limit))
	case zipDeflated:
		b, err := z.w.Part(at, min(packed, max(0, z.w.Size()-at)))
		if err != nil {
			return nil, err
		}
		return inflate(z.w, b, limit)
	}
	return nil, fmt.Errorf("%w: method %d", errZipMethod, e.method)
}

// flateReaders keeps decompressors, each of which is larger than all else that a small file needs.
var flateReaders = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// inflate expands a raw deflate stream to at most limit bytes. A stream that breaks off gives what came
// out of it.
func inflate(w *Window, packed []byte, limit int64) ([]byte, error) {
	r := flateReaders.Get().(io.ReadCloser)
	defer flateReaders.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return expand(w, r, limit)
}

// inflateZlib expands a zlib stream (RFC 1950), without verifying its checksum: a damaged end costs no
// more than what it held.
func inflateZlib(w *Window, packed []byte, limit int64) ([]byte, error) {
	if len(packed) < 2 || packed[0]&0x0F != 8 || be16(packed)%31 != 0 || packed[1]&0x20 != 0 {
		return nil, fmt.Errorf("%w: zlib header", ErrMalformed)
	}
	return inflate(w, packed[2:], limit)
}

// expand reads r to its end or to limit bytes, into memory that is lent and grows only as bytes really come.
func expand(w *Window, r io.Reader, limit int64) ([]byte, error) {
	var out []byte
	for int64(len(out)) < limit {
		grow := min(limit-int64(len(out)), int64(max(4096, len(out))))
		if err := w.Alloc(grow); err != nil {
			return nil, err
		}
		if err := w.onTime(); err != nil {
			return nil, err
		}
		have := len(out)
		if size := have + int(grow); size > cap(out) {
			out = append(w.lend(size)[:0], out...)
		}
		n, err := io.ReadFull(r, out[have:have+int(grow)])
		out = out[:have+n]
		if err != nil {
			if len(out) == 0 && !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
			}
			break
		}
	}
	return out, nil
}
