package app

import (
	"context"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// hints hands the watcher's hints to the scanner.
type hints struct{ d *Daemon }

func (h hints) Hint(ctx context.Context, hint realtime.Hint) error {
	return h.d.scanner.Hint(ctx, hint.Root, hint.Dir, hint.Names, hint.Recursive)
}

// watching is the watcher as the scanner sees it.
type watching struct {
	*realtime.Watcher
	d *Daemon
}

func (w watching) Attach(root, location string, v tree.Volume, ignored func(string, bool) bool) {
	if on, ok := w.d.scanner.Tree(root).(*local.Tree); ok && on.Where() != "" {
		location = on.Where() // events bear the path that was watched
	}
	r := realtime.Root{Name: root, Path: location, Mode: realtime.ModeInotify, Ignore: ignored}
	if v.Remote {
		r.Mode, r.Reason = realtime.ModePoll, fmt.Sprintf("%s sends no events of changes made elsewhere", v.FSType)
	}
	_ = w.AddRoot(r) // fails only for a path that is not absolute: those have been refused
}

func (w watching) Polled(root string) []string {
	var dirs []string
	for dir, all := range w.Watcher.Polled(root) {
		if all {
			return []string{scanner.Everything}
		}
		dirs = append(dirs, dir)
	}
	return dirs
}
