package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// moves measures what becomes of a big directory under a running daemon: its first scan, a rename, a move out of the
// root, a move into it, and a removal. Meanwhile small files are written elsewhere, whose delays are measured too.
type moves struct {
	*bench
	files  int
	shape  string
	dir    string // of this run: library and other are roots, outside is none
	d      *daemon
	f      *follower
	probes int // written so far
}

// shapes are how the files lie: all in one directory, or ten in each of many below one.
var shapes = []string{"flat", "spread"}

// What is promised: no change of a big directory takes longer than its first scan, something of it is seen within a
// second and its debounce, and what changes elsewhere is not held up.
const (
	firstSeen = time.Second + debounce
	debounce  = 500 * time.Millisecond
	heldUp    = debounce + 500*time.Millisecond
	grace     = 10 * time.Second
)

// judgedFrom is from how many files on the times are judged: those of few are mostly debounce.
const judgedFrom = 50_000

func (b *bench) measureMoves(ctx context.Context, sizes []int) error {
	b.env = []string{"CATALOGIZERD_ROOT_LIBRARY_MAX_REMOVALS=1"} // nobody is there to accept that all is removed
	var wrong []error
	for _, files := range sizes {
		for _, shape := range shapes {
			m := &moves{bench: b, files: files, shape: shape}
			if err := m.run(ctx); err != nil {
				wrong = append(wrong, fmt.Errorf("%d files, %s: %w", files, shape, err))
			}
		}
	}
	return errors.Join(wrong...)
}

func (m *moves) run(ctx context.Context) (err error) {
	if err := os.MkdirAll(m.bench.dir, 0o755); err != nil {
		return err
	}
	if m.dir, err = os.MkdirTemp(m.bench.dir, "moves"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(m.dir)) }()
	fmt.Fprintf(m.out, "\n%s files, %s\n", thousands(m.files), m.shape)
	if err := m.makeTree(ctx); err != nil {
		return err
	}
	m.line("", "seen", "all seen", "idle", "of first", "CPU", "rows", "commits", "others", "worst")
	began := time.Now()
	roots := []string{filepath.Join(m.dir, "library"), filepath.Join(m.dir, "other")}
	_, err = m.serve(ctx, filepath.Join(m.dir, "data"), roots, func(d *daemon) error {
		m.d = d
		return m.all(ctx, time.Since(began))
	})
	return err
}

// line prints a row of the table: texts, times and numbers.
func (m *moves) line(name string, cells ...any) {
	fmt.Fprintf(m.out, "%-10s", name)
	for _, c := range cells {
		if d, ok := c.(time.Duration); ok {
			c = fmt.Sprintf("%.2fs", d.Seconds())
		}
		fmt.Fprintf(m.out, " %9v", c)
	}
	fmt.Fprintln(m.out)
}

func (m *moves) makeTree(ctx context.Context) error {
	samples, err := m.readSamples()
	if err != nil {
		return err
	}
	for n := range probeDirs {
		if err := os.MkdirAll(filepath.Dir(m.probePath(n)), 0o755); err != nil {
			return err
		}
	}
	big, old := filepath.Join(m.dir, "library", "big"), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range m.files {
		dir := big
		if m.shape != "flat" {
			dir = filepath.Join(big, fmt.Sprintf("Collection %05d", i/perDirectory))
		}
		if m.shape != "flat" && i%perDirectory == 0 || i == 0 {
			if err := errors.Join(ctx.Err(), os.MkdirAll(dir, 0o755)); err != nil {
				return err
			}
		}
		s := samples[i%len(samples)]
		path := filepath.Join(dir, fmt.Sprintf("Number %06d%s", i, s.ext))
		if err := errors.Join(os.WriteFile(path, s.numbered(i), 0o644), os.Chtimes(path, old, old)); err != nil {
			return err
		}
	}
	return nil
}

// all does one thing after the other to the big directory.
func (m *moves) all(ctx context.Context, first time.Duration) (err error) {
	cost, err := m.cost(ctx)
	if err != nil {
		return err
	}
	m.line("first scan", "", "", first, "", cost.cpu, cost.rows, cost.commits)
	if m.f, err = m.d.follow(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.f.close()) }()
	at := func(name string) string { return filepath.Join(m.dir, name) }
	rename := func(from, to string) func() error {
		return func() error { return os.Rename(at(from), at(to)) }
	}
	remove := func() error { return os.RemoveAll(at("library/back")) }
	gone := []string{`"state":"missing"`, `"op":"delete"`}
	var wrong []error
	for _, c := range []change{
		{name: "renamed", do: rename("library/big", "library/renamed"), marks: []string{`"path":"renamed/`}},
		{name: "moved out", do: rename("library/renamed", "outside"), marks: gone},
		{name: "moved in", do: rename("outside", "library/back"), marks: []string{`"path":"back/`}},
		{name: "removed", do: remove, marks: gone},
	} {
		wrong = append(wrong, m.measure(ctx, c, first))
	}
	return errors.Join(wrong...)
}

// change is something that is done to the big directory, and how the feed tells it of each file.
type change struct {
	name  string
	do    func() error
	marks []string
}

// measure does a change and prints what came of it.
func (m *moves) measure(ctx context.Context, c change, first time.Duration) error {
	before, err := m.cost(ctx)
	if err != nil {
		return err
	}
	var marks []*seen
	for _, mark := range c.marks {
		marks = append(marks, m.f.expect(mark, m.files))
	}
	seen := marks[0]
	stop := m.probe(ctx)
	began := time.Now()
	err = errors.Join(c.do(), seen.wait(ctx), stop())
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	delays := m.f.delays()
	waited := time.Duration(0)
	for _, removed := range marks[1:] { // after their grace
		if err := removed.wait(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		waited = grace
	}
	if err := m.d.awaitIdle(ctx); err != nil {
		return err
	}
	idle := time.Since(began)
	after, err := m.cost(ctx)
	if err != nil {
		return err
	}
	ofFirst := fmt.Sprintf("%.2f", (idle-waited).Seconds()/first.Seconds())
	m.line(c.name, seen.first.Sub(began), seen.last.Sub(began), idle, ofFirst,
		after.cpu-before.cpu, after.rows-before.rows, after.commits-before.commits,
		delays[len(delays)/2], delays[len(delays)-1])
	if m.files < judgedFrom {
		return nil
	}
	return errors.Join(
		complain(idle-waited > first, "%s: it took %v, and its first scan %v", c.name, idle-waited, first),
		complain(seen.first.Sub(began) > firstSeen, "%s: nothing was seen for %v", c.name, seen.first.Sub(began)),
		complain(delays[len(delays)*99/100] > heldUp, "%s: others waited for %v", c.name, delays[len(delays)*99/100]),
	)
}
