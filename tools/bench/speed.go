package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
)

// What is promised of `make bench`.
const (
	maxFirst  = 25.0
	maxSecond = 2.0
	maxMemory = 100 << 20 // bytes
)

// speed prints and judges the ratios on a tree of the given size.
func (b *bench) speed(ctx context.Context, files int) error {
	tree, err := b.tree(ctx, files)
	if err != nil {
		return err
	}
	var finds, first, second []sample
	for range b.rounds + 1 { // the first run warms the caches
		s, err := find(ctx, tree)
		if err != nil {
			return err
		}
		finds = append(finds, s)
	}
	finds = finds[1:]
	for range b.rounds {
		one, two, err := b.scanTwice(ctx, tree)
		if err != nil {
			return err
		}
		first, second = append(first, one), append(second, two)
	}
	f, one, two := fastest(finds), fastest(first), fastest(second)
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d files\twall\tCPU\tpeak memory\tof find\tat most\t\n", one.summary.Files)
	line := func(name string, s sample, most string) {
		fmt.Fprintf(w, "%s\t%.2fs\t%.2fs\t%.1f MiB\t%.2f\t%s\t\n", name, s.wall.Seconds(), s.cpu.Seconds(),
			mib(s.memory), ratio(s, f), most)
	}
	line("find", f, "")
	line("first scan, analysis", one, fmt.Sprint(maxFirst))
	line("second scan", two, fmt.Sprint(maxSecond))
	if err := w.Flush(); err != nil {
		return err
	}
	peak := max(slices.MaxFunc(first, byMemory).memory, slices.MaxFunc(second, byMemory).memory)
	return errors.Join(
		complain(one.summary.Files != int64(files), "the scan counted %d files of %d", one.summary.Files, files),
		complain(one.summary.Failed != 0, "%d files could not be analysed", one.summary.Failed),
		complain(two.summary.RowsWritten != 0, "the second scan wrote %d rows", two.summary.RowsWritten),
		complain(ratio(one, f) > maxFirst, "the first scan took %.1f times as long as find", ratio(one, f)),
		complain(ratio(two, f) > maxSecond, "the second scan took %.2f times as long as find", ratio(two, f)),
		complain(peak > maxMemory, "the peak of memory was %.0f MiB", mib(peak)),
	)
}
