package main

import (
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app"
)

// A line that reaches the last column begins another, and each redraw would scroll.
func TestTheBarOfAScanStaysOnItsLine(t *testing.T) {
	for _, g := range []app.Progress{
		{}, {Files: 10, Expected: 10, Pending: 10}, {Files: 505202, Expected: 596012, Pending: 1200},
		{Files: 123456789, Expected: 987654321, Pending: 5}, {Files: 2, Expected: 1, Pending: 3},
	} {
		for width := 1; width <= 200; width++ {
			if text := progressText(g, 37*time.Hour, width); len(text) >= width && text != "" {
				t.Errorf("%d columns of %d: %q", len(text), width, text)
			}
		}
	}
}

func TestTheBarOfAScanCountsFiles(t *testing.T) {
	const want = "[====================                    ] 60/120 files, 6/s, 10s left"
	if got := progressText(app.Progress{Files: 100, Expected: 120, Pending: 40}, 10*time.Second, 80); got != want {
		t.Errorf("with 60 of 120 files seen and read, %q, want %q", got, want)
	}
}

// A log line stands on a line of its own, and the bar below it.
func TestLogLinesStandAboveTheBar(t *testing.T) {
	var out strings.Builder
	l := &lastLine{out: &out}
	l.show("[=] 1/2 files")
	if n, err := l.Write([]byte("warning\n")); n != len("warning\n") || err != nil {
		t.Errorf("wrote %d bytes: %v", n, err)
	}
	l.show("")
	if want := clearLine + "[=] 1/2 files" + clearLine + "warning\n[=] 1/2 files" + clearLine; out.String() != want {
		t.Errorf("the terminal got %q, want %q", out.String(), want)
	}
}
