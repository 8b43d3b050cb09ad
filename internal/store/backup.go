package store

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNoBackup says that a file is no catalog that could be restored.
var ErrNoBackup = errors.New("not a backup of a catalog")

// Backup writes a copy of the catalog in dir to file, as it is at one moment. A daemon may be at work on it. The copy
// is checked and on disk before it gets its name, so file is always either what it was before or a whole copy. A file
// that is there already is replaced only if it is a catalog.
func Backup(ctx context.Context, dir, file string) error {
	path, there, err := locate(dir)
	if err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%w at %s: is this the data directory? (--data-dir, or data_dir of --config)", ErrNone, path)
	}
	if same(path, file) {
		return fmt.Errorf("%s is the catalog itself: name another file", file)
	}
	if err := replaceable(ctx, file); err != nil {
		return err
	}
	if err := hasRoom(file, path); err != nil {
		return err
	}
	forgetParts(file, time.Now())
	part, err := copyCatalog(ctx, path, file)
	if err != nil {
		return err
	}
	return putInPlace(part, file)
}

// replaceable refuses what a backup must not take the place of.
func replaceable(ctx context.Context, file string) error {
	for _, log := range []string{file + "-wal", file + "-journal"} {
		if fi, err := os.Stat(log); err == nil && fi.Size() > 0 { // SQLite would take it for the copy's
			return fmt.Errorf("%s is there, which belongs to a catalog %s: name another file, or move both away", log, file)
		}
	}
	switch _, err := os.Stat(file); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at %s: %w: name another file", file, bare(err))
	}
	if _, err := identify(ctx, file); err != nil {
		return fmt.Errorf("%s is there and not a backup: it is left as it is, name another file: %w", file, err)
	}
	return nil
}

// partForgotten is how long a copy that is not finished has not been written to when nobody is at it any more.
const partForgotten = 24 * time.Hour

// forgetParts removes what those who were killed have left of copies to a file.
func forgetParts(file string, now time.Time) {
	at := filepath.Join(globbed(filepath.Dir(file)), "."+globbed(filepath.Base(file)))
	left, _ := filepath.Glob(at + ".*.part*") // a pattern that is well formed
	for _, part := range left {
		if fi, err := os.Lstat(part); err == nil && now.Sub(fi.ModTime()) > partForgotten {
			_ = os.Remove(part) // else the next one does
		}
	}
}

// same reports whether two paths are one file.
func same(a, b string) bool {
	fa, erra := os.Stat(a)
	fb, errb := os.Stat(b)
	return erra == nil && errb == nil && os.SameFile(fa, fb)
}

// identify refuses what is no catalog as this program makes them, and gives the highest ids in it.
func identify(ctx context.Context, path string) (given lastIDs, err error) {
	if fi, err := os.Stat(path); err != nil {
		if OfDisk(err) {
			err = diskFails{path, bare(err)}
		}
		return given, fmt.Errorf("read backup: %w", err)
	} else if !fi.Mode().IsRegular() {
		return given, fmt.Errorf("%w: %s is not a regular file", ErrNoBackup, path)
	}
	c, err := dialAlone(ctx, path)
	switch err = explain(path, err); {
	case errors.Is(err, ErrCorrupt): // whose mend, to restore a backup, is what is being tried
		return given, fmt.Errorf("%w: %s: name a file that `catalogizerd backup` wrote", ErrNoBackup, path)
	case err != nil:
		return given, err
	}
	defer c.close()
	version, _, _, err := genuine(ctx, c, path)
	switch {
	case ctx.Err() != nil:
		return given, ctx.Err()
	case err == nil && version == 0, errors.Is(err, ErrForeign), errors.Is(err, errBlank): // as an empty file is
		return given, fmt.Errorf("%w: %s", ErrNoBackup, path)
	case errors.Is(err, ErrNewer):
		return given, fmt.Errorf("%s: %w: restore it with the version that wrote it", path, err)
	case errors.Is(err, ErrAltered):
		return given, fmt.Errorf("%w: %w: use one that `catalogizerd backup` wrote and nobody has changed",
			ErrNoBackup, err)
	case OfDisk(err): // which says nothing of the file
		return given, fmt.Errorf("read backup: %w", explain(path, err))
	case err != nil:
		return given, fmt.Errorf("%w: %w", ErrNoBackup, explain(path, err))
	}
	for _, id := range given.kinds() {
		if *id.value, err = c.number("SELECT value FROM meta WHERE key = ?", id.key); err != nil {
			break
		}
	}
	return given, explain(path, err)
}

