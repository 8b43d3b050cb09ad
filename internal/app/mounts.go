package app

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
	"go.uber.org/zap"
)

// mountsOf is what is mounted at and below one root: mount numbers by path relative to the root.
type mountsOf map[string]int

// followMounts has roots prove themselves at every change of the mounts, and renews the watches where
// something was mounted or unmounted: a watch on what was there before is deaf, and does not say so.
func (d *Daemon) followMounts(ctx context.Context) error {
	before := map[string]mountsOf{}
	err := local.WatchMounts(ctx, func() {
		for _, r := range d.config.Load().Roots {
			on, ok := d.scanner.Tree(r.Name).(*local.Tree)
			if !ok || on.Where() == "" {
				continue // a share, or a root that has never been there
			}
			at, err := local.MountsAt(on.Where())
			if err != nil {
				d.log.Warn("mounts not read", zap.String("root", r.Name), zap.Error(err))
				continue
			}
			now, old := mountsIn(&at), before[r.Name]
			if first := on.FirstMounts(); old == nil && first != nil { // it was not there when this began
				old = mountsIn(first)
			}
			if old != nil {
				d.mountsChanged(ctx, r.Name, old, now)
			}
			before[r.Name] = now
		}
		if err := d.scanner.Prove(ctx, ""); err != nil && ctx.Err() == nil {
			d.log.Warn("roots not proven after a change of mounts", zap.Error(err))
		}
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		// Without mountinfo a vanished root shows within the scanner's own interval.
		d.log.Warn("changes of mounts are not noticed at once", zap.Error(err))
	}
	<-ctx.Done()
	return nil
}

// mountsChanged renews the watches of what changed. The part below the shallowest change is enough.
func (d *Daemon) mountsChanged(ctx context.Context, root string, old, now mountsOf) {
	changed := func(dir string) bool { return old[dir] != now[dir] }
	if changed("") {
		d.watcher.Rewatch(root, "")
		return
	}
	for _, m := range []mountsOf{old, now} {
		for dir := range m {
			if changed(dir) {
				d.watcher.Rewatch(root, dir)
				above, name := path.Split(dir) // whose listing says that it is a mount, which may not be followed
				d.scanner.Hint(media.Hint{Root: root, Dir: strings.TrimSuffix(above, "/"), Names: []string{name}})
				d.scanner.Hint(media.Hint{Root: root, Dir: dir, Recursive: true})
			}
		}
	}
}

// mountsIn tells what is mounted at and below a root.
func mountsIn(at *local.Mounts) mountsOf {
	m := mountsOf{"": at.Own.ID}
	for _, b := range at.Below {
		m[strings.TrimPrefix(strings.TrimPrefix(b.Point, at.Dir), "/")] = b.ID
	}
	return m
}
