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
		{Files: 123456789, Walked: true, Behind: 987654321},
	} {
		for width := 1; width <= 200; width++ {
			if text := progressText(g, 37*time.Hour, width); len(text) >= width && text != "" {
				t.Errorf("%d columns of %d: %q", len(text), width, text)
			}
		}
	}
}

func TestTheBarOfAScanCountsFilesAndPromisesNoEndThatNobodyKnows(t *testing.T) {
	for _, c := range []struct {
		g    app.Progress
		want string
	}{
		{app.Progress{Files: 100, Expected: 120, Pending: 40}, "[====================                    ] 60/120 files, 6/s, 10s left"},
		{app.Progress{Files: 3000, Pending: 1000}, "2,000 files, 200/s"}, // a first pass, under way
		{app.Progress{Files: 3000, Pending: 1000, Walked: true}, "[==========================              ] 2,000/3,000 files, 200/s, 5s left"},
		{app.Progress{Files: 3000, Walked: true, Behind: 4100}, "3,000 files; works and sorts: 4,100 changes to go"},
	} {
		if got := progressText(c.g, 10*time.Second, 80); got != c.want {
			t.Errorf("%+v: %q, want %q", c.g, got, c.want)
		}
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

func TestTheBarNeverGoesBack(t *testing.T) {
	var bar forwards
	for _, c := range []struct{ files, pending, want int64 }{
		{100, 0, 0}, {120, 80, 20}, {200, 70, 70}, {200, 0, 0}, // seen, then known to be unread, then read
	} {
		if got := bar.only(app.Progress{Files: c.files, Pending: c.pending}); got.Files != c.files || got.Pending != c.want {
			t.Errorf("%d files, %d to be read: shown are %+v, want %d to be read", c.files, c.pending, got, c.want)
		}
	}
}
