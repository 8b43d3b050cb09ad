package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Finding objects in a PDF: cross-reference tables and streams (ISO 32000-2, 7.5.4 to 7.5.8), object
// streams, and for files whose tables are broken a search.

const (
	maxSections = 256     // of cross-reference: updates of the file
	maxTables   = 4096    // their subsections: a page that was edited leaves a dozen
	maxStream   = 1 << 20 // bytes of a stream, expanded
	maxPacked   = 512 << 10
	objectSize  = 2048 // how much is read for an object at first
	maxObject   = 512 << 10
	maxSearch   = 1 << 20
	maxTail     = 512 << 10 // of a file that is larger
	maxFound    = 1 << 14   // objects that a search notes
)

// file is an open PDF.
type file struct {
	w        *window.Window
	base     int64 // of the header: some files have junk before it, which offsets do not count
	trailer  object
	tables   []table // the newest first
	found    map[int64]int64
	crypt    *crypt
	inStream struct { // the object stream read last
		number int64
		data   []byte
		first  int64
	}
	resolving int
	pending   []object // of lexers
}

// lexer returns a lexer of b. Only one at a time parses.
func (f *file) lexer(b []byte) lexer {
	if f.pending == nil {
		f.pending = make([]object, 0, 48)
	}
	return lexer{w: f.w, b: b, open: &f.pending}
}

// table is one section of cross-reference: of a table, where its lines stand in the file; of a
// stream, its expanded bytes.
type table struct {
	first, count int64
	at           int64
	data         []byte
	width        [3]int
}

// place is where an object stands: at an offset, or within an object stream at an index.
type place struct {
	offset   int64
	inStream int64
	index    int64
}

// stream is where an object's stream stands.
type stream struct {
	at     int64
	length int64
}

// readTables follows the sections of cross-reference from the newest.
func (f *file) readTables(start int64) error {
	seen := map[int64]bool{}
	queue := []int64{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || len(seen) >= maxSections {
			continue
		}
		seen[at] = true
		trailer, err := f.readTable(at)
		if err != nil {
			if len(f.tables) == 0 || f.w.Err() != nil {
				return err
			}
			continue // the newer sections stand
		}
		for i := 0; i+1 < len(trailer.items); i += 2 {
			if f.trailer.get(string(trailer.items[i].text)).kind == null {
				f.trailer.kind = dict
				f.trailer.items = append(f.trailer.items, trailer.items[i], trailer.items[i+1])
			}
		}
		for _, key := range []string{"XRefStm", "Prev"} {
			if next := trailer.get(key); next.kind == number && next.n > 0 {
				queue = append(queue, next.n)
			}
		}
	}
	if f.trailer.get("Root").kind != ref {
		return fmt.Errorf("%w: no document catalog", window.ErrMalformed)
	}
	return nil
}

// readTable reads the section at an offset and returns its trailer.
func (f *file) readTable(at int64) (object, error) {
	b, err := f.bytes(at, window.Size)
	if err != nil {
		return object{}, err
	}
	l := f.lexer(b)
	l.spaces()
	if !bytes.HasPrefix(l.b[l.pos:], []byte("xref")) {
		return f.readXrefStream(at)
	}
	return f.readPlainTable(at + int64(l.pos) + 4)
}

// readPlainTable notes where the subsections of a table are, without reading their lines.
func (f *file) readPlainTable(at int64) (object, error) {
	for len(f.tables) < maxTables {
		if err := f.w.Element(); err != nil {
			return object{}, err
		}
		b, err := f.bytes(at, objectSize)
		if err != nil {
			return object{}, err
		}
		l := f.lexer(b)
		o, err := l.object(0)
		if err != nil {
			return o, err
		}
		if o.kind == keyword && string(o.text) == "trailer" {
			trailer, _, err := f.parse(at + int64(l.pos))
			return trailer, err
		}
		count, err := l.object(0)
		if err != nil || o.kind != number || count.kind != number || o.n < 0 || count.n < 0 || count.n > math.MaxInt32 || o.n > math.MaxInt32 {
			return o, fmt.Errorf("%w: cross-reference section", window.ErrMalformed)
		}
		l.spaces()
		lines := at + int64(l.pos)
		first := o.n
		if first == 1 && bytes.HasPrefix(l.b[l.pos:], []byte("0000000000 65535 f")) {
			first = 0 // a common mistake: the section is numbered from 1
		}
		f.tables = append(f.tables, table{first: first, count: count.n, at: lines})
		at = lines + 20*count.n
	}
	return object{}, fmt.Errorf("%w: too many sections", window.ErrMalformed)
}

