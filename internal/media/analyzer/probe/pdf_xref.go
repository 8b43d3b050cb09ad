package probe

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// Finding objects in a PDF: cross-reference tables and streams (ISO 32000-2, 7.5.4 to 7.5.8), object
// streams, and for files whose tables are broken a search.

const (
	pdfMaxSections = 256     // of cross-reference: updates of the file
	pdfMaxTables   = 4096    // their subsections: a page that was edited leaves a dozen
	pdfMaxStream   = 1 << 20 // bytes of a stream, expanded
	pdfMaxPacked   = 512 << 10
	pdfObjectSize  = 2048 // how much is read for an object at first
	pdfMaxObject   = 512 << 10
	pdfMaxSearch   = 1 << 20
	pdfMaxTail     = 512 << 10 // of a file that is larger
	pdfMaxFound    = 1 << 14   // objects that a search notes
)

// pdfFile is an open PDF.
type pdfFile struct {
	w        *Window
	base     int64 // of the header: some files have junk before it, which offsets do not count
	trailer  pdfObject
	tables   []pdfTable // the newest first
	found    map[int64]int64
	crypt    *pdfCrypt
	inStream struct { // the object stream read last
		number int64
		data   []byte
		first  int64
	}
	resolving int
	pending   []pdfObject // of lexers
}

// lexer returns a lexer of b. Only one at a time parses.
func (f *pdfFile) lexer(b []byte) pdfLexer {
	if f.pending == nil {
		f.pending = make([]pdfObject, 0, 48)
	}
	return pdfLexer{w: f.w, b: b, open: &f.pending}
}

// pdfTable is one section of cross-reference: of a table, where its lines stand in the file; of a
// stream, its expanded bytes.
type pdfTable struct {
	first, count int64
	at           int64
	data         []byte
	width        [3]int
}

// pdfPlace is where an object stands: at an offset, or within an object stream at an index.
type pdfPlace struct {
	offset   int64
	inStream int64
	index    int64
}

// pdfStream is where an object's stream stands.
type pdfStream struct {
	at     int64
	length int64
}

// readTables follows the sections of cross-reference from the newest.
func (f *pdfFile) readTables(start int64) error {
	seen := map[int64]bool{}
	queue := []int64{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || len(seen) >= pdfMaxSections {
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
			if f.trailer.get(string(trailer.items[i].text)).kind == pdfNull {
				f.trailer.kind = pdfDict
				f.trailer.items = append(f.trailer.items, trailer.items[i], trailer.items[i+1])
			}
		}
		for _, key := range []string{"XRefStm", "Prev"} {
			if next := trailer.get(key); next.kind == pdfNumber && next.n > 0 {
				queue = append(queue, next.n)
			}
		}
	}
	if f.trailer.get("Root").kind != pdfRef {
		return fmt.Errorf("%w: no document catalog", ErrMalformed)
	}
	return nil
}

// readTable reads the section at an offset and returns its trailer.
func (f *pdfFile) readTable(at int64) (pdfObject, error) {
	b, err := f.bytes(at, windowSize)
	if err != nil {
		return pdfObject{}, err
	}
	l := f.lexer(b)
	l.spaces()
	if !bytes.HasPrefix(l.b[l.pos:], []byte("xref")) {
		return f.readXrefStream(at)
	}
	return f.readPlainTable(at + int64(l.pos) + 4)
}

// readPlainTable notes where the subsections of a table are, without reading their lines.
func (f *pdfFile) readPlainTable(at int64) (pdfObject, error) {
	for len(f.tables) < pdfMaxTables {
		if err := f.w.Element(); err != nil {
			return pdfObject{}, err
		}
		b, err := f.bytes(at, pdfObjectSize)
		if err != nil {
			return pdfObject{}, err
		}
		l := f.lexer(b)
		o, err := l.object(0)
		if err != nil {
			return o, err
		}
		if o.kind == pdfKeyword && string(o.text) == "trailer" {
			trailer, _, err := f.parse(at + int64(l.pos))
			return trailer, err
		}
		count, err := l.object(0)
		if err != nil || o.kind != pdfNumber || count.kind != pdfNumber || o.n < 0 || count.n < 0 || count.n > math.MaxInt32 || o.n > math.MaxInt32 {
			return o, fmt.Errorf("%w: cross-reference section", ErrMalformed)
		}
		l.spaces()
		lines := at + int64(l.pos)
		first := o.n
		if first == 1 && bytes.HasPrefix(l.b[l.pos:], []byte("0000000000 65535 f")) {
			first = 0 // a common mistake: the section is numbered from 1
		}
		f.tables = append(f.tables, pdfTable{first: first, count: count.n, at: lines})
		at = lines + 20*count.n
	}
	return pdfObject{}, fmt.Errorf("%w: too many sections", ErrMalformed)
}

