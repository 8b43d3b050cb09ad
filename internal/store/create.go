package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// unfinished is what the name of a catalog has behind it while it is made.
const unfinished = ".new"

// locate finds the catalog of a data directory. What is there and cannot be one is an error: nothing but the absence of
// every file of a catalog means that there is none, since what is taken for a new catalog has forgotten all.
func locate(dir string) (path string, there bool, err error) {
	path = filepath.Join(dir, FileName)
	fi, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, false, beheaded(path)
	}
	if err == nil && fi.Mode()&fs.ModeSymlink != 0 {
		if path, err = filepath.EvalSymlinks(path); errors.Is(err, fs.ErrNotExist) {
			link := filepath.Join(dir, FileName)
			return link, true, fmt.Errorf("%s is a symbolic link to what is not there: bring back the disk that it leads to, "+
				"or remove the link to begin anew", link)
		}
		if err == nil {
			fi, err = os.Stat(path)
		}
	}
	switch {
	case OfDisk(err):
		return path, true, diskFails{filepath.Join(dir, FileName), bare(err)}
	case err != nil:
		return path, true, fmt.Errorf("look at the catalog %s: %w", filepath.Join(dir, FileName), bare(err))
	case !fi.Mode().IsRegular():
		return path, true, fmt.Errorf("%s is %s, and no catalog: move it away, then restore a backup with "+
			"`catalogizerd restore FILE` or begin anew", path, kindOf(fi.Mode()))
	case fi.Size() == 0:
		return path, true, fmt.Errorf("%w: %s is empty, as a power cut leaves a file: %s", ErrCorrupt, path, mendEmpty(path))
	}
	return path, true, nil
}

// kindOf says what something is that is no file.
func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// mendEmpty is what to do about a catalog of which nothing is left.
func mendEmpty(path string) string {
	return fmt.Sprintf("restore a backup with `catalogizerd restore FILE`, or remove %s, and its -wal and -shm "+
		"where they are, to begin anew", path)
}

// beheaded tells of a log that is left of a catalog. SQLite would delete it.
func beheaded(path string) error {
	log := path + "-wal"
	switch fi, err := os.Lstat(log); {
	case errors.Is(err, fs.ErrNotExist), err == nil && fi.Size() == 0:
		return nil
	case OfDisk(err):
		return diskFails{log, bare(err)}
	case err != nil:
		return fmt.Errorf("look for what is left of a catalog, %s: %w", log, bare(err))
	}
	return fmt.Errorf("%w: %s is gone, and %s, which belongs to it, is there: put the file back beside it, "+
		"restore a backup with `catalogizerd restore FILE`, or remove %s to begin anew", ErrCorrupt, path, log, log)
}

// create makes a new catalog. It gets its name when all of it is on disk: so a process that is killed on the way leaves
// nothing that the next one could take for a catalog, and a catalog without its tables is never one that is being made.
func create(ctx context.Context, path string) error {
	floor, err := readFloor(path) // what is left of a catalog that is lost
	if err != nil {
		return err
	}
	part := path + unfinished
	if err := makeNew(ctx, part, floor); err != nil {
		return err
	}
	return putInPlace(part, path)
}

// makeNew makes a new catalog that goes on above the ids that were given, in a file of its own.
func makeNew(ctx context.Context, part string, floor idFloor) (err error) {
	if err := removeIfThere(part, part+"-journal"); err != nil {
		return fmt.Errorf("remove what is left of a catalog that was not finished: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeIfThere(part))
		}
	}()
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // SQLite would make it readable for all
	if err == nil {
		err = f.Close()
	}
	if OfDisk(err) {
		return fmt.Errorf("make a catalog: %w", Unkept(strings.TrimSuffix(part, unfinished), err))
	}
	if err != nil {
		return fmt.Errorf("make %s: %w: make its directory writable for this user, or choose another with --data-dir",
			strings.TrimSuffix(part, unfinished), bare(err))
	}
	// It is synced as a whole.
	c, err := dial(part, false, "journal_mode=MEMORY", "synchronous=OFF", "auto_vacuum=INCREMENTAL")
	if err != nil {
		return explain(part, err)
	}
	c.ctx = ctx
	if err = errors.Join(explain(part, furnish(ctx, c, floor)), c.close()); err == nil {
		err = Entrust(part)
	}
	return err
}

// furnish gives an empty database all that a catalog has from the beginning.
func furnish(ctx context.Context, c *conn, floor idFloor) error {
	if err := searches(c); err != nil {
		return err
	}
	_, files, err := versions(c)
	if err != nil {
		return err
	}
	if err := migrate(ctx, c, 0, files); err != nil {
		return err
	}
	if err := c.setMeta("epoch", newEpoch()); err != nil || floor == (idFloor{}) {
		return err
	}
	given := floor.ids()
	for _, id := range given.kinds() {
		if err := c.setMeta(id.key, *id.value); err != nil {
			return err
		}
	}
	if floor.Instance == "" {
		return nil
	}
	return c.setMeta("instance", floor.Instance)
}

// nameNew gives an epoch to a catalog that has none: one that an older version had begun to make. What holds anything
// has had one, and lost it.
func nameNew(c *conn, path string) (epoch string, err error) {
	n, err := c.number("SELECT EXISTS (SELECT 1 FROM roots) + EXISTS (SELECT 1 FROM items) + EXISTS (SELECT 1 FROM tombstones)")
	if err == nil && n > 0 {
		err = fmt.Errorf("%w: %s has lost its name: %s", ErrCorrupt, path, mendCatalog)
	}
	if err != nil {
		return "", err
	}
	epoch = newEpoch()
	return epoch, c.setMeta("epoch", epoch)
}

// bare drops the operation and path from an error of the file system that is named anyway.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
