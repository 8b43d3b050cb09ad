package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"
)

// schemaMark stands behind the name of a catalog's copy that was made before it was brought up to date, and before the
// version of its schema.
const schemaMark = ".schema-"

// copyBeforeMigration copies a catalog whose schema is to be brought up to date, so that the version that wrote it can
// have it back. What is no catalog, or of a newer version, is for others to refuse.
func copyBeforeMigration(ctx context.Context, path string, log *zap.Logger) error {
	have, last, err := schemaVersion(ctx, path)
	if OfDisk(err) { // the next look may succeed, and would bring it up to date without a copy
		return explain(path, err)
	}
	if err != nil || have == 0 || have >= last {
		return nil //nolint:nilerr // opening it says what is wrong
	}
	file := fmt.Sprintf("%s%s%d", path, schemaMark, have)
	log.Info("catalog is copied before it is brought up to date", zap.Int("schema", have), zap.String("file", file))
	if err := hasRoom(path, path); err != nil {
		return fmt.Errorf("copy the catalog before it is brought up to date from schema %d to %d: %w; or keep a copy "+
			"elsewhere with `catalogizerd backup FILE`, and set backup.before_upgrade = false", have, last, err)
	}
	part, err := copyCatalog(ctx, path, file)
	if err != nil {
		return err
	}
	if err := Entrust(part); err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	return putInPlace(part, file)
}

// schemaVersion gives the version of a catalog's schema, and the newest.
func schemaVersion(ctx context.Context, path string) (have, last int, err error) {
	c, err := dialAlone(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	have, files, err := versions(c)
	return have, len(files), errors.Join(err, c.close())
}

// UpgradeCopies are the copies in a directory that were made before its catalog was brought up to date.
func UpgradeCopies(dir string) []string {
	found, _ := filepath.Glob(globbed(catalogIn(dir)+schemaMark) + "*[0-9]") // a pattern that is well formed
	return found
}

// ForgetUpgradeCopies removes those that are older than a time, and names them.
func ForgetUpgradeCopies(dir string, before time.Time) (gone []string, err error) {
	for _, file := range UpgradeCopies(dir) {
		if fi, serr := os.Stat(file); serr != nil || !fi.ModTime().Before(before) {
			continue
		}
		if rerr := removeIfThere(file); rerr != nil {
			err = errors.Join(err, rerr)
			continue
		}
		gone = append(gone, file)
	}
	return slices.Clip(gone), err
}
