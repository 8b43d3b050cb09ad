package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// row is a measure: what it is called, what is promised of it and what it was.
type row struct {
	name   string
	limits map[int]float64 // by the number of files
	least  bool            // the limits are lower ones
	value  func(*figures) float64
	text   func(*figures) string
	needs  func(*figures) bool // whether it was measured
}

// promised are limits at these numbers of files, in this order; fewer limits promise nothing of the largest.
var promised = []int{100_000, 1_000_000, 5_000_000}

func limits(each ...float64) map[int]float64 {
	by := map[int]float64{}
	for i, limit := range each {
		by[promised[i]] = limit
	}
	return by
}

func scanned(f *figures) bool   { return len(f.first) > 0 }
func wasServed(f *figures) bool { return f.serve.wall > 0 }
func restarted(f *figures) bool { return len(f.restart) > 0 }

// rows are the table of docs/performance.md.
var rows = []row{
	{
		name:  "`find`, which prints each file's size, time and inode",
		value: func(f *figures) float64 { return fastest(f.find).wall.Seconds() },
		text:  func(f *figures) string { return fastest(f.find).String() },
		needs: func(f *figures) bool { return len(f.find) > 0 },
	},
	{
		name: "first scan with analysis, × find", limits: limits(14, 16, 18), needs: scanned,
		value: func(f *figures) float64 { return ratio(fastest(f.first), fastest(f.find)) },
		text:  func(f *figures) string { return timesFind(fastest(f.first), f) },
	},
	{
		name: "the slowest of these against the fastest", limits: limits(1.2, 1.3), needs: scanned,
		value: func(f *figures) float64 { return ratio(slowest(f.first), fastest(f.first)) },
		text: func(f *figures) string {
			return fmt.Sprintf("%.2f of %d", ratio(slowest(f.first), fastest(f.first)), len(f.first))
		},
	},
	{
		name: "rescan by `scan`, × find", limits: limits(1.1, 1.1), needs: scanned,
		value: func(f *figures) float64 { return ratio(fastest(f.rescan), fastest(f.find)) },
		text:  func(f *figures) string { return timesFind(fastest(f.rescan), f) },
	},
	{
		name: "first start of `serve` to idle, × find", needs: wasServed,
		value: func(f *figures) float64 { return ratio(f.serve.sample, fastest(f.find)) },
		text:  func(f *figures) string { return timesFind(f.serve.sample, f) },
	},
	{
		name: "restart of `serve` to idle, × find", limits: limits(1.6, 1.6, 2), needs: restarted,
		value: func(f *figures) float64 { return ratio(f.fastestRestart(), fastest(f.find)) },
		text:  func(f *figures) string { return timesFind(f.fastestRestart(), f) },
	},
	{
		name: "peak memory of `scan`, MiB", needs: scanned,
		value: func(f *figures) float64 { return mib(max(peak(f.first), peak(f.rescan))) },
		text: func(f *figures) string {
			return fmt.Sprintf("%.0f; again %.0f", mib(peak(f.first)), mib(peak(f.rescan)))
		},
	},
	{
		name: "peak memory of `serve`, MiB", limits: limits(64, 96, 160), needs: wasServed,
		value: func(f *figures) float64 { return mib(max(f.serve.memory, f.restartMemory())) },
		text: func(f *figures) string {
			return fmt.Sprintf("%.0f; again %.0f", mib(f.serve.memory), mib(f.restartMemory()))
		},
	},
	{
		name:  "directories watched; the kernel's memory grew by, MiB",
		needs: func(f *figures) bool { return f.serve.watches > 0 },
		value: func(f *figures) float64 { return float64(f.serve.watches) },
		text: func(f *figures) string {
			return fmt.Sprintf("%s; %.0f", thousands(f.serve.watches), mib(f.serve.kernel))
		},
	},
	{
		name: "collector's share of the CPU, %", limits: limits(10, 10), needs: wasServed,
		value: func(f *figures) float64 { return 100 * max(f.serve.collector, f.restartCollector()) },
		text: func(f *figures) string {
			return fmt.Sprintf("%.1f; again %.1f", 100*f.serve.collector, 100*f.restartCollector())
		},
	},
	{
		name: "first load of the feed, items/s", limits: limits(80_000, 80_000, 60_000), least: true,
		value: func(f *figures) float64 { return f.feed },
		text:  func(f *figures) string { return fmt.Sprintf("%.0f", f.feed) },
		needs: func(f *figures) bool { return f.feed > 0 },
	},
	{
		name: "slowest page of any sort or search, ms", limits: limits(50, 100, 300),
		value: func(f *figures) float64 { return ms(f.page.took) },
		text:  func(f *figures) string { return fmt.Sprintf("%.1f", ms(f.page.took)) },
		needs: func(f *figures) bool { return f.page.took > 0 },
	},
	{
		name: "database at idle, bytes an item", limits: limits(1000, 1000), needs: wasServed,
		value: func(f *figures) float64 { return float64(f.bytes) / float64(f.files) },
		text:  func(f *figures) string { return fmt.Sprintf("%.0f", float64(f.bytes)/float64(f.files)) },
	},
}

