package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// What the names of files beside a catalog have behind it, before the time of the mending.
const (
	damagedMark     = ".damaged-"     // a catalog that is kept aside
	replacementMark = ".replacement-" // what is to take its place; from then on it will
	mendingTime     = "20060102T150405Z"
)

// A disk that breaks one catalog after the other is not worth more of them.
const (
	mendingsWithin = 24 * time.Hour
	mendingsMost   = 3        // within that time
	asideMost      = 5        // kept at all, the newest
	mendingSpare   = 16 << 20 // bytes that are left on the disk
)

// ErrMendedTooOften says that a catalog is damaged so often that its disk, or the machine, is to be mended first.
var ErrMendedTooOften = errors.New("catalogs were damaged before it")

// Mending says what was done about a damaged catalog.
type Mending struct {
	Aside  string    // the file of the damaged catalog; its log, where it had one, has the same name with -wal behind it
	Backup string    // the file whose copy took its place; empty: a new catalog did, and the roots are scanned anew
	Made   time.Time // when that file was written; zero without one
	Items  int64     // in what took its place
}

// Text says it to people in a sentence.
func (m Mending) Text() string {
	if m.Backup == "" {
		return fmt.Sprintf("the catalog was damaged and is kept as %s; there was no backup, so it is made anew by scanning",
			m.Aside)
	}
	return fmt.Sprintf("the catalog was damaged and is kept as %s; the backup %s of %s took its place", m.Aside, m.Backup,
		m.Made.UTC().Format(time.RFC3339))
}

// Sound has SQLite check all of the catalog of a directory, which nobody has open; nil where there is nothing wrong
// with it. The caller holds the data directory's lock.
func Sound(ctx context.Context, dir string) error {
	path, there, err := locate(dir)
	if err == nil && there {
		err = sound(ctx, path)
	}
	return err
}

// Mend keeps a damaged catalog aside and puts the first of some backups in its place that is whole, or a new catalog
// where none is. The caller holds the data directory's lock, nobody has the catalog open, and why says what is wrong
// with it.
//
// What takes its place is another catalog to clients, and gives no id again that the damaged one has given; the
// instance is the same. A process that is killed on the way leaves either the damaged catalog or what takes its place:
// the next Open or Mend goes on from there.
func Mend(
	ctx context.Context, dir string, why error, backups []string, now time.Time, log *zap.Logger,
) (done Mending, err error) {
	path := catalogIn(dir)
	if err := finishMending(path); err != nil {
		return done, err
	}
	if err := Mendable(dir, now); err != nil {
		return done, err
	}
	kept := asides(path)
	floor, err := readFloor(path)
	if err != nil {
		return done, err
	}
	floor = floor.orOf(ctx, path)
	stamp := now.UTC().Format(mendingTime)
	done.Aside = path + damagedMark + stamp
	part, err := done.choose(ctx, path, backups, floor, log)
	if err != nil {
		return done, err
	}
	text := fmt.Sprintf("%v\n%s\n", why, done.Text())
	err = errors.Join(Unkept(done.Aside, os.WriteFile(done.Aside+".txt", []byte(text), 0o600)), Entrust(part))
	if err == nil {
		err = putInPlace(part, path+replacementMark+stamp)
	}
	if err != nil {
		err = fmt.Errorf("put another catalog in place of the damaged one: %w", err)
		return done, errors.Join(err, removeIfThere(part, done.Aside+".txt"))
	}
	for len(kept) >= asideMost {
		err = errors.Join(err, removeIfThere(kept[0], kept[0]+"-wal", kept[0]+".txt"))
		kept = kept[1:]
	}
	return done, errors.Join(err, finishMending(path))
}

// Mendable refuses a mending where too many were needed within a day.
func Mendable(dir string, now time.Time) error {
	path := catalogIn(dir)
	if len(recent(asides(path), now)) < mendingsMost {
		return nil
	}
	return fmt.Errorf("%w, %d within a day: replace the disk or memory that breaks them, then remove %s* and start again",
		ErrMendedTooOften, mendingsMost, path+damagedMark)
}

// choose makes what is to take the place of a catalog.
func (m *Mending) choose(
	ctx context.Context, path string, backups []string, floor idFloor, log *zap.Logger,
) (part string, err error) {
	for _, file := range backups {
		if err := hasRoom(path, file); err != nil {
			return "", err
		}
		given, err := identify(ctx, file)
		if err == nil {
			part, err = copyCatalog(ctx, file, path)
		}
		if err == nil {
			m.Items, err = renew(ctx, part, given.above(floor.ids()), floor.Instance)
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil && part != "" {
			err = errors.Join(err, dropPart(part))
		}
		if err != nil && !ofBackup(err) { // one that may be whole is not passed over
			return "", err
		}
		if err != nil {
			log.Warn("a backup is not whole: the one before it is tried", zap.String("file", file), zap.Error(err))
			continue
		}
		if fi, err := os.Stat(file); err == nil {
			m.Made = fi.ModTime()
		}
		m.Backup = file
		return part, nil
	}
	part = path + unfinished
	return part, makeNew(ctx, part, floor)
}

// ofBackup reports whether an error says that a backup is none, or not whole, and nothing of a disk or of what is made
// of it.
func ofBackup(err error) bool {
	for _, is := range []error{ErrNoBackup, ErrForeign, ErrNewer, ErrAltered, fs.ErrNotExist} {
		if errors.Is(err, is) {
			return true
		}
	}
	return isDamage(err)
}

// hasRoom refuses a copy of a catalog in file for which the disk of path has no room: whoever writes there would not
// have any left.
func hasRoom(path, file string) error {
	fi, err := os.Stat(file)
	if err != nil {
		return nil //nolint:nilerr // reading it says what is wrong
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &disk); OfDisk(err) {
		return diskFails{path, err}
	} else if err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", filepath.Dir(path), err)
	}
	needed := fi.Size() + mendingSpare
	if have := int64(disk.Bavail) * disk.Bsize; have < needed {
		return fmt.Errorf("the disk of %s has %s free, and a copy of %s needs %s: make room, and try again", path,
			humanize.IBytes(uint64(have)), file, humanize.IBytes(uint64(needed)))
	}
	return nil
}

