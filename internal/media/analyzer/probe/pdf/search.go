package pdf

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Objects of a PDF whose cross-reference is broken or cut off.

// search looks for objects and trailers through the file's beginning, and the end of a larger one, for want of tables
// that hold. Programs write the catalog last.
func (f *file) search() error {
	f.tables, f.trailer, f.found = nil, object{}, map[int64]int64{}
	size := f.w.Size() - f.base
	front := min(size, maxSearch)
	root, err := f.searchPart(0, front)
	if err != nil {
		return err
	}
	if at := max(front, size-maxTail); at < size {
		last, err := f.searchPart(at, size-at)
		if err != nil {
			return err
		}
		if last.kind == ref {
			root = last
		}
	}
	if f.trailer.get("Root").kind != ref {
		if root.kind != ref {
			return fmt.Errorf("%w: no document catalog", window.ErrMalformed)
		}
		f.trailer.kind = dict
		f.trailer.items = append(f.trailer.items, object{kind: pdfName, text: []byte("Root")}, root)
	}
	return nil
}

// searchPart searches n bytes at an offset.
func (f *file) searchPart(at, n int64) (root object, err error) {
	data, err := f.w.ReadFull(f.base+at, n)
	if err != nil {
		return root, err
	}
	if root, err = f.searchObjects(data, at); err != nil {
		return root, err
	}
	if i := bytes.LastIndex(data, []byte("trailer")); i >= 0 {
		if t, _, err := f.parse(at + int64(i+len("trailer"))); err == nil && t.get("Root").kind == ref {
			f.trailer = t
		}
	}
	return root, nil
}

// searchObjects notes where objects begin, the last of each number, and returns a reference to the last
// that calls itself the catalog. data lies at base.
func (f *file) searchObjects(data []byte, base int64) (root object, err error) {
	catalog := bytes.Index(data, []byte("/Catalog"))
	last := int64(-1)
	for pos := 0; ; {
		i := bytes.Index(data[pos:], []byte("obj"))
		end := len(data)
		at, number := -1, int64(0)
		if i >= 0 {
			if err := f.w.Element(); err != nil {
				return root, err
			}
			if at, number = objectStart(data, pos+i); at >= 0 {
				end = at
			}
			pos += i + len("obj")
		}
		if i >= 0 && at < 0 { // "endobj"
			continue
		}
		for catalog >= 0 && catalog < end {
			if last >= 0 {
				root = object{kind: ref, n: last}
			}
			next := bytes.Index(data[catalog+1:], []byte("/Catalog"))
			if next < 0 {
				catalog = -1
				break
			}
			catalog += 1 + next
		}
		if i < 0 {
			return root, nil
		}
		if last = number; len(f.found) < maxFound {
			f.found[number] = base + int64(at)
		}
	}
}

// objectStart returns where "n g obj" begins whose "obj" stands at end, and n; or -1.
func objectStart(data []byte, end int) (int, int64) {
	i := end
	number := func() (int64, bool) {
		for i > 0 && isSpace(data[i-1]) {
			i--
		}
		to := i
		for i > 0 && to-i < 10 && data[i-1] >= '0' && data[i-1] <= '9' {
			i--
		}
		n, err := strconv.ParseInt(string(data[i:to]), 10, 64)
		return n, err == nil
	}
	if _, ok := number(); !ok {
		return -1, 0
	}
	n, ok := number()
	if !ok {
		return -1, 0
	}
	return i, n
}
