package image

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Pictures whose size stands in a header of a few bytes.

func matchPCX(head []byte, ext string) bool {
	return (ext == ".pcx" || ext == ".pcc") && len(head) >= 128 && head[0] == 10 && head[1] <= 5 && head[2] <= 1
}

func probePCX(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 12)
	if err != nil {
		return err
	}
	return imageSize(r, int(window.LE16(b[8:]))-int(window.LE16(b[4:]))+1, int(window.LE16(b[10:]))-int(window.LE16(b[6:]))+1)
}

// matchPNM knows the portable maps of Netpbm by their letter and number, and by white space behind them.
func matchPNM(head []byte, ext string) bool {
	switch ext {
	case ".pbm", ".pgm", ".ppm", ".pnm", ".pam", ".pfm":
	default:
		return false
	}
	return len(head) >= 8 && head[0] == 'P' && (head[1] >= '1' && head[1] <= '7' || head[1] == 'F' || head[1] == 'f')
}

// probePNM reads the numbers behind the magic, between which comments may stand; a PAM names them.
func probePNM(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, int(min(w.Size(), 2048)))
	if err != nil {
		return err
	}
	if b[1] == '7' {
		width, height := 0, 0
		for line := range bytes.Lines(b) {
			if err := w.Element(); err != nil {
				return err
			}
			name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
			n, _ := strconv.Atoi(string(bytes.TrimSpace(value)))
			switch string(name) {
			case "WIDTH":
				width = n
			case "HEIGHT":
				height = n
			case "ENDHDR":
				return imageSize(r, width, height)
			}
		}
		return fmt.Errorf("%w: header without an end", window.ErrTruncated)
	}
	var size [2]int
	rest := b[2:]
	for i := range size {
		for len(rest) > 0 && (rest[0] == '#' || rest[0] <= ' ') {
			if rest[0] == '#' {
				_, rest, _ = bytes.Cut(rest, []byte("\n"))
			} else {
				rest = rest[1:]
			}
		}
		n := 0
		for n < len(rest) && n < 9 && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if size[i], err = strconv.Atoi(string(rest[:n])); err != nil {
			return fmt.Errorf("%w: size", window.ErrMalformed)
		}
		rest = rest[n:]
	}
	return imageSize(r, size[0], size[1])
}

// matchTGA has only a name and plausible fields to go by.
func matchTGA(head []byte, ext string) bool {
	if ext != ".tga" && ext != ".icb" && ext != ".vda" && ext != ".vst" || len(head) < 18 || head[1] > 1 {
		return false
	}
	switch head[2] {
	case 1, 2, 3, 9, 10, 11:
	default:
		return false
	}
	switch head[16] {
	case 8, 15, 16, 24, 32:
		return true
	}
	return false
}

func probeTGA(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 18)
	if err != nil {
		return err
	}
	return imageSize(r, int(window.LE16(b[12:])), int(window.LE16(b[14:])))
}

// sizeAt makes a prober of two numbers of four bytes at an offset: width, then height where "first" says so.
func sizeAt(off int, u32 func([]byte) uint32, widthFirst bool) func(w *window.Window, r *format.Result) error {
	return func(w *window.Window, r *format.Result) error {
		b, err := w.Bytes(0, off+8)
		if err != nil {
			return err
		}
		width, height := u32(b[off:]), u32(b[off+4:])
		if !widthFirst {
			width, height = height, width
		}
		if width > 1<<24 || height > 1<<24 {
			return fmt.Errorf("%w: picture of %d by %d", window.ErrMalformed, width, height)
		}
		return imageSize(r, int(width), int(height))
	}
}

func matchQOI(head []byte, _ string) bool {
	return len(head) >= 14 && window.HasMagic(head, "qoif") && (head[12] == 3 || head[12] == 4)
}

// icnsSizes are the edges of the pictures in Apple's icons, by the types of their elements.
var icnsSizes = map[string]int{
	"ICON": 32, "ICN#": 32, "icl4": 32, "icl8": 32, "il32": 32, "ics#": 16, "ics4": 16, "ics8": 16, "is32": 16,
	"icm#": 16, "ich#": 48, "ich4": 48, "ich8": 48, "ih32": 48,
	"it32": 128, "icp4": 16, "icp5": 32, "icp6": 64, "ic04": 16, "ic05": 32, "ic07": 128, "ic08": 256, "ic09": 512,
	"ic10": 1024, "ic11": 32, "ic12": 64, "ic13": 256, "ic14": 512,
}

// probeICNS takes the largest of an icon's pictures.
func probeICNS(w *window.Window, r *format.Result) error {
	const most = 64 // elements; there are hardly more types
	w.Ahead(512)
	edge := 0
	for at, n := int64(8), 0; w.Size()-at >= 8 && n < most; n++ {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(at, 8)
		if err != nil {
			return err
		}
		edge = max(edge, icnsSizes[string(b[:4])])
		size := int64(window.BE32(b[4:]))
		if size < 8 {
			break
		}
		at += size
	}
	return imageSize(r, edge, edge)
}

// probeEXR reads attributes until the window of the data: a name, a type, a length and a value each.
func probeEXR(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	for b := head[8:]; len(b) > 0 && b[0] != 0; {
		if err := w.Element(); err != nil {
			return err
		}
		name, rest, ok := bytes.Cut(b, []byte{0})
		kind, rest, ok2 := bytes.Cut(rest, []byte{0})
		if !ok || !ok2 || len(rest) < 4 {
			break
		}
		size := int64(window.LE32(rest))
		if rest = rest[4:]; size > int64(len(rest)) {
			break
		}
		if string(name) == "displayWindow" && string(kind) == "box2i" && size >= 16 {
			edge := func(from, to int) int64 {
				return int64(int32(window.LE32(rest[to:]))) - int64(int32(window.LE32(rest[from:]))) + 1
			}
			width, height := edge(0, 8), edge(4, 12)
			if width > 1<<24 || height > 1<<24 {
				break
			}
			return imageSize(r, int(width), int(height))
		}
		b = rest[size:]
	}
	return fmt.Errorf("%w: no window", window.ErrMalformed)
}
