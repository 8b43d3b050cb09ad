package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/dustin/go-humanize"
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
	logOut, progress, finish := scanProgress(p)
	log, _, err := newLog(&process{p.ctx, p.in, p.out, logOut}, cfg)
	if err != nil {
		return err
	}
	app.TuneForPass()
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

// isTerminal reports whether w is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
