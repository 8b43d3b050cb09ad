package archive

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// RAR 1.5 to 4 and RAR 5 (RARLAB's technical notes), by walking the headers: there is no directory, so
// every entry costs a small read.

const (
	rar4Magic = "Rar!\x1A\x07\x00"
	rar5Magic = "Rar!\x1A\x07\x01\x00"

	rarMaxEntries = 2048 // what holds more keeps their number to itself
	rarPeek       = 512  // of a header: what its name needs

	// rarWindow is the smallest dictionary of RAR 5. A file that is no longer needs no more, whatever
	// its header says.
	rarWindow = 128 << 10
)

// rarEntry is one file of an archive.
type rarEntry struct {
	name         string
	at           int64 // of its data
	packed, size int64
	isDir        bool
	encrypted    bool
	method       uint64 // RAR 5: the compression information; RAR 4: the method, 0x30 stored
	solid        bool
}

// rarListing is what the walk tells.
type rarListing struct {
	comicListing
	info      rarEntry
	first     rarEntry // the cover
	encrypted bool
	locked    bool // the headers are encrypted, too
	complete  bool // every header was seen

}

func matchRAR(head []byte, _ string) bool {
	return bytes.HasPrefix(head, []byte(rar4Magic)) || bytes.HasPrefix(head, []byte(rar5Magic))
}

func probeRAR(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	w.AllowReads(rarMaxEntries)
	var l rarListing
	isRAR5 := bytes.HasPrefix(head, []byte(rar5Magic))
	if isRAR5 {
		err = l.walk5(w)
	} else {
		err = l.walk4(w)
	}
	if w.Err() != nil {
		return w.Err()
	}
	m := r.Description.Media
	m.Encrypted = l.encrypted || l.locked
	if err != nil {
		return err
	}
	if !l.complete || l.locked {
		return nil
	}
	if !l.asComic(r, "cbr", "rar") {
		return nil
	}
	var info []byte
	if l.hasInfo {
		info = rarContent(w, l.info, isRAR5)
	}
	l.describe(r, info, l.artwork(isRAR5))
	return w.Err()
}

func (l *rarListing) add(e rarEntry) {
	l.encrypted = l.encrypted || e.encrypted
	if e.isDir {
		return
	}
	switch l.comicListing.add(e.name) {
	case comicInfo:
		l.info = e
	case comicCover:
		l.first = e
	}
}

// artwork tells where the cover lies, if its bytes stand there as they are.
func (l *rarListing) artwork(isRAR5 bool) *media.Artwork {
	if !l.first.stored(isRAR5) || l.first.encrypted {
		return nil
	}
	return &media.Artwork{Offset: l.first.at, Length: l.first.packed}
}

func (e *rarEntry) stored(isRAR5 bool) bool {
	if isRAR5 {
		return e.method>>7&7 == 0
	}
	return e.method == 0x30
}

// walk4 walks the blocks of RAR 1.5 to 4.
func (l *rarListing) walk4(w *window.Window) error {
	const (
		main, file, end  = 0x73, 0x74, 0x7B
		hasData          = 0x8000
		headersEncrypted = 0x0080
	)
	pos := int64(len(rar4Magic))
	for range rarMaxEntries {
		if w.Size() == pos { // before RAR 3 no block ended an archive
			l.complete = true
			return nil
		}
		if w.Size()-pos < 7 {
			return fmt.Errorf("%w: no end of archive", window.ErrTruncated)
		}
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Peek(pos, int(min(rarPeek, w.Size()-pos)))
		if err != nil {
			return err
		}
		kind, flags, size := b[2], window.LE16(b[3:]), int64(window.LE16(b[5:]))
		if size < 7 {
			return fmt.Errorf("%w: block of %d bytes", window.ErrMalformed, size)
		}
		data := int64(0)
		if (flags&hasData != 0 || kind == file) && len(b) >= 11 {
			data = int64(window.LE32(b[7:]))
		}
		switch kind {
		case main:
			if flags&headersEncrypted != 0 {
				l.locked, l.complete = true, true
				return nil
			}
		case file:
			e, ok := rar4Entry(b[:min(int64(len(b)), size)], flags)
			if !ok {
				return fmt.Errorf("%w: file header", window.ErrMalformed)
			}
			e.at, data = pos+size, e.packed
			l.add(e)
		case end:
			l.complete = true
			return nil
		}
		if data > w.Size()-pos-size {
			return fmt.Errorf("%w: block data", window.ErrTruncated)
		}
		pos += size + data
	}
	return nil
}

func rar4Entry(b []byte, flags uint16) (rarEntry, bool) {
	const encrypted, solid, large, unicodeName, salted = 0x04, 0x10, 0x0100, 0x0200, 0x0400
	if len(b) < 32 {
		return rarEntry{}, false
	}
	e := rarEntry{
		packed: int64(window.LE32(b[7:])), size: int64(window.LE32(b[11:])), method: uint64(b[25]),
		encrypted: flags&encrypted != 0, solid: flags&solid != 0, isDir: flags&0xE0 == 0xE0,
	}
	n, at := int(window.LE16(b[26:])), 32
	if flags&large != 0 {
		if len(b) < 40 || window.LE32(b[32:]) >= 1<<30 || window.LE32(b[36:]) >= 1<<30 {
			return e, false
		}
		e.packed |= int64(window.LE32(b[32:])) << 32
		e.size |= int64(window.LE32(b[36:])) << 32
		at = 40
	}
	name := b[at:min(len(b), at+n)]
	if flags&unicodeName != 0 {
		e.name = rar4Name(name)
	} else {
		e.name = rarText(name)
	}
	return e, true
}