func (f *figures) fastestRestart() sample {
	return slices.MinFunc(f.restart, func(a, b served) int { return int(a.wall - b.wall) }).sample
}

func (f *figures) restartMemory() (most int64) {
	for _, r := range f.restart {
		most = max(most, r.memory)
	}
	return most
}

func (f *figures) restartCollector() (most float64) {
	for _, r := range f.restart {
		most = max(most, r.collector)
	}
	return most
}

func peak(all []sample) int64 { return slices.MaxFunc(all, byMemory).memory }

func timesFind(s sample, f *figures) string {
	return fmt.Sprintf("%.1f (%v)", ratio(s, fastest(f.find)), s)
}

// table is Markdown. What a promise is broken by is bold.
func table(all []*figures) string {
	var b strings.Builder
	b.WriteString("| | promised at 100,000; at a million; at five |")
	for _, f := range all {
		fmt.Fprintf(&b, " %s files |", thousands(f.files))
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s |", r.name, r.promise())
		for _, f := range all {
			switch {
			case !r.needs(f):
				b.WriteString(" – |")
			case r.breaks(f):
				fmt.Fprintf(&b, " **%s** |", r.text(f))
			default:
				fmt.Fprintf(&b, " %s |", r.text(f))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (r *row) promise() string {
	if r.limits == nil {
		return ""
	}
	bound := "≤"
	if r.least {
		bound = "≥"
	}
	var texts []string
	for _, files := range promised {
		if limit, ok := r.limits[files]; ok {
			texts = append(texts, fmt.Sprint(limit))
		}
	}
	return bound + " " + strings.Join(texts, "; ")
}

func (r *row) breaks(f *figures) bool {
	limit, ok := r.limits[f.files]
	return ok && r.needs(f) && r.least == (r.value(f) < limit) && r.value(f) != limit
}

func broken(all []*figures) error {
	var wrong []error
	for _, f := range all {
		for _, r := range rows {
			if r.breaks(f) {
				wrong = append(wrong, fmt.Errorf("%d files: %s: %s is promised, not %s",
					f.files, r.name, r.promise(), r.text(f)))
			}
		}
	}
	return errors.Join(wrong...)
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

const (
	tableBegins = "<!-- make bench-millions writes from here -->\n"
	tableEnds   = "<!-- to here -->\n"
)

// keep replaces what a document says between the marks.
func keep(document, text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(old), tableBegins)
	_, after, ended := strings.Cut(rest, tableEnds)
	if !found || !ended {
		return fmt.Errorf("%s has no place for the table: it stands between %q and %q", document, tableBegins,
			tableEnds)
	}
	return os.WriteFile(document, []byte(before+tableBegins+"\n"+text+"\n"+tableEnds+after), 0o644)
}

// describeMachine says on what was measured, and what.
func describeMachine(ctx context.Context, b *bench) (string, error) {
	version, err := exec.CommandContext(ctx, b.binary, "version").Output()
	if err != nil {
		return "", fmt.Errorf("ask for the program's version: %w", err)
	}
	disk, err := exec.CommandContext(ctx, "stat", "--file-system", "--format=%T", b.dir).Output()
	if err != nil {
		return "", fmt.Errorf("ask for the file system: %w", err)
	}
	cpu, err := field("/proc/cpuinfo", "model name")
	if err != nil {
		return "", err
	}
	memory, err := field("/proc/meminfo", "MemTotal")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\n%d × %s, %s of memory, %s.\n",
		strings.ReplaceAll(strings.TrimSpace(string(version)), "\n",
			", ")+".", runtime.NumCPU(), cpu, memory, strings.TrimSpace(string(disk))), nil
}

// field is what a file of /proc says behind a name.
func field(file, name string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "unknown", nil
}
