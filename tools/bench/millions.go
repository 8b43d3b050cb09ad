package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
)

// millions measures all that is promised of libraries of different sizes.
type millions struct {
	sizes    sizes
	parts    []string // all, where it is empty
	catalog  string   // to be served instead of a new one
	document string   // keeps the table; none, where it is empty
	watchAll bool     // the kernel's limit of watches is raised meanwhile
}

// spareWatches are more than what lies between a tree's root and its directories of files, and others watch.
const spareWatches = 20_000

// figures are what was measured at one size. What was not is left zero.
type figures struct {
	files   int
	find    []sample // between the others, so that they meet the same load
	first   []sample // `scan` into a new catalog
	rescan  []sample // `scan` of the same once more
	restart []served // `serve` of what another wrote
	serve   served   // `serve` into a new catalog, until it is stopped
	feed    float64  // items a second, the fastest load
	page    page     // the slowest
	bytes   int64    // of the database, once it is closed
}

var allParts = []string{"scan", "serve", "restart", "feed", "pages"}

// sizes are numbers of files, as a flag names them.
type sizes []int

func (s *sizes) parse(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a number of files", part)
		}
		*s = append(*s, n)
	}
	return nil
}

func (m *millions) parseParts(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		if !slices.Contains(allParts, part) {
			return fmt.Errorf("there is no part %q: choose of %s", part, strings.Join(allParts, ", "))
		}
		m.parts = append(m.parts, part)
	}
	return nil
}

func (m *millions) has(part string) bool { return len(m.parts) == 0 || slices.Contains(m.parts, part) }

// run measures one size after the other, prints the table and keeps it. It fails where a promise is not kept.
func (m *millions) run(ctx context.Context, b *bench) error {
	var all []*figures
	for _, files := range m.sizes {
		f, err := m.measure(ctx, b, files)
		if err != nil {
			return fmt.Errorf("measure %d files: %w", files, err)
		}
		all = append(all, f)
		fmt.Fprint(b.out, "\n", table(all), "\n")
	}
	if m.document != "" {
		machine, err := describeMachine(ctx, b)
		if err != nil {
			return err
		}
		if err := keep(m.document, machine+"\n"+table(all)); err != nil {
			return err
		}
	}
	return broken(all)
}

func (m *millions) measure(ctx context.Context, b *bench, files int) (f *figures, err error) {
	f = &figures{files: files}
	if m.watchAll {
		restore, err := b.raiseWatches(inotify.SuggestedWatches(files/perDirectory, spareWatches, 0))
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, restore()) }()
	}
	tree, err := b.tree(ctx, files)
	if err != nil {
		return nil, err
	}
	if err := b.warmWhatFits(ctx, tree, files); err != nil {
		return nil, err
	}
	if m.has("scan") {
		if err := b.measureScans(ctx, tree, f); err != nil {
			return nil, err
		}
	}
	if m.has("serve") || m.has("restart") || m.has("feed") || m.has("pages") {
		err = m.measureServe(ctx, b, tree, f)
	}
	return f, err
}

// measureScans makes a new catalog in each round, and scans each once more.
func (b *bench) measureScans(ctx context.Context, tree string, f *figures) error {
	for round := range b.rounds {
		if err := b.measureFind(ctx, tree, f); err != nil {
			return err
		}
		first, rescan, err := b.scanTwice(ctx, tree)
		if err != nil {
			return err
		}
		f.first, f.rescan = append(f.first, first), append(f.rescan, rescan)
		fmt.Fprintf(b.out, "  scan %d: find %v, first scan %v, rescan %v\n", round+1, f.find[len(f.find)-1], first,
			rescan)
		if err := errors.Join(
			complain(first.summary.Files != int64(f.files), "the scan counted %d files", first.summary.Files),
			complain(first.summary.Failed != 0, "%d files could not be analysed", first.summary.Failed),
			complain(rescan.summary.RowsWritten != 0, "the second scan wrote %d rows", rescan.summary.RowsWritten),
		); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) measureFind(ctx context.Context, tree string, f *figures) error {
	s, err := find(ctx, tree)
	f.find = append(f.find, s)
	return err
}

// measureServe has a daemon make a catalog, asks it, and starts it anew.
func (m *millions) measureServe(ctx context.Context, b *bench, tree string, f *figures) (err error) {
	data := m.catalog
	if data == "" {
		if data, err = os.MkdirTemp(b.dir, "catalog"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	}
	if err := b.measureFind(ctx, tree, f); err != nil {
		return err
	}
	ask := func(d *daemon) error { return m.ask(ctx, b, d, f) }
	if f.serve, err = b.serve(ctx, data, []string{tree}, ask); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "  serve: %v\n", f.serve)
	if f.bytes, err = sizeOf(data); err != nil || !m.has("restart") {
		return err
	}
	for range b.rounds {
		if err := b.measureFind(ctx, tree, f); err != nil {
			return err
		}
		again, err := b.serve(ctx, data, []string{tree}, func(*daemon) error { return nil })
		if err != nil {
			return err
		}
		f.restart = append(f.restart, again)
		fmt.Fprintf(b.out, "  restart: find %v, %v\n", f.find[len(f.find)-1], again)
	}
	return nil
}

// ask loads the feed and pages of a daemon that is idle.
func (m *millions) ask(ctx context.Context, b *bench, d *daemon, f *figures) error {
	if m.has("feed") {
		for range b.rounds {
			rate, err := d.loadFeed(ctx, f.files)
			if err != nil {
				return err
			}
			f.feed = max(f.feed, rate)
			fmt.Fprintf(b.out, "  feed: %.0f items a second\n", rate)
		}
	}
	if !m.has("pages") {
		return nil
	}
	var err error
	f.page, err = d.slowestPage(ctx)
	fmt.Fprintf(b.out, "  slowest page: %v\n", f.page)
	return err
}