func (f *pdfFile) readXrefStream(at int64) (pdfObject, error) {
	_, dict, stream, err := f.indirect(at)
	if err != nil {
		return dict, err
	}
	if !dict.get("Type").isName("XRef") {
		return dict, fmt.Errorf("%w: no cross-reference at %d", ErrMalformed, at)
	}
	data, err := f.expand(dict, stream, nil)
	if err != nil {
		return dict, err
	}
	var t pdfTable
	rowLen := 0
	widths := dict.get("W").items
	if len(widths) < 3 {
		return dict, fmt.Errorf("%w: cross-reference stream", ErrMalformed)
	}
	for i := range t.width {
		if n := widths[i].n; n < 0 || n > 8 {
			return dict, fmt.Errorf("%w: cross-reference stream", ErrMalformed)
		}
		t.width[i] = int(widths[i].n)
		rowLen += t.width[i]
	}
	if rowLen == 0 {
		return dict, fmt.Errorf("%w: cross-reference stream", ErrMalformed)
	}
	index := dict.get("Index").items
	if len(index) < 2 {
		index = []pdfObject{{}, dict.get("Size")}
	}
	for ; len(index) >= 2 && len(f.tables) < pdfMaxTables; index = index[2:] {
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
func (f *pdfFile) place(number int64) (pdfPlace, error) {
	if at, ok := f.found[number]; ok {
		return pdfPlace{offset: at}, nil
	}
	if err := f.w.Element(); err != nil {
		return pdfPlace{}, err
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
			return pdfPlace{}, fmt.Errorf("%w: cross-reference", ErrTruncated)
		}
		off, err := strconv.ParseInt(string(line[:10]), 10, 64)
		if err != nil || line[17] != 'n' {
			return pdfPlace{}, fmt.Errorf("%w: object %d is not there", ErrMalformed, number)
		}
		return pdfPlace{offset: off}, nil
	}
	return pdfPlace{}, fmt.Errorf("%w: object %d is unknown", ErrMalformed, number)
}

// row decodes one entry of a cross-reference stream (7.5.8.3).
func (t pdfTable) row(i int64) (pdfPlace, error) {
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
		return pdfPlace{offset: v[1]}, nil
	case v[0] == 2 && v[1] > 0 && v[2] >= 0:
		return pdfPlace{inStream: v[1], index: v[2]}, nil
	}
	return pdfPlace{}, fmt.Errorf("%w: object is not there", ErrMalformed)
}

// resolve returns the object that o refers to, and o itself where it is no reference. Strings come
// decrypted.
func (f *pdfFile) resolve(o pdfObject) (pdfObject, pdfStream, error) {
	if o.kind != pdfRef {
		return o, pdfStream{}, nil
	}
	if f.resolving++; f.resolving > pdfMaxDepth {
		return o, pdfStream{}, fmt.Errorf("%w: references in a circle", ErrMalformed)
	}
	defer func() { f.resolving-- }()
	p, err := f.place(o.n)
	if err != nil {
		return o, pdfStream{}, err
	}
	if p.inStream != 0 {
		v, err := f.fromStream(p)
		return v, pdfStream{}, err
	}
	number, v, stream, err := f.indirect(p.offset)
	if err != nil {
		return o, stream, err
	}
	if number != o.n {
		return o, stream, fmt.Errorf("%w: object %d stands where %d should", ErrMalformed, number, o.n)
	}
	f.crypt.strings(&v, o.n, o.gen)
	return v, stream, nil
}

// indirect parses "n g obj ..." at an offset, with more of the file where the object is not over yet.
func (f *pdfFile) indirect(at int64) (number int64, o pdfObject, s pdfStream, err error) {
	for _, size := range [...]int{pdfObjectSize, windowSize, pdfMaxObject} {
		var b []byte
		if size <= windowSize {
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

func (f *pdfFile) indirectIn(l *pdfLexer, at int64) (int64, pdfObject, pdfStream, error) {
	var s pdfStream
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
	if n.kind != pdfNumber || gen.kind != pdfNumber || string(obj.text) != "obj" {
		return 0, n, s, fmt.Errorf("%w: no object at %d", ErrMalformed, at)
	}
	v, err := l.object(0)
	if err != nil {
		return 0, v, s, err
	}
	if l.spaces(); v.kind != pdfDict || !bytes.HasPrefix(l.b[l.pos:], []byte("stream")) {
		l.short = l.short || v.kind == pdfDict && len(l.b)-l.pos < 6
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
	if length.kind == pdfNumber {
		s.length = length.n
	}
	return n.n, v, s, nil
}

// copied returns o with memory of its own in place of the window's.
func (o pdfObject) copied() pdfObject {
	o.text = bytes.Clone(o.text)
	for i := range o.items {
		o.items[i] = o.items[i].copied()
	}
	return o
}

// parse parses a direct object at an offset.
func (f *pdfFile) parse(at int64) (pdfObject, int, error) {
	for size := pdfObjectSize; ; size = windowSize {
		b, err := f.bytes(at, size)
		if err != nil {
			return pdfObject{}, 0, err
		}
		l := f.lexer(b)
		o, err := l.object(0)
		if l.short && size < windowSize && f.w.Err() == nil {
			continue
		}
		return o.copied(), l.pos, err
	}
}

// bytes returns up to n bytes at an offset that the PDF states.
func (f *pdfFile) bytes(off int64, n int) ([]byte, error) {
	if off < 0 || off > f.w.Size()-f.base {
		return nil, fmt.Errorf("%w: offset %d", ErrMalformed, off)
	}
	off += f.base
	return f.w.Peek(off, int(min(int64(n), f.w.Size()-off)))
}
