package flv

import (
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// value is a value of the metadata: a number (truth is 1 or 0), or text.
type value struct {
	number float64
	text   string
}

// script reads onMetaData, in AMF 0 (Action Message Format, 2). Only the plain values of its outermost
// object count; lists of key frames and the like are stepped over.
func (p *flv) script(t tag) error {
	d, err := p.w.Bytes(t.off, int(min(t.size, window.Size)))
	if err != nil || p.meta != nil {
		return err
	}
	a := amfReader{w: p.w, b: d}
	if a.byte() != 2 || a.string() != "onMetaData" {
		return a.err
	}
	p.meta = make(map[string]value, 16)
	switch a.byte() {
	case 8:
		a.take(4)
	case 3:
	default:
		return a.err
	}
	for !a.over && a.err == nil && len(p.meta) < 256 {
		name := strings.ToLower(a.string())
		kind := a.byte()
		if a.over || kind == 9 {
			break
		}
		if v, ok := a.value(kind); ok && name != "" {
			if _, twice := p.meta[name]; !twice {
				p.meta[name] = v
			}
		}
	}
	return a.err
}

// amfReader reads AMF 0 from memory. over is set where the data end, err where the budget does.
type amfReader struct {
	w    *window.Window
	b    []byte
	over bool
	err  error
}

func (a *amfReader) take(n int) []byte {
	if n < 0 || n > len(a.b) {
		a.over, a.b = true, nil
		return nil
	}
	d := a.b[:n]
	a.b = a.b[n:]
	return d
}

func (a *amfReader) byte() byte {
	if d := a.take(1); d != nil {
		return d[0]
	}
	return 9 // the marker of an end
}

func (a *amfReader) string() string {
	if d := a.take(2); d != nil {
		return string(a.take(int(window.BE16(d))))
	}
	return ""
}

// value reads a value of a kind; ok says that it is a plain one.
func (a *amfReader) value(kind byte) (v value, ok bool) {
	switch kind {
	case 0:
		if d := a.take(8); d != nil {
			v.number = math.Float64frombits(window.BE64(d))
			return v, !math.IsNaN(v.number)
		}
	case 1:
		if a.byte() == 1 {
			v.number = 1
		}
		return v, !a.over
	case 2:
		v.text = a.string()
		return v, !a.over
	case 12:
		if d := a.take(4); d != nil {
			v.text = string(a.take(int(min(window.BE32(d), math.MaxInt32))))
			return v, !a.over
		}
	case 11:
		a.take(10)
	case 7:
		a.take(2)
	case 5, 6, 13:
	case 3, 8, 10, 16:
		a.stepOver(kind)
	default:
		a.over = true
	}
	return v, false
}

// stepOver passes over an object or a list with all that is in it.
func (a *amfReader) stepOver(kind byte) {
	leave, err := a.w.Enter()
	if err != nil {
		a.err, a.over = err, true
		return
	}
	defer leave()
	list := uint32(0)
	switch kind {
	case 8:
		a.take(4)
	case 10:
		d := a.take(4)
		if d == nil {
			return
		}
		list = window.BE32(d)
	case 16:
		a.string()
	}
	for !a.over {
		if a.err = a.w.Element(); a.err != nil {
			a.over = true
			return
		}
		if kind == 10 {
			if list == 0 {
				return
			}
			list--
			a.value(a.byte())
			continue
		}
		a.string()
		k := a.byte()
		if k == 9 {
			return
		}
		a.value(k)
	}
}
