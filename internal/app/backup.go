package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Backup writes a consistent copy of the catalog to a file and returns its size in bytes. The daemon may be running.
func Backup(ctx context.Context, cfg *config.Config, file string) (size int64, err error) {
	if err := store.Backup(ctx, cfg.DataDir, file); err != nil {
		return 0, err
	}
	fi, err := os.Stat(file)
	if err != nil {
		return 0, fmt.Errorf("look at the backup, which was written: %w", store.Unkept(file, err))
	}
	return fi.Size(), nil
}

// Restore puts a backup in the place of the catalog. It fails with ErrInUse while a daemon runs.
func Restore(ctx context.Context, cfg *config.Config, file string) (done store.Restored, err error) {
	unlock, err := lockDataDir(cfg.DataDir)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return store.Restore(ctx, file, cfg.DataDir)
}
