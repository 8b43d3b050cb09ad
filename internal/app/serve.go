package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
	"go.uber.org/zap"
)

// removalGrace is how long an item may be gone before it is forgotten: a move may show its other half
// that late.
const removalGrace = 10 * time.Second

// Options of a daemon.
type Options struct {
	Version string
	// Reload gives the configuration anew, for a signal on Reloads; nil and a nil channel: it never changes.
	Reload  func() (*config.Config, error)
	Reloads <-chan struct{}
	// Reloaded is called with a new configuration once it is in force, for what of it lies outside of the daemon, the
	// log; it may be nil.
	Reloaded func(*config.Config) error
	// Listening is called with the address once requests are answered; it may be nil.
	Listening func(addr string)
}

// Daemon is the whole of catalogizerd, running.
type Daemon struct {
	*core
	opts      Options
	displaced atomic.Pointer[error] // the catalog's file is not in its place
	watcher   *realtime.Watcher
	bus       *realtime.EventBus
	server    *api.Server
}

// Serve runs the daemon until ctx ends, and then stops it in order. Its error says why it could not run
// or what did not stop in time.
//
// It starts, and stops in the opposite order: the store, the analyzer, the scanner, the search index,
// the event bus, the watcher, the mounts and the pruning, and at last what people see, HTTP. So clients are told first,
// then nothing new comes in, then running work is finished and written, and the database is closed last.
func Serve(ctx context.Context, cfg *config.Config, log *zap.Logger, o Options) (err error) {
	roots, err := buildRoots(cfg, log)
	if err != nil {
		return err
	}
	listener, err := api.Listen(ctx, cfg.HTTP.Listen)
	if err != nil {
		return err
	}
	c, err := openCore(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d := &Daemon{core: c, opts: o}
	defer func() { err = errors.Join(err, d.close()) }()
	d.watcher, err = realtime.NewWatcher(realtime.Config{Debounce: cfg.Watcher.Debounce, MaxWait: cfg.Watcher.MaxWait}, hints{d}, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.bus = realtime.NewEventBus(c.store, logs.Sparing(log))
	d.start(ctx, coreOptions{watch: watching{d}, grace: removalGrace, tell: scanner.Tell{Scan: d.tellScan, Root: d.tellRoot}})
	d.stages.start("search index", c.store.Index)
	d.stages.start("event bus", d.bus.Run)
	d.stages.start("watcher", d.watcher.Run)
	d.stages.start("pruning", d.prune)
	d.stages.start("catalog", d.followCatalog)
	d.server = api.New(api.Config{Version: o.Version, AllowedHosts: cfg.HTTP.AllowedHosts, Token: func() (string, error) { return d.config.Load().Token() }},
		api.Deps{Catalog: c.store, Scans: c.scanner, Roots: d, Live: &realtime.Live{Bus: d.bus, Version: o.Version, Log: log, Roots: d.Roots}, Idle: d.idle, Health: d.health, Metrics: d.newMetrics(), Log: log}, listener)
	d.stages.start("http", d.server.Run)
	if o.Listening != nil {
		o.Listening(d.server.Addr().String())
	}
	if err := d.setRoots(ctx, cfg, roots); err != nil {
		switch {
		case ctx.Err() != nil:
			return nil // told to stop while starting
		case d.store.Damage() == nil:
			return err
		}
	}
	d.stages.start("mounts", d.followMounts)
	d.server.SetReady(true)
	log.Info("serving", zap.String("version", o.Version), zap.Stringer("address", d.server.Addr()), zap.String("data_dir", cfg.DataDir), zap.Int("roots", len(roots)))
	return d.attend()
}

// attend waits for the end, and has new configurations taken in until then: beside it, since one may take long and the
// watchdog is to be answered meanwhile.
func (d *Daemon) attend() error {
	ended := d.stages.group.Context()
	notify := newNotifier(d.log)
	notify.ready()
	watchdog, stop := notify.watchdog()
	defer stop()
	reloads := reloads{d: d, notify: notify}
	damaged := d.store.Damaged()
	for {
		select {
		case <-ended.Done():
			d.log.Info("stopping")
			notify.stopping()
			if err := context.Cause(ended); !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		case <-d.opts.Reloads:
			reloads.ask()
		case <-reloads.done:
			reloads.ended()
		case <-damaged:
			damaged = nil // once
			d.stages.group.Go("hold still", d.holdStill)
		case <-watchdog:
			d.checkHealth(ended, notify)
		}
	}
}

// checkHealth tells systemd that the daemon lives, if the writer answers.
func (d *Daemon) checkHealth(ctx context.Context, n *notifier) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := d.store.Update(ctx, func(*store.Tx) error { return nil })
	if errors.Is(err, store.ErrUnwritten) {
		err = nil // that is an answer, and a restart writes no more
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		d.log.Warn("the store does not answer", zap.Error(err))
		return
	}
	n.alive()
}

// idle reports whether nothing is queued, debounced, scanned, analysed or indexed.
func (d *Daemon) idle() bool {
	return d.store.Damage() == nil && d.watcher.Busy() == 0 && d.core.idle() && d.store.Indexed() && d.watcher.Busy() == 0 && d.core.idle()
}

// prune bounds the tombstones: the feed is never longer than the catalog, and a first load that is under
// way is not cut off.
func (d *Daemon) prune(ctx context.Context) error {
	const every, least = 10 * time.Minute, 10000
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		keep := max(d.store.ItemCounts().Items, least)
		limit := d.bus.Oldest()
		err := d.store.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Prune(keep, limit)
			return err
		})
		if err != nil && ctx.Err() == nil {
			d.log.Warn("tombstones not pruned", zap.Error(err))
		}
	}
}

