// Package zipfile reads ZIP archives within the budgets of a window.
package zipfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// Find looks an entry up by its name.
func (z *File) Find(name string, e *Entry) (bool, error) {
	found := false
	err := z.Walk(func(entry Entry) bool {
		if string(entry.Name) == name {
			*e, found = entry, true
		}
		return !found
	})
	return found, err
}

// Artwork tells where a picture among the entries lies: one that is stored, by its own bytes; another by
// its local header (Offset) and the length of its packed bytes.
func (z *File) Artwork(name string, e Entry) media.Artwork {
	packed := int64(min(e.packed, 1<<62))
	if e.method == stored && e.Flags&FlagEncrypted == 0 {
		if at, err := z.dataAt(e); err == nil {
			return media.Artwork{Offset: at, Length: packed}
		}
	}
	return media.Artwork{Offset: z.headerAt(e), Length: packed, Encoding: "entry:" + name}
}

// ZIP (PKWARE's APPNOTE 6.3.10), by its central directory: epubs, comics, office documents, packages.

const (
	endLength     = 22
	locatorLength = 20
	end64Length   = 56
	centralLength = 46
	localLength   = 30
	maxDirectory  = 512 << 10 // bytes; what lists more is told by its count alone

	stored, deflated = 0, 8
	// FlagEncrypted is the bit of Flags that says so.
	FlagEncrypted = 1 << 0
	flagUTF8      = 1 << 11
)

var (
	// ErrTooLarge is of a directory that is not read, for its size.
	ErrTooLarge = fmt.Errorf("%w: directory too large to list", window.ErrBudget)
	// ErrMethod is of an entry that is packed in another way than by deflate.
	ErrMethod = fmt.Errorf("%w: unsupported compression", window.ErrMalformed)
)

// File is an open ZIP.
type File struct {
	W     *window.Window
	Count uint64 // entries, as the end record has it
	dirAt int64
	dirTo int64
	shift int64 // of all offsets: a stub before the archive is not counted in them
}

// Entry is one entry of the central directory. name is valid until the window moves.
type Entry struct {
	Name         []byte
	Flags        uint16
	method       uint16
	packed, size uint64
	header       uint64 // offset of the local header, without the shift
}

// Match tells ZIP by its magic bytes.
func Match(head []byte, _ string) bool {
	return len(head) >= 22 && (string(head[:4]) == "PK\x03\x04" || string(head[:4]) == "PK\x05\x06" || string(head[:8]) == "PK\x07\x08PK\x03\x04")
}

// Open finds the central directory from the end of the file.
func Open(w *window.Window) (*File, error) {
	tail, off, err := w.Tail(window.Size)
	if err != nil {
		return nil, err
	}
	i := findEnd(tail)
	if i < 0 && off > 0 { // a comment can be 64 KiB long
		off = max(0, off-window.Size+endLength)
		if tail, err = w.Bytes(off, int(min(window.Size, w.Size()-off))); err != nil {
			return nil, err
		}
		i = bytes.LastIndex(tail, []byte("PK\x05\x06"))
	}
	if i < 0 || len(tail)-i < endLength {
		return nil, fmt.Errorf("%w: no end of central directory", window.ErrTruncated)
	}
	end := tail[i : i+endLength]
	endAt := off + int64(i)
	z := &File{W: w, Count: uint64(window.LE16(end[10:]))}
	size, at := uint64(window.LE32(end[12:])), uint64(window.LE32(end[16:]))
	if z.Count == 0xFFFF || size == 0xFFFFFFFF || at == 0xFFFFFFFF {
		if z.Count, size, at, endAt, err = zip64(w, endAt, z.Count, size, at); err != nil {
			return nil, err
		}
	}
	if size > uint64(endAt) || at > uint64(endAt)-size {
		return nil, fmt.Errorf("%w: central directory of %d bytes at %d", window.ErrMalformed, size, at)
	}
	z.dirTo = endAt
	z.dirAt = endAt - int64(size)
	z.shift = z.dirAt - int64(at)
	return z, nil
}

func findEnd(tail []byte) int {
	for i := len(tail) - endLength; i >= 0; i-- {
		if string(tail[i:i+4]) == "PK\x05\x06" && i+endLength+int(window.LE16(tail[i+20:])) <= len(tail) {
			return i
		}
	}
	return -1
}

