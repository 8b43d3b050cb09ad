package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// What is promised of works: what a first scan takes more for their sake, and what of the catalog is theirs.
const (
	worksCost   = 0.10 // of CPU, and of the time on the clock
	worksMemory = 0.05 // of the peak
	worksBytes  = 250  // an item
	worksFiles  = 100_000
)

// leastScan are the least figures of first scans by one program: CPU and time each of the run that took the least of it.
type leastScan struct {
	cpu, wall time.Duration
	memory    int64
	bytes     int64 // of the catalog
}

// measureWorks scans a tree for the first time, by turns with the program and with one that derives no works.
func (b *bench) measureWorks(ctx context.Context, files int) error {
	if b.without == "" {
		return errors.New("-works needs the program to compare with: make bench-works builds it, and names it by -without")
	}
	tree, err := b.tree(ctx, files)
	if err != nil {
		return err
	}
	if _, err := warm(ctx, tree); err != nil {
		return err
	}
	programs := [2]string{b.without, b.binary}
	var best [2]leastScan
	for i := range best {
		best[i] = leastScan{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}
	}
	for round := range b.rounds {
		order := []int{0, 1}
		if round%2 == 1 { // neither is always the one that follows the other
			slices.Reverse(order)
		}
		for _, i := range order {
			if err := b.scanFirst(ctx, programs[i], tree, files, &best[i]); err != nil {
				return err
			}
		}
	}
	return b.judgeWorks(files, best[0], best[1])
}

// scanFirst makes a new catalog of a tree by a program, and keeps what was least.
func (b *bench) scanFirst(ctx context.Context, program, tree string, files int, best *leastScan) (err error) {
	data, err := os.MkdirTemp(b.dir, "catalog")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	s, err := runCommand(ctx, program, "scan", "--json", "--data-dir", data, tree)
	if err != nil {
		return err
	}
	bytes, err := sizeOf(data)
	if err != nil {
		return err
	}
	*best = leastScan{min(best.cpu, s.cpu), min(best.wall, s.wall), min(best.memory, s.memory), min(best.bytes, bytes)}
	return complain(s.summary.Files != int64(files), "the scan counted %d files of %d", s.summary.Files, files)
}

func (b *bench) judgeWorks(files int, without, with leastScan) error {
	more := func(with, without float64) float64 { return with/without - 1 }
	cpu := more(with.cpu.Seconds(), without.cpu.Seconds())
	wall := more(with.wall.Seconds(), without.wall.Seconds())
	memory := more(float64(with.memory), float64(without.memory))
	bytes := float64(with.bytes-without.bytes) / float64(files)
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d files\twithout works\twith works\tmore\tat most\t\n", files)
	fmt.Fprintf(w, "CPU\t%.2fs\t%.2fs\t%.1f %%\t%.0f %%\t\n", without.cpu.Seconds(), with.cpu.Seconds(), 100*cpu,
		100*worksCost)
	fmt.Fprintf(w, "wall\t%.2fs\t%.2fs\t%.1f %%\t%.0f %%\t\n", without.wall.Seconds(), with.wall.Seconds(), 100*wall,
		100*worksCost)
	fmt.Fprintf(w, "peak memory\t%.1f MiB\t%.1f MiB\t%.1f %%\t%.0f %%\t\n", mib(without.memory), mib(with.memory),
		100*memory, 100*worksMemory)
	fmt.Fprintf(w, "catalog, bytes an item\t%d\t%d\t%.0f\t%d\t\n", without.bytes/int64(files), with.bytes/int64(files),
		bytes, worksBytes)
	err := errors.Join(w.Flush(), complain(bytes < 1, "the catalog holds no works, or both programs derive them"))
	if files < worksFiles { // of so few nothing is promised
		return err
	}
	return errors.Join(err,
		complain(cpu > worksCost, "works cost %.1f %% of CPU", 100*cpu),
		complain(wall > worksCost, "works cost %.1f %% of time", 100*wall),
		complain(memory > worksMemory, "works take %.1f %% of memory", 100*memory),
		complain(bytes > worksBytes, "works take %.0f bytes of the catalog an item", bytes))
}
