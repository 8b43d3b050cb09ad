package store

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Replaced is what the name of a catalog gets behind it when another is restored in its place.
const Replaced = ".replaced"

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
	if _, err := os.Stat(file); err == nil {
		if _, err := identify(ctx, file); err != nil {
			return fmt.Errorf("%s is there and not a backup: it is left as it is, name another file: %w", file, err)
		}
	}
	if err := hasRoom(file, path); err != nil {
		return err
	}
	part, err := copyCatalog(ctx, path, file)
	if err != nil {
		return err
	}
	return putInPlace(part, file)
}

// Restored is what Restore has done.
type Restored struct {
	Items    int64
	Replaced string // where the catalog is that was there before; empty: none was
}

// Restore puts the copy of a catalog in file in the place of the one in dir. The caller holds the data directory's
// lock. The copy is checked before anything is replaced, and whatever happens on the way, a whole catalog is in dir.
// What it replaces is kept under the name of Restored.Replaced.
//
// The restored catalog is another one to clients: it gets an epoch of its own, so that each of them loads it anew, and
// no id that the replaced one has given is given again.
func Restore(ctx context.Context, file, dir string) (done Restored, err error) {
	if err := finishMending(catalogIn(dir)); err != nil {
		return done, err
	}
	path, _, err := locate(dir)
	if err != nil && !errors.Is(err, ErrCorrupt) { // of which nothing is left is what is replaced
		return done, err
	}
	if same(path, file) {
		return done, fmt.Errorf("%s is the catalog itself: name a backup of it", file)
	}
	given, err := identify(ctx, file)
	if err != nil {
		return done, err
	}
	have, there, err := fold(ctx, path)
	if err != nil {
		return done, err
	}
	floor, err := readFloor(path)
	if err != nil {
		return done, err
	}
	if have == (lastIDs{}) { // it may be of a version whose ids this one cannot read, or gone
		have = floor.ids()
	}
	if there {
		floor = floor.orOf(ctx, path)
	}
	part, err := copyCatalog(ctx, file, path)
	if err != nil {
		return done, err
	}
	if done.Items, err = renew(ctx, part, given.above(have), floor.Instance); err == nil && there {
		done.Replaced = path + Replaced
		err = keep(path, done.Replaced)
	}
	if err == nil {
		err = Entrust(part)
	}
	if err != nil {
		return done, errors.Join(err, os.Remove(part))
	}
	return done, putInPlace(part, path)
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
		return "", fmt.Errorf("make the copy: %w", err)
	}
	part := f.Name()
	if err = errors.Join(f.Close(), copyInto(ctx, path, part)); err == nil {
		err = sound(ctx, part)
	}
	if err == nil {
		return part, nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return "", errors.Join(err, removeIfThere(part))
}

// copyInto has SQLite write what one read transaction sees into a file that is empty. What is copied is checked before:
// a copy is made anew of what can be read, and would not show that its original is damaged; and a tree of pages that
// lead to one another would be copied without an end.
func copyInto(ctx context.Context, path, part string) error {
	if err := sound(ctx, path); err != nil {
		return err
	}
	src, err := dialAlone(ctx, path)
	if err != nil {
		return explain(path, err)
	}
	_, err = src.c.ExecContext(ctx, "VACUUM INTO ?", []driver.NamedValue{{Ordinal: 1, Value: part}})
	if err = errors.Join(err, src.close()); err != nil {
		return fmt.Errorf("copy %s to %s: %w", path, part, explain(path, err))
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

// renew makes a catalog another one to clients, and returns how many items it holds. It is of the instance that it says;
// where it is of a version that says none, of that in whose place it comes.
func renew(ctx context.Context, part string, given lastIDs, instance string) (items int64, err error) {
	c, err := dial(part, false, "synchronous=FULL")
	if err != nil {
		return 0, explain(part, err)
	}
	c.ctx = ctx
	defer func() { err = errors.Join(err, c.close()) }()
	err = c.setMeta("epoch", newEpoch())
	if instance != "" {
		err = errors.Join(err, c.exec("INSERT OR IGNORE INTO meta (key, value) VALUES ('instance', ?)", instance))
	}
	for _, id := range given.kinds() {
		err = errors.Join(err, c.setMeta(id.key, *id.value))
	}
	if err != nil {
		return 0, explain(part, err)
	}
	items, err = c.number("SELECT ifnull(sum(n), 0) FROM tally WHERE state < {detached}")
	return items, explain(part, err)
}

// fold puts what the log of a catalog holds into its file, so that the file alone is all of it, and gives the highest
// id in it. there is false where no catalog is. A broken one is left as SQLite leaves it: it is why a backup is
// restored.
func fold(ctx context.Context, path string) (given lastIDs, there bool, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return given, false, removeIfThere(path+"-wal", path+"-shm") // taken for the next file's, they would break it
	}
	if c, err := dial(path, false); err == nil {
		_ = c.script("PRAGMA wal_checkpoint(TRUNCATE)") // where it fails there is a log left
		_ = c.close()
	}
	given, broken := identify(ctx, path)
	if ctx.Err() != nil {
		return given, true, ctx.Err()
	}
	if fi, err := os.Stat(path + "-wal"); err == nil && fi.Size() > 0 && broken == nil {
		return given, true, fmt.Errorf("%s is read by another process, such as an export: "+
			"wait for it to end, or end it", path)
	}
	return given, true, removeIfThere(path+"-wal", path+"-shm")
}

// keep gives a file a second name, in place of what had that before.
func keep(path, name string) error {
	if err := removeIfThere(name, name+"-wal", name+"-shm"); err != nil {
		return err
	}
	err := os.Link(path, name)
	if err != nil { // FAT knows no second names
		err = copyFile(path, name)
	}
	if err != nil {
		return fmt.Errorf("keep the catalog that is replaced: %w", err)
	}
	return nil
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Sync(), dst.Close())
}

// putInPlace gives a finished copy its name, and sees that both are on disk.
func putInPlace(part, file string) error {
	err := syncFile(part)
	if err == nil {
		err = os.Rename(part, file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("put %s in place: %w", file, err), removeIfThere(part))
	}
	return syncFile(filepath.Dir(file))
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
