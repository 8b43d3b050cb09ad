package main

import (
	"context"
	"errors"
	"fmt"
)

// maxGrowth is how much more memory a ten times larger library may take.
const maxGrowth = 0.15

// memory prints and judges the peaks of first scans of a small and a large tree.
func (b *bench) memory(ctx context.Context, small, large int) error {
	peak := map[int]int64{}
	for _, files := range []int{small, large} {
		tree, err := b.tree(ctx, files)
		if err != nil {
			return err
		}
		for range b.rounds {
			one, two, err := b.scanTwice(ctx, tree)
			if err != nil {
				return err
			}
			peak[files] = max(peak[files], one.memory, two.memory)
		}
		fmt.Fprintf(b.out, "%d files: peak memory %.1f MiB\n", files, mib(peak[files]))
	}
	growth := float64(peak[large])/float64(peak[small]) - 1
	fmt.Fprintf(b.out, "growth %.1f %%\n", 100*growth)
	return errors.Join(
		complain(peak[large] > maxMemory, "the peak of memory was %.0f MiB", mib(peak[large])),
		complain(growth > maxGrowth, "memory grows with the library: %.0f %%", 100*growth),
	)
}