// zip64 reads the records that hold what the end record's fields are too small for.
func zip64(w *window.Window, endAt int64, count, size, at uint64) (uint64, uint64, uint64, int64, error) {
	b, err := w.Bytes(endAt-locatorLength, locatorLength)
	if err != nil || string(b[:4]) != "PK\x06\x07" {
		return count, size, at, endAt, w.Err() // no locator: the fields mean what they say
	}
	end64 := offset(b[8:])
	// With a stub before the archive the locator is off by its length; the record stands right before it.
	for _, try := range [2]int64{end64, endAt - locatorLength - end64Length} {
		if b, err = w.Bytes(try, end64Length); err == nil && string(b[:4]) == "PK\x06\x06" {
			return window.LE64(b[32:]), window.LE64(b[40:]), window.LE64(b[48:]), try, nil
		}
	}
	return 0, 0, 0, 0, fmt.Errorf("%w: ZIP64 end record", window.ErrMalformed)
}

// offset returns a little-endian offset, or -1 where no file is that long.
func offset(b []byte) int64 {
	if v := window.LE64(b); v < 1<<62 {
		return int64(v)
	}
	return -1
}

// Walk calls visit for every entry until it returns false. A directory too large for the window's
// budget is not begun: errZipTooLarge.
func (z *File) Walk(visit func(e Entry) bool) error {
	if z.dirTo-z.dirAt > maxDirectory {
		return ErrTooLarge
	}
	for at := z.dirAt; z.dirTo-at >= centralLength; {
		if err := z.W.Element(); err != nil {
			return err
		}
		b, err := z.W.Bytes(at, centralLength)
		if err != nil {
			return err
		}
		if string(b[:4]) != "PK\x01\x02" {
			return nil // a signature may follow the entries
		}
		n, extra, comment := int(window.LE16(b[28:])), int(window.LE16(b[30:])), int(window.LE16(b[32:]))
		total := int64(centralLength + n + extra + comment)
		if total > z.dirTo-at {
			return fmt.Errorf("%w: directory entry of %d bytes", window.ErrMalformed, total)
		}
		if b, err = z.W.Bytes(at, min(centralLength+n+extra, window.Size)); err != nil {
			return err
		}
		e := Entry{
			Flags: window.LE16(b[8:]), method: window.LE16(b[10:]), packed: uint64(window.LE32(b[20:])), size: uint64(window.LE32(b[24:])),
			header: uint64(window.LE32(b[42:])), Name: b[centralLength:min(centralLength+n, len(b))],
		}
		e.extended(b[min(centralLength+n, len(b)):])
		if !visit(e) {
			return nil
		}
		at += total
	}
	return nil
}

// extended takes the ZIP64 values, which stand in the order of the fields that are all ones.
func (e *Entry) extended(extra []byte) {
	for len(extra) >= 4 {
		id, n := window.LE16(extra), int(window.LE16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return
		}
		if id == 1 {
			v := extra[:n]
			for _, f := range []*uint64{&e.size, &e.packed, &e.header} {
				if *f == 0xFFFFFFFF && len(v) >= 8 {
					*f, v = window.LE64(v), v[8:]
				}
			}
			return
		}
		extra = extra[n:]
	}
}

// Text returns the entry's name as UTF-8.
func (e *Entry) Text() string {
	if e.Flags&flagUTF8 == 0 && !utf8.Valid(e.Name) {
		if u, ok := charset.Decode(e.Name, "cp437"); ok {
			return text.Clean(string(u))
		}
	}
	return text.Clean(string(e.Name))
}

// IsDir reports whether the entry is a folder.
func (e *Entry) IsDir() bool { return bytes.HasSuffix(e.Name, []byte("/")) }

// headerAt returns the offset of the local header in the file.
func (z *File) headerAt(e Entry) int64 {
	if e.header > uint64(z.W.Size()) {
		return -1
	}
	return int64(e.header) + z.shift
}

// dataAt returns the offset of an entry's packed bytes.
func (z *File) dataAt(e Entry) (int64, error) {
	at := z.headerAt(e)
	b, err := z.W.Bytes(at, localLength)
	if err != nil {
		return 0, err
	}
	if string(b[:4]) != "PK\x03\x04" {
		return 0, fmt.Errorf("%w: no local header", window.ErrMalformed)
	}
	return at + localLength + int64(window.LE16(b[26:])) + int64(window.LE16(b[28:])), nil
}

// Read returns the content of an entry of at most limit bytes; of a longer one its beginning.
func (z *File) Read(e Entry, limit int64) ([]byte, error) {
	if e.Flags&FlagEncrypted != 0 {
		return nil, fmt.Errorf("%w: encrypted entry", ErrMethod)
	}
	at, err := z.dataAt(e)
	if err != nil {
		return nil, err
	}
	packed := int64(min(e.packed, uint64(limit)+1024))
	switch e.method {
	case stored:
		return z.W.ReadFull(at, min(packed, limit))
	case deflated:
		b, err := z.W.Part(at, min(packed, max(0, z.W.Size()-at)))
		if err != nil {
			return nil, err
		}
		return window.Inflate(z.W, b, limit)
	}
	return nil, fmt.Errorf("%w: method %d", ErrMethod, e.method)
}
