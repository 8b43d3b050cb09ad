package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Skipped is what is not followed in one directory. It is comparable: equal ones say the same.
type Skipped struct {
	Mounts     int64
	Links      int64
	Unreadable int64
	// Names are some of them: each a letter for the kind and the name, NUL between them; not empty where there is any.
	Names string
}

// Unreadable is what a directory has that cannot be listed itself.
var Unreadable = Skipped{Unreadable: 1, Names: string(unreadableLetter)}

// skippedKept is how many names of a kind are kept of one directory, and shown of a root.
const skippedKept = 5

const (
	mountLetter      = 'm'
	linkLetter       = 'l'
	unreadableLetter = 'u'
	coveredLetter    = 'c' // a mount: what it covers is held
)

// Covers reports whether what a mount of this name covers is held.
func (s *Skipped) Covers(name string) bool {
	for n := range strings.SplitSeq(s.Names, "\x00") {
		if n == string(coveredLetter)+name {
			return true
		}
	}
	return false
}

// Cover notes that what a mount of this name covers is held.
func (s *Skipped) Cover(name string) {
	if s.Names != "" {
		s.Names += "\x00"
	}
	s.Names += string(coveredLetter) + name
}

// SkippedOf makes one of the names that are not followed in a directory. They need to be sorted.
func SkippedOf(mounts, links, unreadable []string) Skipped {
	var names []string
	add := func(letter string, of []string) {
		for _, n := range of[:min(len(of), skippedKept)] {
			names = append(names, letter+n)
		}
	}
	add(string(mountLetter), mounts)
	add(string(linkLetter), links)
	add(string(unreadableLetter), unreadable)
	return Skipped{int64(len(mounts)), int64(len(links)), int64(len(unreadable)), strings.Join(names, "\x00")}
}

// Both name their index, since SQLite takes that of the paths of all directories for what is asked for by path.
const (
	skippedFrom = " FROM dirs INDEXED BY dirs_skipped WHERE root = ? AND skipped IS NOT NULL"
	skippedSQL  = "SELECT coalesce(sum(mounts), 0), coalesce(sum(links), 0), coalesce(sum(unreadable), 0)" + skippedFrom
)

func skippedNamesSQL(column string) string {
	return fmt.Sprintf("SELECT path, skipped%s AND %s > 0 ORDER BY path LIMIT %d", skippedFrom, column, skippedKept)
}

// Skipped sums up what is not followed of a root, and names the first of each kind. It reads an index that holds the
// directories with such alone.
func (s *Store) Skipped(ctx context.Context, root int64) (sum media.Skipped, err error) {
	var examples [3][]string
	err = s.read(ctx, func(c *conn) error {
		_, err := c.one(skippedSQL,
			func(r row) { sum.Mounts, sum.Links, sum.Unreadable = r.int(0), r.int(1), r.int(2) }, root)
		for kind, column := range [...]string{"mounts", "links", "unreadable"} {
			if err != nil {
				return err
			}
			examples[kind], err = skippedNames(c, root, column)
		}
		return err
	})
	for _, e := range examples {
		sum.Examples = append(sum.Examples, e...)
	}
	return sum, err
}

// CoverItems holds up to limit items of a directory and all below it that stand on a file system: another one is
// mounted over them. It says how many these were.
func (tx *Tx) CoverItems(root int64, dir string, volume, at int64, limit int) (n int, err error) {
	const below = "dir IN (SELECT id FROM dirs WHERE root = ? AND (path = ? OR path > ? AND path < ?))"
	items, err := tx.items("state = {present} AND volume = ? AND "+below+" LIMIT ?",
		volume, root, []byte(dir), []byte(dir+"/"), []byte(dir+"0"), int64(limit)) // '0' follows '/'
	for i := range items {
		if err == nil {
			err = tx.Unsettle(items[i].Dir)
		}
		if err == nil {
			err = tx.HoldCovered(&items[i], at)
		}
	}
	return len(items), err
}

// HoldCovered has an item missing and held since at, because something is mounted over it.
func (tx *Tx) HoldCovered(it *Item, at int64) error {
	old := *it
	it.State, it.MissingAt = Held, at
	it.DropWork()
	if err := tx.Save(&old, it); err != nil {
		return fmt.Errorf("hold the covered item %d: %w", it.ID, err)
	}
	return nil
}

// coveredDirs reads the directories of a root on which a mount is that covers what is catalogued there.
func coveredDirs(c *conn, root int64) (out []string, err error) {
	const some = " AND (substr(skipped, 1, 1) = x'63' OR instr(skipped, x'0063') > 0)" // coveredLetter
	err = c.each("SELECT path, skipped FROM dirs WHERE root = ? AND skipped IS NOT NULL"+some+" ORDER BY path", func(r row) error {
		for name := range strings.SplitSeq(string(r.bytes(1)), "\x00") {
			if covered, ok := strings.CutPrefix(name, string(coveredLetter)); ok {
				out = append(out, tree.Join(string(r.bytes(0)), covered))
			}
		}
		return nil
	}, root)
	return out, err
}

// skippedNames reads where some of what is not followed lies that a column counts.
func skippedNames(c *conn, root int64, column string) (paths []string, err error) {
	err = c.each(skippedNamesSQL(column), func(r row) error {
		dir := string(r.bytes(0))
		for name := range strings.SplitSeq(string(r.bytes(1)), "\x00") {
			if name == "" || name[0] != column[0] || len(paths) == skippedKept {
				continue
			}
			at := dir
			if name = name[1:]; name != "" {
				at = tree.Join(dir, name)
			}
			if at == "" {
				at = "."
			}
			paths = append(paths, string([]rune(at))) // one U+FFFD for each byte that is no UTF-8
		}
		return nil
	}, root)
	return paths, err
}

// RootSkipped tells what is not followed of a configured root by its name; nothing of one that is not in the catalog.
func (s *Store) RootSkipped(ctx context.Context, name string) (media.Skipped, error) {
	roots, err := s.Roots(ctx)
	if err != nil {
		return media.Skipped{}, err
	}
	for i := range roots {
		if roots[i].Name == name && roots[i].DetachedAt == 0 {
			return s.Skipped(ctx, roots[i].ID)
		}
	}
	return media.Skipped{}, nil
}
