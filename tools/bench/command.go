package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

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

// runCommand measures one command; a JSON object that it prints is taken for a summary.
func runCommand(ctx context.Context, name string, args ...string) (sample, error) {
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

// String is the time on the clock and on the processors.
func (s sample) String() string {
	return fmt.Sprintf("%.2f s, CPU %.2f s", s.wall.Seconds(), s.cpu.Seconds())
}

func fastest(all []sample) sample {
	return slices.MinFunc(all, func(a, b sample) int { return int(a.wall - b.wall) })
}

func slowest(all []sample) sample {
	return slices.MaxFunc(all, func(a, b sample) int { return int(a.wall - b.wall) })
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