// tellScan passes a scan's progress on to those who asked for the signal.
func (d *Daemon) tellScan(s media.Scan) {
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

// Roots describes every root, with how it is watched and its share's breaker.
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
	if s, ok := d.scanner.Tree(r.Name).(*share); ok {
		r.Breaker = s.breaker()
	}
	st := d.watcher.State(r.Name)
	switch {
	case r.State == media.Offline:
		r.Watch = media.Watch{Mode: media.WatchNone, Reason: "the root is offline"}
	case st.Mode == realtime.ModeInotify:
		r.Watch = media.Watch{Mode: media.WatchInotify, Directories: st.Directories, Reason: st.Reason}
		if below := d.scanner.PolledBelow(r.Name); below != "" {
			r.Watch.Reason = strings.TrimPrefix(st.Reason+"; polled too, since not every change there sends an event: "+below, "; ")
		}
	default:
		r.Watch = media.Watch{Mode: media.WatchPoll, Reason: pollReason(r, st)}
	}
}

func pollReason(r *media.Root, st realtime.State) string {
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

// hints hands the watcher's hints to the scanner.
type hints struct{ d *Daemon }

func (h hints) Hint(ctx context.Context, hint realtime.Hint) error {
	return h.d.scanner.Hint(ctx, hint.Root, hint.Dir, hint.Names, hint.Recursive)
}

// watching is the watcher as the scanner sees it.
type watching struct{ d *Daemon }

func (w watching) Attach(root, location string, v tree.Volume, ignored func(string, bool) bool) {
	if on, ok := w.d.scanner.Tree(root).(*local.Tree); ok && on.Where() != "" {
		location = on.Where() // events bear the path that was watched
	}
	r := realtime.Root{Name: root, Path: location, Mode: realtime.ModeInotify, Ignore: ignored}
	if v.Remote {
		r.Mode, r.Reason = realtime.ModePoll, fmt.Sprintf("%s sends no events of changes made elsewhere", v.FSType)
	}
	_ = w.d.watcher.AddRoot(r) // fails only for a path that is not absolute: those have been refused
}

func (w watching) Detach(root string) { w.d.watcher.RemoveRoot(root) }

func (w watching) Watch(ctx context.Context, root, dir string, id tree.FileID) error {
	return w.d.watcher.Watch(ctx, root, dir, id)
}

func (w watching) Unwatch(root, dir string) { w.d.watcher.Unwatch(root, dir) }

func (w watching) Pending() int { return w.d.watcher.Busy() }

func (w watching) Polled(root string) []string {
	var dirs []string
	for dir, all := range w.d.watcher.Polled(root) {
		if all {
			return []string{scanner.Everything}
		}
		dirs = append(dirs, dir)
	}
	return dirs
}
