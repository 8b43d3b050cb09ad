package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// errToMend ends a daemon whose catalog is damaged, so that another one begins with what takes its place.
var errToMend = errors.New("the catalog is damaged")

// quickly is how soon after a mending, or after a second look that found nothing wrong, damage is not looked at again:
// what was met then was no passing fault of memory or cable.
const quickly = time.Hour

// openStore opens the catalog of a configuration, whose data directory is locked. A damaged one is mended first. met is
// the damage that a daemon of this process has met in it while it served; nil: none.
func openStore(ctx context.Context, cfg *config.Config, met error, log *zap.Logger) (*store.Store, error) {
	open := func() (*store.Store, error) {
		return store.Open(ctx, cfg.DataDir, store.Options{
			Log: logs.Sparing(log), GroupWait: groupWait, Scope: analyzer.Scope, Described: analyzer.Version,
			CopyFirst: cfg.Backup.BeforeUpgrade, SortsLater: true,
		})
	}
	if met != nil {
		switch again := store.Sound(ctx, cfg.DataDir); {
		case errors.Is(again, store.ErrDisk): // which says nothing of the catalog: nothing takes its place for that
			return nil, again
		case again == nil && !errors.Is(met, errMetAgain):
			log.Warn("a second look finds the catalog whole: it is used as it is; look after memory and cables",
				zap.NamedError("met", met))
			met = nil
		}
	}
	if met == nil {
		st, err := open()
		if !errors.Is(err, store.ErrCorrupt) || ctx.Err() != nil {
			return st, err
		}
		met = err
	}
	log.Warn("looking for what can take the place of a catalog that is broken", zap.Error(met))
	done, err := mend(ctx, cfg, met, log)
	if err == nil {
		log.Error(done.Text(), zap.Int64("items", done.Items))
		return open()
	}
	log.Error("no other catalog could be put in its place", zap.Error(err))
	st, oerr := open()
	if oerr != nil {
		return nil, errors.Join(oerr, err)
	}
	st.Distrust(met) // what of it can be read is served
	return st, nil
}

// errMetAgain marks damage that was met soon after a second look had found nothing wrong.
var errMetAgain = errors.New("met again")

// mend puts another catalog in place of a damaged one.
func mend(ctx context.Context, cfg *config.Config, why error, log *zap.Logger) (store.Mending, error) {
	files, err := copiesOf(cfg)
	if err != nil {
		return store.Mending{}, err
	}
	return store.Mend(ctx, cfg.DataDir, why, files, time.Now(), log)
}

// copiesOf are the daemon's own backups, and the copies that upgrades have left, the newest first. A disk of backups
// that is not there is no reason to begin without one.
func copiesOf(cfg *config.Config) ([]string, error) {
	dir := cfg.BackupDir()
	entries, err := os.ReadDir(dir)
	if store.OfDisk(err) {
		return nil, fmt.Errorf("look for a backup: %w", store.Unkept(dir, err))
	}
	if err != nil && (cfg.Backup.Dir != "" || !errors.Is(err, fs.ErrNotExist)) {
		return nil, fmt.Errorf("look for a backup: %w: bring back its disk and start again, "+
			"or take backup.dir out of the configuration", err)
	}
	var files []string
	for _, e := range entries {
		if ours.MatchString(e.Name()) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	files = append(files, store.UpgradeCopies(cfg.DataDir)...)
	written := func(file string) time.Time {
		fi, err := os.Stat(file)
		if err != nil {
			return time.Time{}
		}
		return fi.ModTime()
	}
	slices.SortStableFunc(files, func(a, b string) int {
		return cmp.Or(written(b).Compare(written(a)), cmp.Compare(b, a))
	})
	return files, nil
}

// serving is a daemon over the damage of its catalogs: each has a Daemon of its own.
type serving struct {
	cfg      *config.Config
	opts     Options
	log      *zap.Logger
	notify   *notifier
	met      error // in the catalog of the daemon before; nil: nothing
	metAt    time.Time
	confined bool
	closed   error  // of the daemon that has ended
	alive    func() // ends what answers the watchdog between two daemons
}

// again prepares what comes behind a daemon that has met damage.
func (s *serving) again(d *Daemon) {
	met := d.store.Damage()
	if now := time.Now(); !s.metAt.IsZero() && now.Sub(s.metAt) < quickly {
		met = fmt.Errorf("%w: %w", errMetAgain, met)
	}
	s.met, s.metAt = met, time.Now()
	s.cfg = d.config.Load()
	s.opts.listen = d.server.Addr().String() // which may have been chosen by the system
}

// keepAlive answers the watchdog while one daemon ends and another begins.
func (s *serving) keepAlive(ctx context.Context) (done func()) {
	s.notify.tell("STATUS=the catalog is damaged, another is put in its place")
	group := run.NewGroup(ctx, s.log)
	group.Go("watchdog while mending", func(ctx context.Context) error { return s.notify.watchdog(ctx, nil) })
	return func() {
		group.Stop()
		_ = group.Wait() // it does not fail
	}
}

// mendable reports whether a damaged catalog can be mended, without touching it: else it is served as it is.
func (d *Daemon) mendable() bool {
	cfg := d.config.Load()
	_, err := copiesOf(cfg)
	if err == nil {
		err = store.Mendable(cfg.DataDir, time.Now())
	}
	switch {
	case d.hopeless:
		return false
	case err == nil:
		return true
	}
	d.log.Error("no other catalog is put in its place", zap.Error(err))
	return false
}

// keptAside says that a damaged catalog is kept, until a person has removed it.
func (d *Daemon) keptAside() error {
	for _, a := range d.asides {
		if _, err := os.Lstat(a.File); err == nil {
			return fmt.Errorf("%s: look after its disk, then remove that file", a.Text)
		}
	}
	return nil
}
