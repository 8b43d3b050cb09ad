// Command bench measures whole scans as ratios to find(1) on the same tree in the same run, so that the
// figures of different machines compare, and fails where one is worse than the project promises:
//
//   - a first scan with analysis, at most 25 times find;
//   - a second scan of the unchanged tree, at most 2 times find, which writes nothing;
//   - peak memory below 100 MiB, and with -memory the same at 20,000 and 200,000 files within 15 %;
//   - with -millions, the table of docs/performance.md, up to five million files;
//   - with -moves, that a big directory that is renamed, moved or removed takes no longer than its first scan;
//   - with -questions, how long each of a hundred questions takes at a million items;
//   - with -hub, how long those take of a hub of two such catalogs that it can answer;
//   - with -feed, that thousands of clients of the live feed are told of all that changes, in order and in time;
//   - with -works, that works cost a first scan at most a tenth more CPU and time than one takes that derives none;
//   - with -thumbnails, that a core makes 25 thumbnails of 12-megapixel JPEGs a second, and that a scan beside them
//     takes no more CPU than alone;
//   - with -growth, that 10,000 files are found, read and stored in a second, however large the catalog is already.
//
// The trees are made of copies of the sample library's files, each made distinct, and are kept for the next run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
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
	var m millions
	flag.Func("millions", "instead measure everything at these `SIZES`, such as 10000,100000", m.sizes.parse)
	var moved sizes
	flag.Func("moves", "instead measure big directories of these `SIZES` that are renamed, moved and removed",
		moved.parse)
	var questioned sizes
	flag.Func("questions", "instead ask daemons with made catalogs of these `SIZES` many questions", questioned.parse)
	flag.IntVar(&b.beside, "beside", 50_000, "of -questions: ask them also beside a scan of so many `FILES`")
	hubbed := flag.Int("hub", 0, "instead ask a hub of two made catalogs of `N` items each many questions")
	crowded := flag.Int("feed", 0, "instead measure how `N` clients of the live feed are told of what changes")
	lasts := flag.Duration("feed-time", 20*time.Second, "of -feed: how long is measured")
	worked := flag.Int("works", 0, "instead measure what works cost a first scan of `N` files")
	flag.StringVar(&b.without, "without", "", "of -works: the `PROGRAM` that derives none")
	thumbnails := flag.Int("thumbnails", 0, "instead measure thumbnails, alone and beside a first scan of `N` files")
	flag.BoolVar(&b.busy, "busy", false, "of -questions: ask them only beside that scan")
	flag.Func("parts", "of -millions: these of scan,serve,restart,feed,pages", m.parseParts)
	flag.BoolVar(&m.watchAll, "watch-all", false,
		"of -millions: raise the kernel's limit of watched directories meanwhile, where that is allowed")
	flag.StringVar(&m.catalog, "catalog", "",
		"of -millions: the data `DIR` that a daemon left of this tree, to ask it without making another")
	flag.StringVar(&m.document, "document", "", "the `FILE` in which -millions keeps its table")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	installed, err := b.install()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	measure := func() error { return b.speed(ctx, *files) }
	switch {
	case *memory:
		measure = func() error { return b.memory(ctx, 20_000, 200_000) }
	case *growth > 0:
		measure = func() error { return b.growth(ctx, *growth, 120_000) }
	case *hubbed > 0:
		measure = func() error { return b.measureHub(ctx, *hubbed) }
	case *crowded > 0:
		measure = func() error { return b.measureFanout(ctx, *crowded, *lasts) }
	case *worked > 0:
		measure = func() error { return b.measureWorks(ctx, *worked) }
	case *thumbnails > 0:
		measure = func() error { return b.measureThumbnails(ctx, *thumbnails) }
	case len(m.sizes) > 0:
		measure = func() error { return m.run(ctx, b) }
	case len(questioned) > 0:
		measure = func() error { return b.askAll(ctx, questioned) }
	case len(moved) > 0:
		measure = func() error { return b.measureMoves(ctx, moved) }
	}
	err = errors.Join(measure(), installed())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	binary, samples, dir string
	without              string // the program that derives no works
	rounds               int
	beside               int      // files that are scanned while questions are asked; 0: none are
	busy                 bool     // questions are asked only meanwhile
	env                  []string // of daemons
	out                  io.Writer
}