// lastIDs are the highest ids that a catalog has given.
type lastIDs struct{ items, works int64 }

type lastID struct {
	key   string
	value *int64
}

func (l *lastIDs) kinds() []lastID { return []lastID{{"last_id", &l.items}, {"last_work", &l.works}} }

// above is what both have given.
func (l lastIDs) above(o lastIDs) lastIDs {
	return lastIDs{max(l.items, o.items), max(l.works, o.works)}
}

// copyCatalog copies a catalog at one moment into a new file beside target, checks the copy and returns its name.
func copyCatalog(ctx context.Context, path, target string) (string, error) {
	// It holds everything that the catalog does, and is no more for others' eyes. A name that nobody has leaves alone
	// what others have there.
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*.part")
	if err != nil {
		return "", fmt.Errorf("make a copy of %s: %w", path, Unkept(target, err))
	}
	part := f.Name()
	if err = errors.Join(f.Close(), copyInto(ctx, path, part, target)); err == nil {
		err = sound(ctx, part)
	}
	if err == nil {
		return part, nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return "", errors.Join(err, dropPart(part))
}

// dropPart removes a copy that is not to be finished, with what SQLite had beside it.
func dropPart(part string) error {
	return removeIfThere(part+"-journal", part+"-wal", part+"-shm", part)
}

// copyInto has SQLite write what one read transaction sees into a file that is empty. What is copied is checked before:
// a copy is made anew of what can be read, and would not show that its original is damaged; and a tree of pages that
// lead to one another would be copied without an end.
func copyInto(ctx context.Context, path, part, target string) error {
	if err := sound(ctx, path); err != nil {
		return err
	}
	src, err := dialAlone(ctx, path)
	if err != nil {
		return explain(path, err)
	}
	_, err = src.c.ExecContext(ctx, "VACUUM INTO ?", []driver.NamedValue{{Ordinal: 1, Value: part}})
	if err = errors.Join(err, src.close()); err != nil {
		return notCopied(path, target, err)
	}
	return nil
}

// dialAlone opens a catalog for reading until ctx ends. One without a log is a file that nobody has open: it is read
// without a trace beside it, wherever it lies.
func dialAlone(ctx context.Context, path string) (*conn, error) {
	mode := "ro"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		mode = "ro&immutable=1"
	}
	c, err := dialMode(path, mode)
	if err == nil {
		c.ctx = ctx
	}
	return c, err
}

// sound has SQLite check all of a catalog, once it is known that nothing runs in it but what is ours.
func sound(ctx context.Context, path string) error {
	c, err := dialAlone(ctx, path)
	if err != nil {
		return explain(path, err)
	}
	if err = c.exec("BEGIN"); err == nil {
		_, _, _, err = genuine(ctx, c, path)
	}
	if err == nil {
		err = integrity(c, path)
	}
	return errors.Join(explain(path, err), c.close())
}

// putInPlace gives a finished copy its name, and sees that both are on disk. One that cannot have it is removed.
func putInPlace(part, file string) error {
	err := renameOnDisk(part, file)
	if _, left := os.Lstat(part); err != nil && left == nil {
		err = errors.Join(err, dropPart(part))
	}
	return err
}

// renameOnDisk gives a finished file its name, and sees that both are on disk.
func renameOnDisk(part, file string) error {
	err := syncFile(part)
	if err == nil {
		err = os.Rename(part, file)
	}
	if err == nil {
		err = syncFile(filepath.Dir(file))
	}
	if err != nil {
		return fmt.Errorf("put %s in place: %w", file, Unkept(file, err))
	}
	return nil
}

// syncFile waits until a file or directory is on disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, unix.EINVAL) {
		err = nil // a file system that cannot, such as some of the network
	}
	return errors.Join(err, f.Close())
}

func removeIfThere(paths ...string) error {
	var errs []error
	for _, p := range paths {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			if OfDisk(err) {
				err = Unkept(p, err)
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// newEpoch makes a name for a catalog that no other has.
func newEpoch() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
