package image

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// SVG 2: the root element's width and height, else its view box. Lengths in absolute units become CSS
// pixels; percentages say nothing.

func matchSVG(head []byte, ext string) bool {
	if ext != ".svg" && !bytes.HasPrefix(bytes.TrimLeft(head[:min(len(head), 64)], " \t\r\n\xEF\xBB\xBF"), []byte("<")) {
		return false
	}
	return bytes.Contains(head[:min(len(head), 4096)], []byte("<svg")) ||
		bytes.Contains(head[:min(len(head), 4096)], []byte(":svg"))
}

func probeSVG(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	s := xmlscan.New(head)
	for s.Next() {
		if s.Kind != xmlscan.Start {
			continue
		}
		if s.Depth == 1 {
			if string(s.Name) != "svg" {
				return fmt.Errorf("%w: root element %q", window.ErrMalformed, s.Name)
			}
			m := r.Description.Media
			m.Width, m.Height = svgLength(s.Attr("width")), svgLength(s.Attr("height"))
			svgViewBox(s.Attr("viewBox"), &m.Width, &m.Height)
			continue
		}
		if string(s.Name) == "title" && s.Depth == 2 {
			r.Description.Title = text.Clean(s.Inner())
			return nil
		}
		if s.Depth == 2 {
			s.Skip()
		}
	}
	return nil
}

// svgViewBox fills in what the root element's size leaves open, keeping the proportions.
func svgViewBox(text string, width, height *int) {
	f := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
	if len(f) != 4 {
		return
	}
	x, errX := strconv.ParseFloat(f[2], 64)
	y, errY := strconv.ParseFloat(f[3], 64)
	if errX != nil || errY != nil || !(x > 0 && y > 0 && x < 1e9 && y < 1e9) {
		return
	}
	switch {
	case *width == 0 && *height == 0:
		*width, *height = int(math.Round(x)), int(math.Round(y))
	case *width == 0:
		*width = int(min(1e9, math.Round(float64(*height)*x/y)))
	case *height == 0:
		*height = int(min(1e9, math.Round(float64(*width)*y/x)))
	}
}

// svgLength returns an absolute length in CSS pixels, or 0.
func svgLength(text string) int {
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	scale, ok := map[string]float64{
		"": 1, "px": 1, "pt": 96.0 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4,
	}[strings.ToLower(text[len(number):])]
	if err != nil || !ok || !(f > 0 && f < 1e7) {
		return 0
	}
	return int(math.Round(f * scale))
}
