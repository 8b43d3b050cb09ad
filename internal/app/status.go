package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
)

// Roots describes every root, with its group, how it is watched and its share's breaker.
func (d *Daemon) Roots(ctx context.Context) ([]media.Root, error) {
	roots, err := d.scanner.Roots(ctx)
	for i := range roots {
		d.complete(&roots[i])
	}
	return roots, err
}

// Root describes one root.
func (d *Daemon) Root(ctx context.Context, name string) (media.Root, error) {
	r, err := d.scanner.Root(ctx, name)
	if err == nil {
		d.complete(&r)
	}
	return r, err
}

func (d *Daemon) complete(r *media.Root) {
	roots := d.config.Load().Roots
	if i := slices.IndexFunc(roots, func(of config.Root) bool { return of.Name == r.Name }); i >= 0 {
		r.Group = roots[i].Group
	}
	if s, ok := d.scanner.Tree(r.Name).(*share); ok {
		r.Breaker = s.breaker()
	}
	st := d.watcher.State(r.Name)
	switch {
	case r.State == media.Offline:
		r.Watch = media.Watch{Mode: media.WatchNone, Reason: "the root is offline"}
	case st.Mode == inotify.ModeInotify:
		r.Watch = media.Watch{Mode: media.WatchInotify, Directories: st.Directories, Reason: st.Reason,
			Limit: int(d.watcher.Stats().Limit)}
		if below := d.scanner.PolledBelow(r.Name); below != "" {
			const polled = "; polled too, since not every change there sends an event: "
			r.Watch.Reason = strings.TrimPrefix(st.Reason+polled+below, "; ")
		}
	default:
		r.Watch = media.Watch{Mode: media.WatchPoll, Reason: pollReason(r, st)}
	}
}

func pollReason(r *media.Root, st inotify.State) string {
	switch {
	case st.Reason != "":
		return st.Reason
	case r.Kind == "smb":
		return "a share sends no events that can be relied on"
	}
	return "this file system sends no events of changes made elsewhere"
}

// Reconnect tries a root that is away now.
func (d *Daemon) Reconnect(ctx context.Context, root string) error {
	if s, ok := d.scanner.Tree(root).(*share); ok {
		s.Reconnect()
	}
	return d.scanner.Prove(ctx, root)
}

// tellScan passes a scan's progress on to those who asked for the signal.
func (d *Daemon) tellScan(s media.Scan) {
	d.scans.note(s)
	d.bus.Signal("scan", s.Root, strconv.FormatInt(s.ID, 10), func(context.Context) (any, bool) { return s, true })
}

// tellRoot has a root described anew for those who asked for the signal.
func (d *Daemon) tellRoot(name string) {
	if d.bus == nil {
		return
	}
	d.bus.Signal("root", name, name, func(ctx context.Context) (any, bool) {
		r, err := d.Root(ctx, name)
		return r, err == nil
	})
}
