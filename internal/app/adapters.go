package app

import (
	"context"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// watching is the watcher as the scanner sees it: it knows where each root is watched.
type watching struct {
	*realtime.Watcher
	d *Daemon
}

func (w watching) Attach(root, location string, v tree.Volume, ignored func(string, bool) bool) {
	if on, ok := w.d.scanner.Tree(root).(*local.Tree); ok && on.Where() != "" {
		location = on.Where() // events bear the path that was watched
	}
	r := inotify.Root{Name: root, Path: location, Mode: inotify.ModeInotify, Ignore: ignored}
	if v.Remote {
		r.Mode, r.Reason = inotify.ModePoll, fmt.Sprintf("%s sends no events of changes made elsewhere", v.FSType)
	}
	_ = w.AddRoot(r) // fails only for a path that is not absolute: those have been refused
}

// analysing is the analyzer as the scanner sees it, which is made before it.
type analysing struct{ c *core }

func (a analysing) Ahead(
	ctx context.Context, root, dir string, files []tree.Entry, urgent bool, growing func(*tree.Entry) bool,
) *store.Ahead {
	return a.c.analyzer.Ahead(ctx, root, dir, files, urgent, growing)
}

func (a analysing) AheadPart(
	ctx context.Context, root, dir string, files []tree.Entry, speakers []string, growing func(*tree.Entry) bool,
) *store.Ahead {
	return a.c.analyzer.AheadPart(ctx, root, dir, files, speakers, growing)
}

func (a analysing) Renamed(ctx context.Context, root, dir string, items []store.Item) *store.Ahead {
	return a.c.analyzer.Renamed(ctx, root, dir, items)
}

func (a analysing) RenamedPart(
	ctx context.Context, root, dir string, items []store.Item, speakers []string,
) *store.Ahead {
	return a.c.analyzer.RenamedPart(ctx, root, dir, items, speakers)
}

func (a analysing) AheadWritten(out *store.Ahead) { a.c.analyzer.AheadWritten(out) }
