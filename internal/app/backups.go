package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	// backupTurn is how often it is looked whether a backup is due.
	backupTurn = time.Minute
	// backupAgain is when a backup that failed is tried again, at the latest.
	backupAgain = time.Hour
	// firstBackup is how long the first one of all waits for a catalog that holds what the disks do, and firstTurn how
	// often it is looked whether that is so.
	firstBackup = 24 * time.Hour
	firstTurn   = time.Second
	// backupName is when a backup was made, in UTC, without what file systems of other systems forbid in names.
	backupName = "catalog-20060102T150405Z.db"
)

// ours are the names that backups get: whatever else lies beside them is left alone.
var ours = regexp.MustCompile(`^catalog-\d{8}T\d{6}Z\.db$`)

// backups copies the catalog on time, and keeps the last copies. It belongs to one goroutine, but for what others may
// ask of it.
type backups struct {
	config func() *config.Config
	copy   func(ctx context.Context, file string) error
	idle   func() bool
	now    func() time.Time
	log    *zap.Logger

	began time.Time // when it was first looked whether one is due
	waits bool      // the first one of all waits for a first scan
	known bool      // last stands
	last  time.Time // of the last backup; zero: there is none
	tried time.Time // when one failed; zero: the last did not

	made, failed atomic.Int64 // for others: when the last one was made, in Unix seconds, and how many failed
}

func (d *Daemon) newBackups(log *zap.Logger) *backups {
	return &backups{
		config: d.config.Load, idle: d.idle, now: time.Now, log: log.Named("backups"),
		copy: func(ctx context.Context, file string) error {
			return store.Backup(ctx, d.config.Load().DataDir, file)
		},
	}
}

// run makes backups until ctx ends.
func (b *backups) run(ctx context.Context) error {
	b.turn(ctx)
	within, made := context.WithCancel(ctx)
	if b.waits {
		run.Every(within, firstTurn, func() {
			if b.turn(ctx); !b.waits {
				made()
			}
		})
	}
	made()
	run.Every(ctx, backupTurn, func() { b.turn(ctx) })
	return nil
}

// turn makes a backup if one is due. The clock may be set at any time: what was made in the future counts as long ago.
func (b *backups) turn(ctx context.Context) {
	b.waits = false
	every := b.config().Backup.Every
	if every == 0 {
		return
	}
	now := b.now()
	if !b.known {
		names, err := b.names()
		if err != nil {
			b.failure(now, err)
			return
		}
		if b.known = true; len(names) > 0 {
			b.last, _ = time.Parse(backupName, names[len(names)-1])
			b.made.Store(b.last.Unix())
		}
	}
	if b.began.IsZero() {
		b.began = now
	}
	b.waits = b.last.IsZero() && !b.idle() && now.Sub(b.began) < min(every, firstBackup)
	if b.waits {
		return // it would be a copy of a first scan that is under way
	}
	if since := now.Sub(b.last); since >= 0 && since < every {
		return
	}
	if since := now.Sub(b.tried); since >= 0 && since < min(every, backupAgain) {
		return
	}
	file, err := b.make(ctx, now)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		b.failure(now, err)
	default:
		b.last, b.tried = now, time.Time{}
		b.made.Store(now.Unix())
		b.log.Info("catalog backed up", zap.String("file", file), zap.Duration("took", b.now().Sub(now)))
	}
}

func (b *backups) failure(now time.Time, err error) {
	b.tried = now
	b.failed.Add(1)
	again := min(b.config().Backup.Every, backupAgain)
	b.log.Error("catalog not backed up", zap.Error(err), zap.Duration("again_in", again))
}

// make makes a backup, and then removes those that are too many: the oldest, and never the new one.
func (b *backups) make(ctx context.Context, now time.Time) (file string, err error) {
	dir := b.config().BackupDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the directory of backups: %w: make it for the daemon's user, or set backup.dir", err)
	}
	name := now.UTC().Format(backupName)
	file = filepath.Join(dir, name)
	left, _ := filepath.Glob(filepath.Join(dir, ".catalog-*Z.db.*.part*")) // of a daemon that was killed
	for _, part := range left {
		if err := os.Remove(part); err != nil {
			b.log.Warn("a backup that was not finished not removed", zap.Error(err))
		}
	}
	if err := b.copy(ctx, file); err != nil {
		return "", err
	}
	names, err := b.names()
	if err != nil { // the copy is whole, and the next one looks again
		b.log.Warn("old backups not removed", zap.Error(err))
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == name })
	for len(names) >= b.config().Backup.Keep {
		if err := os.Remove(filepath.Join(dir, names[0])); err != nil && !errors.Is(err, os.ErrNotExist) {
			b.log.Warn("old backup not removed", zap.Error(err))
		}
		names = names[1:]
	}
	return file, nil
}

// names gives the names of the backups that there are, the oldest first.
func (b *backups) names() ([]string, error) {
	entries, err := os.ReadDir(b.config().BackupDir())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("look for backups: %w", err)
	}
	var names []string
	for _, e := range entries {
		if ours.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil // os.ReadDir sorts them
}
