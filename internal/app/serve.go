package app

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// Options of a daemon.
type Options struct {
	Version string
	// Reload gives the configuration anew, for a signal on Reloads; nil and a nil channel: it never changes.
	Reload  func() (*config.Config, error)
	Reloads <-chan os.Signal
	// Reloaded is called with a new configuration once it is in force, for what of it lies outside of the daemon, the
	// log; it may be nil.
	Reloaded func(*config.Config) error
	// Confine lets the process write below some directories only, for good; nil: it may write wherever its user may.
	Confine func(dirs ...string) (abi int, err error)
	// Listening is called with the address once requests are answered; it may be nil.
	Listening func(addr string)

	listen string // where it is to listen, whatever the configuration says
}

// Serve runs the daemon until ctx ends, and then stops it in order. Its error says why it could not run
// or what did not stop in time.
//
// It starts, and stops in the opposite order: the store, the analyzer, the scanner, the works, the search index,
// the event bus, what tells other programs, the watcher, pruning, backups, checks and thumbnails, what people see,
// HTTP, and at last the mounts. So clients are told first, then nothing new comes in, then running work is finished
// and written, and the database is closed last.
//
// A daemon that meets damage of its catalog ends so too, and another begins with what takes the catalog's place.
func Serve(ctx context.Context, cfg *config.Config, log *zap.Logger, o Options) error {
	log = logs.Bounded(log)
	s := serving{cfg: cfg, opts: o, log: log, notify: newNotifier(log), alive: func() {}}
	defer func() { s.alive() }()
	for {
		err := s.once(ctx)
		if !errors.Is(err, errToMend) || s.closed != nil || ctx.Err() != nil {
			return err
		}
	}
}

// once runs a daemon until it ends, is to end, or has met damage that is to be mended.
func (s *serving) once(ctx context.Context) (err error) {
	cfg, log, o, notify := s.cfg, s.log, s.opts, s.notify
	roots, err := buildRoots(cfg, log)
	if err != nil {
		return err
	}
	listener, err := api.Listen(ctx, cmp.Or(o.listen, cfg.HTTP.Listen))
	if err != nil {
		return err
	}
	if o.Confine != nil { // SQLite's temporary files then have to lie where it may write
		if err := os.Setenv("SQLITE_TMPDIR", cfg.DataDir); err != nil {
			log.Warn("large sorts take memory instead of disk", zap.Error(err))
		}
	}
	opened := notify.extend(openingTime)
	c, err := openCore(ctx, cfg, s.met, log)
	opened()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if !s.confined { // once, for good
		s.confined = true
		confine(cfg, o, log)
	}
	d := &Daemon{core: c, opts: o, asides: store.Asides(cfg.DataDir), hopeless: c.store.Damage() != nil}
	defer func() {
		defer notify.extend(d.config.Load().ShutdownTimeout + closingTime)()
		s.closed = d.close()
		err = errors.Join(err, s.closed)
	}()
	timing := realtime.Config{Debounce: cfg.Watcher.Debounce, MaxWait: cfg.Watcher.MaxWait}
	d.watcher, err = realtime.NewWatcher(timing, func(h media.Hint) { d.scanner.Hint(h) }, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.bus = realtime.NewEventBus(c.store, logs.Sparing(log))
	d.start(ctx, coreOptions{
		watch: watching{d.watcher, d}, grace: scanner.RemovalGrace,
		observer: scanner.Observer{Scan: d.tellScan, Root: d.tellRoot},
	})
	d.stages.start("works", c.librarian.Run)
	d.stages.start("search index", c.index)
	d.stages.start("event bus", d.bus.Run)
	d.notifier = d.newTargets()
	d.stages.start("notify", d.notifier.Run)
	d.stages.start("watcher", d.watcher.Run)
	d.stages.start("pruning", d.prune)
	d.backups = d.newBackups(log)
	d.stages.start("backups", d.backups.run)
	d.stages.start("checks", d.newChecks(log).run)
	d.stages.start("catalog", d.followCatalog)
	thumbnails := newThumbnails(cfg, log)
	d.stages.start("thumbnails", thumbnails.Run)
	d.server = api.New(d.httpConfig(cfg), api.Deps{
		Catalog: c.store, Scans: c.scanner, Roots: d,
		Live:       &live.Server{Bus: d.bus, Version: o.Version, Instance: d.instance, Log: log, Roots: d.Roots},
		Thumbnails: thumbnails, Idle: d.idle, Health: d.health, Failed: d.analyzer.FailedSinceStart,
		Sources: analyzer.Sources, Metrics: d.newMetrics(),
		Targets: d.notifier, Log: log,
	}, listener)
	d.stages.start("http", d.server.Run)
	if o.Listening != nil && o.listen == "" {
		o.Listening(d.server.Addr().String())
	}
	if err := d.setTargets(ctx, cfg); err != nil { // before anything changes
		log.Error("programs are not told of changes", zap.Error(err))
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
	log.Info("serving", zap.String("version", o.Version), zap.Stringer("address", d.server.Addr()),
		zap.String("data_dir", cfg.DataDir), zap.Int("roots", len(roots)))
	if err := letGoOfStart(); err != nil {
		log.Debug("what the start needed of the program stays in memory", zap.Error(err))
	}
	s.alive()
	s.alive = func() {}
	err = d.runUntilStopped(notify)
	if errors.Is(err, errToMend) {
		s.again(d)
		s.alive = s.keepAlive(ctx)
		d.stages.group.Stop() // what else runs in it ends when it is told to stop; this one was not
	}
	return err
}

// The longest that the service manager is asked to wait for a catalog that is brought up to date, and for one that is
// closed once everything has stopped.
const (
	openingTime = time.Hour
	closingTime = time.Minute
)

// confine keeps whatever goes wrong in this process from the library.
func confine(cfg *config.Config, o Options, log *zap.Logger) {
	if o.Confine == nil {
		return
	}
	dirs := []string{cfg.DataDir}
	if cfg.Backup.Dir != "" {
		ctx, cancel := context.WithTimeout(context.Background(), locateTime)
		defer cancel()
		if _, err := local.Locate(ctx, cfg.Backup.Dir); err == nil {
			dirs = append(dirs, cfg.Backup.Dir)
		} else if ctx.Err() != nil {
			log.Warn("the directory of backups does not answer: none can be written there until the daemon is started "+
				"again", zap.String("dir", cfg.Backup.Dir), zap.Error(err))
		}
	}
	abi, err := o.Confine(dirs...)
	if err != nil {
		log.Warn("writing is not confined to the data directory: only the rights of the daemon's user, "+
			"and a sandbox if there is one, keep it from the library; see SECURITY.md", zap.Error(err))
		return
	}
	log.Info("writing is confined to the data directory", zap.Strings("dirs", dirs), zap.Int("landlock_abi", abi))
}

// runUntilStopped waits for the end, and has new configurations taken in until then, on a goroutine of their own, since
// one may take long.
func (d *Daemon) runUntilStopped(notify *notifier) error {
	ended := d.stages.group.Context()
	notify.ready()
	d.stages.group.Go("watchdog", func(ctx context.Context) error { return notify.watchdog(ctx, d.pulses()) })
	d.stages.group.Go("status line", func(ctx context.Context) error { return notify.follow(ctx, d.doing) })
	reloads := reloads{group: d.stages.group, reload: d.reload, notify: notify}
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
			if d.mendable() {
				return errToMend
			}
			d.stages.group.Go("hold still", d.holdStill)
		}
	}
}
