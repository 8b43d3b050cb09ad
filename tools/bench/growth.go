package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

// minRate is how many files a second are to be found, read and stored, and minKept which part of the first
// rate must be left when the catalog is large.
const (
	minRate = 10_000.0
	minKept = 0.85
)

// growth adds one part of a library after the other to a catalog, and prints and judges how long each took.
// What the parts before cost to compare again is measured by itself and taken off.
func (b *bench) growth(ctx context.Context, parts, files int) (err error) {
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	data, err := os.MkdirTemp(b.dir, "catalog")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "items before\tfind\tunchanged\tadded in\tfiles/s\tof find\tCPU a file\tpeak memory\t")
	var roots []string
	var rates []float64
	var wrong []error
	scan := func() (sample, error) {
		return runCommand(ctx, b.binary, append([]string{"scan", "--json", "--data-dir", data}, roots...)...)
	}
	for n := range parts {
		tree, err := b.part(ctx, n, files)
		if err != nil {
			return err
		}
		find, err := warm(ctx, tree)
		if err != nil {
			return err
		}
		var before sample
		if n > 0 {
			if before, err = scan(); err != nil {
				return err
			}
		}
		roots = append(roots, tree)
		after, err := scan()
		if err != nil {
			return err
		}
		took := after.wall - before.wall
		rate := float64(files) / took.Seconds()
		cpu := ((after.cpu - before.cpu) / time.Duration(files)).Round(time.Microsecond)
		rates = append(rates, rate)
		fmt.Fprintf(w, "%d\t%.2fs\t%.2fs\t%.2fs\t%.0f\t%.1f\t%v\t%.1f MiB\t\n",
			n*files, find.wall.Seconds(), before.wall.Seconds(), took.Seconds(), rate, took.Seconds()/find.wall.Seconds(), cpu, mib(after.memory))
		wrong = append(wrong,
			complain(after.summary.Added != int64(files), "%d of %d files were added", after.summary.Added, files),
			complain(after.summary.Failed != 0, "%d files could not be analysed", after.summary.Failed),
			complain(before.summary.RowsWritten != 0, "comparing what was there wrote %d rows",
				before.summary.RowsWritten),
			complain(rate < minRate, "%.0f files a second at %d items", rate, n*files))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	kept := rates[len(rates)-1] / rates[0]
	return errors.Join(append(wrong, complain(kept < minKept, "the rate fell to %.0f %% of the first", 100*kept))...)
}
