package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe"
	"github.com/catalogizer/catalogizerd/internal/store"
	"golang.org/x/sys/unix"
)

type probeCommand struct {
	File []string `arg:"" help:"Files."`
}

const probeTimeout = 30 * time.Second // for one file

// Run prints what the bytes of each file say. It exits with 1 if any could not be read.
func (c *probeCommand) Run(p *process) error {
	for _, file := range c.File {
		if err := isFile(file); err != nil {
			return usageError{err}
		}
	}
	w := bufio.NewWriter(p.out)
	failed := false
	for _, file := range c.File {
		if err := p.ctx.Err(); err != nil {
			return errors.Join(err, w.Flush())
		}
		line, err := probeLine(p.ctx, file)
		failed = failed || err != nil
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if failed {
		return exitError(exitFailed)
	}
	return nil
}

type probed struct {
	Kind media.Kind `json:"kind,omitempty"`
	media.Description
}

// probeLine describes one file. An error is in the line too, beside what was read until then.
func probeLine(ctx context.Context, file string) ([]byte, error) {
	line := store.AppendString([]byte(`{"path":`), file)
	res, err := probeFile(ctx, file)
	if err != nil {
		line = store.AppendString(append(line, `,"error":`...), err.Error())
		if res.Description.Media == nil { // nothing was read
			return append(line, '}', '\n'), err
		}
	}
	kind := res.Kind
	if kind == "" {
		kind, _ = analyzer.Describe(file, nil)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(probed{kind, *analyzer.Fit(&res.Description)}); err != nil {
		return nil, err
	}
	return append(append(line, ','), b.Bytes()[1:]...), err
}

func probeFile(ctx context.Context, file string) (probe.Result, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO must not hang the command
	if err != nil {
		return probe.Result{}, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return probe.Result{}, err
	}
	if !fi.Mode().IsRegular() {
		return probe.Result{}, fmt.Errorf("%s is not a regular file", file)
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return probe.Probe(ctx, f, fi.Size(), analyzer.Ext(file))
}
