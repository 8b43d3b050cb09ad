// Command bench measures whole scans as ratios to find(1) on the same tree in the same run, so that the
// figures of different machines compare, and fails where one is worse than the project promises:
//
//   - a first scan with analysis, at most 25 times find;
//   - a second scan of the unchanged tree, at most 2 times find, which writes nothing;
//   - peak memory below 100 MiB, and with -memory the same at 20,000 and 200,000 files within 15 %;
//   - with -growth, that 10,000 files are found, read and stored in a second, however large the catalog is already.
//
// The trees are made of copies of the sample library's files, each made distinct, and are kept for the next run.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// What is promised.
const (
	maxFirst  = 25.0
	maxSecond = 2.0
	maxMemory = 100 << 20 // bytes
	maxGrowth = 0.15
)

func main() {
	b := &bench{out: os.Stdout}
	flag.StringVar(&b.binary, "binary", "bin/catalogizerd", "the `PROGRAM` to measure")
	flag.StringVar(&b.samples, "samples", "testdata/library", "`DIR` of files to copy")
	flag.StringVar(&b.dir, "dir", filepath.Join(os.TempDir(), "catalogizerd-bench"), "`DIR` for trees and catalogs")
	flag.IntVar(&b.rounds, "rounds", 3, "runs of each command, of which the fastest counts")
	files := flag.Int("files", 100_000, "size of the tree")
	memory := flag.Bool("memory", false, "compare the memory at 20,000 and 200,000 files instead")
	growth := flag.Int("growth", 0, "instead measure the rate at which the catalog grows to `N` times 120,000 files")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	measure := func() error { return b.speed(ctx, *files) }
	if *memory {
		measure = func() error { return b.memory(ctx, 20_000, 200_000) }
	}
	if *growth > 0 {
		measure = func() error { return b.growth(ctx, *growth, 120_000) }
	}
	err := measure()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	binary, samples, dir string
	rounds               int
	out                  io.Writer
}

// sample is one run of a command.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // peak resident set in bytes
	summary   summary
}

// summary is the part of `scan --json` that is checked.
type summary struct {
	Files       int64 `json:"files"`
	Failed      int64 `json:"failed"`
	RowsWritten int64 `json:"rows_written"`
	Added       int64 `json:"added"`
}

// speed prints and judges the ratios on a tree of the given size.
func (b *bench) speed(ctx context.Context, files int) error {
	tree, err := b.tree(ctx, files)
	if err != nil {
		return err
	}
	var find, first, second []sample
	for range b.rounds + 1 { // the first run warms the caches
		s, err := run(ctx, "find", tree, "-printf", "%p %s %T@ %i\\n")
		if err != nil {
			return err
		}
		find = append(find, s)
	}
	find = find[1:]
	for range b.rounds {
		one, two, err := b.scanTwice(ctx, tree)
		if err != nil {
			return err
		}
		first, second = append(first, one), append(second, two)
	}
	f, one, two := fastest(find), fastest(first), fastest(second)
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d files\twall\tCPU\tpeak memory\tof find\tat most\t\n", one.summary.Files)
	line := func(name string, s sample, most string) {
		fmt.Fprintf(w, "%s\t%.2fs\t%.2fs\t%.1f MiB\t%.2f\t%s\t\n", name, s.wall.Seconds(), s.cpu.Seconds(), mib(s.memory), ratio(s, f), most)
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

// scanTwice makes a catalog of a tree, then scans it again.
func (b *bench) scanTwice(ctx context.Context, tree string) (first, second sample, err error) {
	data, err := os.MkdirTemp(b.dir, "catalog")
	if err != nil {
		return first, second, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	scan := func() (sample, error) { return run(ctx, b.binary, "scan", "--json", "--data-dir", data, tree) }
	if first, err = scan(); err != nil {
		return first, second, err
	}
	if second, err = scan(); err != nil {
		return first, second, err
	}
	return first, second, b.checkAnalysed(ctx, data)
}

// checkAnalysed refuses figures of a scan that left work undone.
func (b *bench) checkAnalysed(ctx context.Context, data string) error {
	cmd := exec.CommandContext(ctx, b.binary, "export", "--data-dir", data)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("export the catalog: %w", err)
	}
	pending := 0
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var item struct {
			Analysis string `json:"analysis"`
		}
		if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
			return errors.Join(fmt.Errorf("read the export: %w", err), cmd.Wait())
		}
		if item.Analysis == "pending" {
			pending++
		}
	}
	return errors.Join(lines.Err(), cmd.Wait(), complain(pending > 0, "%d files were left unanalysed", pending))
}

// run measures one command; a JSON object that it prints is taken for a summary.
func run(ctx context.Context, name string, args ...string) (sample, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = os.Stderr
	out := &head{}
	cmd.Stdout = out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("run %s: %w", name, err)
	}
	s := sample{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.memory = usage.Maxrss << 10 // Linux counts KiB: getrusage(2)
	}
	if len(out.text) > 0 && out.text[0] == '{' {
		if err := json.Unmarshal(out.text, &s.summary); err != nil {
			return s, fmt.Errorf("read the summary of %s: %w", name, err)
		}
	}
	return s, nil
}

// head keeps the beginning of what a command prints, and takes the rest.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	h.text = append(h.text, p[:min(len(p), 64<<10-len(h.text))]...)
	return len(p), nil
}

func fastest(all []sample) sample {
	return slices.MinFunc(all, func(a, b sample) int { return int(a.wall - b.wall) })
}

func byMemory(a, b sample) int { return int(a.memory - b.memory) }

func ratio(s, to sample) float64 { return s.wall.Seconds() / to.wall.Seconds() }

func mib(n int64) float64 { return float64(n) / (1 << 20) }

func complain(wrong bool, format string, args ...any) error {
	if !wrong {
		return nil
	}
	return fmt.Errorf(format, args...)
}
