package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/sys/unix"
)

type scanCommand struct {
	configured
	JSON bool     `name:"json" help:"Print one summary object."`
	Root []string `arg:"" optional:"" help:"Directories or smb:// URLs."`
}

// Run makes one complete pass.
func (c *scanCommand) Run(p *process) error {
	cfg, err := c.load("", c.Root, true)
	if err != nil {
		return err
	}
	log, _, err := newLog(p, cfg)
	if err != nil {
		return err
	}
	progress, finish := scanProgress(p)
	sum, err := app.Scan(p.ctx, cfg, log, progress)
	finish()
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(p.out).Encode(sum)
	} else {
		took := time.Duration((sum.ScanSeconds + sum.AnalysisSeconds + sum.IndexSeconds) * float64(time.Second))
		n := humanize.Comma
		_, err = fmt.Fprintf(p.out, "%s files in %s directories: %s added, %s changed, %s moved, %s removed, %s failed, in %v\n",
			n(sum.Files), n(sum.Dirs), n(sum.Added), n(sum.Changed), n(sum.Moved), n(sum.Removed), n(sum.Failed),
			took.Round(time.Millisecond))
	}
	for _, r := range sum.Offline {
		err = errors.Join(err, fmt.Errorf("root not scanned, its items stand: %s", r))
	}
	return err
}

// scanProgress shows a bar with rate and ETA on a terminal, and plain lines elsewhere.
func scanProgress(p *process) (progress func(app.Progress), finish func()) {
	if !isTerminal(p.err) {
		next := time.Now().Add(5 * time.Second)
		return func(g app.Progress) {
			if time.Now().After(next) {
				next = time.Now().Add(5 * time.Second)
				fmt.Fprintf(p.err, "%d files seen, %d analysed, %d to analyse\n", g.Files, g.Analysed, g.Pending)
			}
		}, func() {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(p.err),
		progressbar.OptionSetDescription("scanning"),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("files"),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	return func(g app.Progress) {
		if total := max(g.Expected, g.Files); total > 0 { // each file is seen, and then read
			bar.ChangeMax64(2 * total)
			_ = bar.Set64(g.Files + total - min(g.Pending, total))
		}
	}, func() { _ = bar.Finish() }
}

// isTerminal reports whether w is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