func (f *file) readXrefStream(at int64) (object, error) {
	_, dict, stream, err := f.indirect(at)
	if err != nil {
		return dict, err
	}
	if !dict.get("Type").isName("XRef") {
		return dict, fmt.Errorf("%w: no cross-reference at %d", window.ErrMalformed, at)
	}
	data, err := f.expand(dict, stream, nil)
	if err != nil {
		return dict, err
	}
	var t table
	rowLen := 0
	widths := dict.get("W").items
	if len(widths) < 3 {
		return dict, fmt.Errorf("%w: cross-reference stream", window.ErrMalformed)
	}
	for i := range t.width {
		if n := widths[i].n; n < 0 || n > 8 {
			return dict, fmt.Errorf("%w: cross-reference stream", window.ErrMalformed)
		}
		t.width[i] = int(widths[i].n)
		rowLen += t.width[i]
	}
	if rowLen == 0 {
		return dict, fmt.Errorf("%w: cross-reference stream", window.ErrMalformed)
	}
	index := dict.get("Index").items
	if len(index) < 2 {
		index = []object{{}, dict.get("Size")}
	}
	for ; len(index) >= 2 && len(f.tables) < maxTables; index = index[2:] {
		t.first, t.count = index[0].n, min(index[1].n, int64(len(data)/rowLen))
		if t.first < 0 || t.count < 0 {
			break
		}
		t.data = data[:t.count*int64(rowLen)]
		data = data[len(t.data):]
		f.tables = append(f.tables, t)
	}
	return dict, nil
}

// place looks an object up.
func (f *file) place(number int64) (place, error) {
	if at, ok := f.found[number]; ok {
		return place{offset: at}, nil
	}
	if err := f.w.Element(); err != nil {
		return place{}, err
	}
	for _, t := range f.tables {
		i := number - t.first
		if i < 0 || i >= t.count {
			continue
		}
		if t.data != nil {
			return t.row(i)
		}
		line, err := f.bytes(t.at+20*i, 20)
		if err != nil || len(line) < 18 {
			return place{}, fmt.Errorf("%w: cross-reference", window.ErrTruncated)
		}
		off, err := strconv.ParseInt(string(line[:10]), 10, 64)
		if err != nil || line[17] != 'n' {
			return place{}, fmt.Errorf("%w: object %d is not there", window.ErrMalformed, number)
		}
		return place{offset: off}, nil
	}
	return place{}, fmt.Errorf("%w: object %d is unknown", window.ErrMalformed, number)
}

// row decodes one entry of a cross-reference stream (7.5.8.3).
func (t table) row(i int64) (place, error) {
	row := t.data[i*int64(t.width[0]+t.width[1]+t.width[2]):]
	var v [3]int64
	for j, n := range t.width {
		if j == 0 && n == 0 {
			v[0] = 1
		}
		for _, c := range row[:n] {
			v[j] = v[j]<<8 | int64(c)
		}
		row = row[n:]
	}
	switch {
	case v[0] == 1 && v[1] >= 0:
		return place{offset: v[1]}, nil
	case v[0] == 2 && v[1] > 0 && v[2] >= 0:
		return place{inStream: v[1], index: v[2]}, nil
	}
	return place{}, fmt.Errorf("%w: object is not there", window.ErrMalformed)
}

