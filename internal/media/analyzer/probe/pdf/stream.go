package pdf

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Streams of a PDF: object streams, and what filters and predictors make of bytes.

// fromStream takes an object out of an object stream (7.5.7).
func (f *file) fromStream(p place) (object, error) {
	if f.inStream.number != p.inStream {
		dict, stream, err := f.resolve(object{kind: ref, n: p.inStream})
		if err != nil {
			return dict, err
		}
		data, err := f.expand(dict, stream, f.crypt.stream(p.inStream, 0))
		if err != nil {
			return dict, err
		}
		f.inStream.number, f.inStream.data, f.inStream.first = p.inStream, data, dict.get("First").n
	}
	l := f.lexer(f.inStream.data)
	for range 2 * p.index {
		if _, err := l.object(0); err != nil {
			return object{}, err
		}
	}
	l.pos = min(l.pos, len(l.b))
	if _, err := l.object(0); err != nil { // the object's number
		return object{}, err
	}
	off, err := l.object(0)
	if err != nil {
		return off, err
	}
	start := f.inStream.first + off.n
	if off.kind != number || off.n < 0 || start < 0 || start > int64(len(l.b)) {
		return off, fmt.Errorf("%w: object stream", window.ErrMalformed)
	}
	l.pos = int(start)
	return l.object(0)
}

// expand returns a stream's bytes: decrypted, inflated, and with the predictor undone.
func (f *file) expand(dict object, s stream, decrypt func([]byte) []byte) ([]byte, error) {
	if s.at == 0 || s.length <= 0 {
		return nil, fmt.Errorf("%w: no stream", window.ErrMalformed)
	}
	at := s.at + f.base
	n := min(s.length, maxPacked, max(0, f.w.Size()-at))
	data, err := f.w.Part(at, n)
	if err != nil {
		return nil, err
	}
	if decrypt != nil {
		data = decrypt(data)
	}
	filter, params := dict.get("Filter"), dict.get("DecodeParms")
	if filter.kind == array && len(filter.items) == 1 {
		filter = filter.items[0]
		if params.kind == array && len(params.items) == 1 {
			params = params.items[0]
		}
	}
	switch {
	case filter.kind == null || filter.kind == array && len(filter.items) == 0:
		return bytes.Clone(data), nil
	case !filter.isName("FlateDecode") && !filter.isName("Fl"):
		return nil, fmt.Errorf("%w: filter %q", window.ErrMalformed, filter.text)
	}
	out, err := window.InflateZlib(f.w, data, maxStream)
	if err != nil {
		return nil, err
	}
	if params.get("Predictor").n >= 10 {
		return unpredict(out, params)
	}
	return out, nil
}

// unpredict undoes the PNG filters (7.4.4.4) in place.
func unpredict(data []byte, params object) ([]byte, error) {
	value := func(key string, otherwise int64) int64 {
		if o := params.get(key); o.kind == number {
			return o.n
		}
		return otherwise
	}
	columns, colors, bits := value("Columns", 1), value("Colors", 1), value("BitsPerComponent", 8)
	if columns < 1 || columns > 1<<16 || colors < 1 || colors > 32 || bits < 1 || bits > 16 {
		return nil, fmt.Errorf("%w: predictor", window.ErrMalformed)
	}
	pixel := int(max(1, colors*bits/8))
	row := int((columns*colors*bits + 7) / 8)
	out := data[:0]
	prior := make([]byte, row)
	for len(data) > row {
		kind, line := data[0], data[1:row+1]
		pngUnfilter(kind, line, prior, pixel)
		data = data[row+1:]
		out = append(out, line...) // never beyond what was read
		prior = out[len(out)-row:]
	}
	return out, nil
}

// pngUnfilter undoes one line's filter (PNG, 9.2).
func pngUnfilter(kind byte, line, prior []byte, pixel int) {
	for i := range line {
		var left, corner byte
		if i >= pixel {
			left, corner = line[i-pixel], prior[i-pixel]
		}
		switch kind {
		case 1:
			line[i] += left
		case 2:
			line[i] += prior[i]
		case 3:
			line[i] += byte((int(left) + int(prior[i])) / 2)
		case 4:
			line[i] += paeth(left, prior[i], corner)
		}
	}
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := max(p-int(a), int(a)-p), max(p-int(b), int(b)-p), max(p-int(c), int(c)-p)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}