// orOf raises what a file says by what can still be read of the catalog itself, which may be of a version that had no
// such file.
func (f idFloor) orOf(ctx context.Context, path string) idFloor {
	c, err := dialAlone(ctx, path)
	if err != nil {
		return f
	}
	defer c.close()
	for sql, value := range map[string]*int64{
		"SELECT value FROM meta WHERE key = 'last_id'":   &f.Items,
		"SELECT value FROM meta WHERE key = 'last_work'": &f.Works,
		"SELECT max(id) FROM items":                      &f.Items,
		"SELECT max(id) FROM works":                      &f.Works,
	} {
		// What a broken page says may be any number: none that nobody could have given.
		if n, err := c.number(sql); err == nil && n < 1<<40 {
			*value = max(*value, n)
		}
	}
	if f.Instance == "" {
		_, _ = c.one("SELECT value FROM meta WHERE key = 'instance'", func(r row) { f.Instance = r.text(0) })
	}
	return f
}

// finishMending puts in place what was made to take a damaged catalog's place, and removes copies that were never
// finished. Each step is one that may have been done
// already. The log goes first: it would be taken for that of the file that comes.
func finishMending(path string) error {
	for _, name := range []string{FileName, FloorName} { // of whoever was killed; the lock says that nobody is at it
		dir := globbed(filepath.Dir(path))
		left, _ := filepath.Glob(filepath.Join(dir, "."+name+".*.part*")) // a pattern that is well formed
		if err := removeIfThere(left...); err != nil {
			return fmt.Errorf("remove what is left of a copy that was not finished: %w", Unkept(path, err))
		}
	}
	found, err := filepath.Glob(globbed(path+replacementMark) + "*")
	if err != nil || len(found) == 0 {
		return err
	}
	replacement := found[len(found)-1]
	aside := path + damagedMark + strings.TrimPrefix(replacement, path+replacementMark)
	for _, end := range []string{"-wal", ""} {
		if err := os.Rename(path+end, aside+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("keep the damaged catalog aside: %w", Unkept(aside, err))
		}
	}
	err = removeIfThere(path + "-shm")
	if err == nil {
		err = syncFile(filepath.Dir(path))
	}
	if err != nil {
		return Unkept(path, err)
	}
	return renameOnDisk(replacement, path) // which stays where it cannot be, for the next start
}

// catalogIn is the path of a directory's catalog, or of what a link in it leads to, which need not be there.
func catalogIn(dir string) string {
	path := filepath.Join(dir, FileName)
	to, err := os.Readlink(path)
	if err != nil {
		return path
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(dir, to)
	}
	if at, err := filepath.EvalSymlinks(filepath.Dir(to)); err == nil {
		return filepath.Join(at, filepath.Base(to))
	}
	return to
}

// asides are the damaged catalogs that are kept, the oldest first.
func asides(path string) []string {
	found, _ := filepath.Glob(globbed(path+damagedMark) + "*Z") // a pattern that is well formed
	slices.Sort(found)
	return found
}

// recent are those that were kept within a day. A clock that was ahead says nothing of when that was.
func recent(kept []string, now time.Time) (of []string) {
	for _, name := range kept {
		_, stamp, _ := strings.Cut(filepath.Base(name), damagedMark)
		at, err := time.Parse(mendingTime, stamp)
		if since := now.Sub(at); err == nil && since >= 0 && since < mendingsWithin {
			of = append(of, name)
		}
	}
	return of
}

// Aside is a damaged catalog that is kept until a person removes it.
type Aside struct {
	File string
	Text string // what was wrong with it and what took its place, as it was said then
}

// Asides are the damaged catalogs that are kept in a directory, the newest first.
func Asides(dir string) (all []Aside) {
	for _, file := range slices.Backward(asides(catalogIn(dir))) {
		text, err := os.ReadFile(file + ".txt")
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		a := Aside{File: file, Text: lines[len(lines)-1]}
		if err != nil || a.Text == "" {
			a.Text = fmt.Sprintf("the catalog was damaged and is kept as %s", file)
		}
		all = append(all, a)
	}
	return all
}