// resolve returns the object that o refers to, and o itself where it is no reference. Strings come
// decrypted.
func (f *file) resolve(o object) (object, stream, error) {
	if o.kind != ref {
		return o, stream{}, nil
	}
	if f.resolving++; f.resolving > maxDepth {
		return o, stream{}, fmt.Errorf("%w: references in a circle", window.ErrMalformed)
	}
	defer func() { f.resolving-- }()
	p, err := f.place(o.n)
	if err != nil {
		return o, stream{}, err
	}
	if p.inStream != 0 {
		v, err := f.fromStream(p)
		return v, stream{}, err
	}
	number, v, stream, err := f.indirect(p.offset)
	if err != nil {
		return o, stream, err
	}
	if number != o.n {
		return o, stream, fmt.Errorf("%w: object %d stands where %d should", window.ErrMalformed, number, o.n)
	}
	f.crypt.strings(&v, o.n, o.gen)
	return v, stream, nil
}

// indirect parses "n g obj ..." at an offset, with more of the file where the object is not over yet.
func (f *file) indirect(at int64) (number int64, o object, s stream, err error) {
	for _, size := range [...]int{objectSize, window.Size, maxObject} {
		var b []byte
		if size <= window.Size {
			b, err = f.bytes(at, size)
		} else {
			b, err = f.w.ReadFull(at+f.base, min(int64(size), f.w.Size()-f.base-at))
		}
		if err != nil {
			return 0, o, s, err
		}
		l := f.lexer(b)
		number, o, s, err = f.indirectIn(&l, at)
		if !l.short || len(b) < size || f.w.Err() != nil {
			break
		}
	}
	return number, o, s, err
}

func (f *file) indirectIn(l *lexer, at int64) (int64, object, stream, error) {
	var s stream
	n, err := l.object(0)
	if err != nil {
		return 0, n, s, err
	}
	gen, err := l.object(0)
	if err != nil {
		return 0, n, s, err
	}
	obj, err := l.object(0)
	if err != nil {
		return 0, n, s, err
	}
	if n.kind != number || gen.kind != number || string(obj.text) != "obj" {
		return 0, n, s, fmt.Errorf("%w: no object at %d", window.ErrMalformed, at)
	}
	v, err := l.object(0)
	if err != nil {
		return 0, v, s, err
	}
	if l.spaces(); v.kind != dict || !bytes.HasPrefix(l.b[l.pos:], []byte("stream")) {
		l.short = l.short || v.kind == dict && len(l.b)-l.pos < 6
		return n.n, v.copied(), s, nil
	}
	l.pos += len("stream")
	if l.pos+1 < len(l.b) && l.b[l.pos] == '\r' {
		l.pos++
	}
	s.at = at + int64(l.pos)
	if l.pos < len(l.b) && l.b[l.pos] == '\n' {
		s.at++
	}
	v = v.copied() // what follows moves the window
	length, _, err := f.resolve(v.get("Length"))
	if err != nil && f.w.Err() != nil {
		return 0, v, s, err
	}
	if length.kind == number {
		s.length = length.n
	}
	return n.n, v, s, nil
}

// copied returns o with memory of its own in place of the window's.
func (o object) copied() object {
	o.text = bytes.Clone(o.text)
	for i := range o.items {
		o.items[i] = o.items[i].copied()
	}
	return o
}

// parse parses a direct object at an offset.
func (f *file) parse(at int64) (object, int, error) {
	for size := objectSize; ; size = window.Size {
		b, err := f.bytes(at, size)
		if err != nil {
			return object{}, 0, err
		}
		l := f.lexer(b)
		o, err := l.object(0)
		if l.short && size < window.Size && f.w.Err() == nil {
			continue
		}
		return o.copied(), l.pos, err
	}
}

// bytes returns up to n bytes at an offset that the PDF states.
func (f *file) bytes(off int64, n int) ([]byte, error) {
	if off < 0 || off > f.w.Size()-f.base {
		return nil, fmt.Errorf("%w: offset %d", window.ErrMalformed, off)
	}
	off += f.base
	return f.w.Peek(off, int(min(int64(n), f.w.Size()-off)))
}
