package main

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/dustin/go-humanize"
)

// clearLine takes what stands on the terminal's last line away.
const clearLine = "\r\x1b[K"

// lastLine is a terminal whose last line stays below what else is written, such as the log. Each write is one to the
// terminal, so none is torn; a line that is shown anew after a log line may be the one before the newest.
type lastLine struct {
	out  io.Writer
	text atomic.Pointer[string]
}

// Write writes whole lines above the last one.
func (l *lastLine) Write(b []byte) (int, error) {
	shown := ""
	if text := l.text.Load(); text != nil {
		shown = *text
	}
	if _, err := io.WriteString(l.out, clearLine+string(b)+shown); err != nil {
		return 0, err
	}
	return len(b), nil
}

// show puts a text into the place of the last line.
func (l *lastLine) show(text string) {
	l.text.Store(&text)
	_, _ = io.WriteString(l.out, clearLine+text) // a terminal that is gone is noticed by what matters
}

// scanProgress shows a bar with rate and time left on a terminal, and plain lines elsewhere. The log goes to log.
func scanProgress(p *process) (log io.Writer, progress func(app.Progress), finish func()) {
	if !isTerminal(p.err) {
		next := time.Now().Add(5 * time.Second)
		return p.err, func(g app.Progress) {
			if time.Now().After(next) {
				next = time.Now().Add(5 * time.Second)
				fmt.Fprintf(p.err, "%d files seen, %d analysed, %d to analyse\n", g.Files, g.Analysed, g.Pending)
			}
		}, func() {}
	}
	began := time.Now()
	line, bar := &lastLine{out: p.err}, forwards{}
	return line, func(g app.Progress) {
		line.show(progressText(bar.only(g), time.Since(began), terminal.Width(p.err)))
	}, func() { line.show("") }
}

// forwards keeps a bar from going back: files are seen a moment before the catalog says that they are to be read.
type forwards struct{ done int64 }

// only gives a progress of no fewer files done than those before it had.
func (f *forwards) only(g app.Progress) app.Progress {
	f.done = min(max(f.done, g.Files-g.Pending), g.Files)
	g.Pending = g.Files - f.done
	return g
}

// progressText tells how many files have been seen and read, and what is made of them then, in one line that leaves the
// terminal's last column free: a text that reaches it would begin another line.
func progressText(g app.Progress, took time.Duration, width int) string {
	const unknownWidth, shortestBar, longestBar = 80, 5, 40
	if width < 1 {
		width = unknownWidth
	}
	total := max(g.Expected, g.Files)
	done := min(max(g.Files-g.Pending, 0), total)
	rate := int64(float64(done) / max(took.Seconds(), 0.001))
	fit := func(text string) string { return text[:min(len(text), max(width-1, 0))] }
	switch {
	case g.Walked && done == total && g.Behind > 0:
		return fit(fmt.Sprintf("%s files; works and sorts: %s changes to go",
			humanize.Comma(total), humanize.Comma(g.Behind)))
	case g.Expected == 0 && !g.Walked: // nobody knows how many there will be
		return fit(fmt.Sprintf("%s files, %s/s", humanize.Comma(done), humanize.Comma(rate)))
	}
	text := fmt.Sprintf("%s/%s files", humanize.Comma(done), humanize.Comma(total))
	if rate > 0 {
		left := time.Duration((total-done)/rate) * time.Second
		text += fmt.Sprintf(", %s/s, %s left", humanize.Comma(rate), left)
	}
	if room := min(width-1-len(text)-len("[] "), longestBar); room >= shortestBar && total > 0 {
		full := int(int64(room) * done / total)
		text = "[" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "] " + text
	}
	return fit(text)
}
