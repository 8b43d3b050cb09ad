package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// find lists a tree with the names and times that a scan looks at, as fast as a program can.
func find(ctx context.Context, tree string) (sample, error) {
	return runCommand(ctx, "find", tree, "-printf", "%p %s %T@ %i\\n")
}

// warm reads a tree's files into the cache, and gives the time that find takes afterwards.
func warm(ctx context.Context, tree string) (sample, error) {
	if _, err := runCommand(ctx, "grep", "-rqF", "no file holds this: "+time.Now().String(),
		tree); err != nil && ctx.Err() != nil {
		return sample{}, err
	}
	return find(ctx, tree)
}

// warmWhatFits reads all files, so that later readings come from memory, or only lists them where memory cannot hold
// them: those read last would push out those that are read first.
func (b *bench) warmWhatFits(ctx context.Context, tree string, files int) error {
	fits, err := b.fits(files)
	if err != nil {
		return err
	}
	if !fits {
		fmt.Fprintf(b.out, "%d files: more than memory holds, so the disk is measured with them\n", files)
		_, err := find(ctx, tree)
		return err
	}
	fmt.Fprintf(b.out, "%d files: reading all of them, so that later readings come from memory\n", files)
	_, err = warm(ctx, tree)
	return err
}

// pageSize is the least that a file takes of the kernel's cache, in bytes.
const pageSize = 4 << 10

// fits says whether the kernel can hold all files of a tree of so many in the memory that is free now.
func (b *bench) fits(files int) (bool, error) {
	samples, err := b.readSamples()
	if err != nil {
		return false, err
	}
	all := 0
	for i := range files {
		size := len(samples[i%len(samples)].data) + binary.Size(uint64(0))
		all += (size + pageSize - 1) / pageSize * pageSize
	}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(text)) {
		if name, kib, _ := strings.Cut(line, ":"); name == "MemAvailable" {
			free, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kib), "kB")))
			return all < free<<10, err
		}
	}
	return false, errors.New("/proc/meminfo does not tell how much memory is available")
}
