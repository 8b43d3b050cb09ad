package asf

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestWindowsMediaTrackNumbersAsTextCountFromZeroToo(t *testing.T) {
	text := func(s string) []byte {
		var b []byte
		for _, u := range utf16.Encode([]rune(s + "\x00")) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return b
	}
	for value, want := range map[string]int{"2": 3, "0": 1} {
		data := text(value)
		p := &asf{w: window.New(t.Context(), bytes.NewReader(data), int64(len(data))), r: &format.Result{}}
		if err := p.attributeValue(attribute{name: "WM/Track", size: int64(2*len(value) + 2)}); err != nil {
			t.Fatal(err)
		}
		p.tags.Describe(p.r)
		if got := p.r.Description.Track; got != want {
			t.Errorf("%s is track %d", value, got)
		}
	}
}