// rar4Name decodes a name that stands in the local character set and, behind a zero, as differences to
// it in Unicode.
func rar4Name(b []byte) string {
	plain, packed, ok := bytes.Cut(b, []byte{0})
	if !ok {
		return rarText(b) // UTF-8 alone
	}
	if len(packed) < 2 {
		return rarText(plain)
	}
	high := rune(packed[0]) << 8
	packed = packed[1:]
	var out []rune
	next := func() rune {
		if len(packed) == 0 {
			return 0
		}
		c := packed[0]
		packed = packed[1:]
		return rune(c)
	}
	flags, left := rune(0), 0
	for len(packed) > 0 && len(out) < 1024 {
		if left == 0 {
			flags, left = next(), 4
		}
		switch flags >> 6 & 3 {
		case 0:
			out = append(out, next())
		case 1:
			out = append(out, high|next())
		case 2:
			low := next()
			out = append(out, next()<<8|low)
		case 3:
			n := next()
			correction, add := rune(0), rune(0)
			if n&0x80 != 0 {
				correction, add, n = next(), high, n&0x7F
			}
			for i := rune(0); i < n+2 && len(out) < len(plain); i++ {
				c := rune(plain[len(out)])
				if add != 0 || correction != 0 {
					c = (c+correction)&0xFF | add
				}
				out = append(out, c)
			}
		}
		flags <<= 2
		left--
	}
	return text.Clean(string(out))
}

func rarText(b []byte) string {
	if !utf8.Valid(b) {
		b, _ = charset.Decode(b, "cp437")
	}
	return text.Clean(string(b))
}

// rarCursor reads the variable-length integers of RAR 5.
type rarCursor struct {
	b      []byte
	failed bool
}

func (c *rarCursor) uint() uint64 {
	v, n := binary.Uvarint(c.b[:min(len(c.b), 10)])
	if n <= 0 {
		c.failed, c.b = true, nil
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *rarCursor) skip(n int) {
	if n > len(c.b) {
		c.failed, c.b = true, nil
		return
	}
	c.b = c.b[n:]
}

// walk5 walks the blocks of RAR 5.
func (l *rarListing) walk5(w *window.Window) error {
	const file, encryption, end = 2, 4, 5
	pos := int64(len(rar5Magic))
	for range rarMaxEntries {
		if w.Size()-pos < 7 {
			return fmt.Errorf("%w: no end of archive", window.ErrTruncated)
		}
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Peek(pos, int(min(rarPeek, w.Size()-pos)))
		if err != nil {
			return err
		}
		c := rarCursor{b: b[4:]}
		size := c.uint()
		start := pos + int64(len(b)-len(c.b))
		if c.failed || size < 2 || size > 2<<20 {
			return fmt.Errorf("%w: header of %d bytes", window.ErrMalformed, size)
		}
		if uint64(len(c.b)) > size {
			c.b = c.b[:size]
		}
		kind, flags := c.uint(), c.uint()
		extra, data := uint64(0), uint64(0)
		if flags&1 != 0 {
			extra = c.uint()
		}
		if flags&2 != 0 {
			data = c.uint()
		}
		next := start + int64(size)
		if data > uint64(max(0, w.Size()-next)) {
			return fmt.Errorf("%w: block data", window.ErrTruncated)
		}
		switch kind {
		case file:
			e, ok := rar5Entry(c)
			if !ok {
				return fmt.Errorf("%w: file header", window.ErrMalformed)
			}
			e.at, e.packed = next, int64(data)
			e.encrypted = extra > 0 && rar5Encrypted(b, int(size)+int(start-pos), int(min(extra, size)))
			l.add(e)
		case encryption:
			l.locked, l.complete = true, true
			return nil
		case end:
			l.complete = true
			return nil
		}
		pos = next + int64(data)
	}
	return nil
}

func rar5Entry(c rarCursor) (rarEntry, bool) {
	const isDir, hasTime, hasCRC = 1, 2, 4
	flags := c.uint()
	e := rarEntry{isDir: flags&isDir != 0, size: int64(min(c.uint(), 1<<62))}
	c.uint() // attributes
	if flags&hasTime != 0 {
		c.skip(4)
	}
	if flags&hasCRC != 0 {
		c.skip(4)
	}
	e.method = c.uint()
	e.solid = e.method>>6&1 != 0
	c.uint() // host system
	n := c.uint()
	if c.failed {
		return e, false
	}
	e.name = rarText(c.b[:min(n, uint64(len(c.b)))])
	return e, true
}

// rar5Encrypted looks for the encryption record in a header's extra area, which ends the header.
func rar5Encrypted(b []byte, headerEnd, extra int) bool {
	from := headerEnd - extra
	if from < 0 || from >= len(b) {
		return false
	}
	c := rarCursor{b: b[from:min(len(b), headerEnd)]}
	for len(c.b) > 0 {
		size := c.uint()
		if c.failed || size == 0 || size > uint64(len(c.b)) {
			return false
		}
		if c.b[0] == 1 {
			return true
		}
		c.skip(int(size))
	}
	return false
}
