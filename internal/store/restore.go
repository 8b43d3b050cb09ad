package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replaced is what the name of a catalog gets behind it when another is restored in its place.
const Replaced = ".replaced"

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
	if err := hasRoom(path, file); err != nil {
		return done, err
	}
	have, there, err := fold(ctx, path)
	if OfDisk(err) {
		return done, fmt.Errorf("%w; to restore beside it, move %s* away", err, path)
	}
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
	if done.Items, err = renew(ctx, part, given.above(have), floor.Instance); err == nil {
		err = Entrust(part)
	}
	if err == nil && there {
		done.Replaced = path + Replaced
		err = keep(path, done.Replaced)
	}
	if err != nil {
		return done, errors.Join(err, dropPart(part))
	}
	return done, putInPlace(part, path)
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
// restored. One that cannot be read now may be whole, and is left with its log.
func fold(ctx context.Context, path string) (given lastIDs, there bool, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return given, false, removeIfThere(sqliteFiles(path)...) // taken for the next file's, they would break it
	}
	c, err := dial(path, false)
	if err == nil {
		err = c.script("PRAGMA wal_checkpoint(TRUNCATE)") // where it fails there is a log left
		_ = c.close()
	}
	if OfDisk(err) {
		return given, true, explain(path, err)
	}
	given, broken := identify(ctx, path)
	if ctx.Err() != nil {
		return given, true, ctx.Err()
	}
	if OfDisk(broken) { // what cannot be read now is no reason to let go of it
		return given, true, broken
	}
	if fi, err := os.Stat(path + "-wal"); err == nil && fi.Size() > 0 && broken == nil {
		return given, true, fmt.Errorf("%s is read by another process, such as an export: "+
			"wait for it to end, or end it", path)
	}
	return given, true, removeIfThere(sqliteFiles(path)...)
}

// sqliteFiles are the files that SQLite has beside a catalog.
func sqliteFiles(path string) []string {
	return []string{path + "-wal", path + "-shm", path + "-journal"}
}

// keep gives a file a second name, in place of what had that before. Until all of the file is there, that is of what it
// was of.
func keep(path, name string) error {
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+Replaced+".part")
	err := removeIfThere(part)
	if err == nil {
		err = os.Link(path, part)
		if err != nil { // FAT knows no second names
			err = copyFile(path, part)
		}
	}
	if err == nil {
		err = removeIfThere(sqliteFiles(name)...)
	}
	if err == nil {
		err = os.Rename(part, name)
	}
	if err == nil {
		err = removeIfThere(part) // there still, where both names were of the same file
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep the catalog that is replaced: %w", Unkept(name, err)), removeIfThere(part))
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
	return errors.Join(err, dst.Sync(), dst.Close(), Entrust(to))
}
