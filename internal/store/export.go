package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Walk calls fn for every item in the order of root and path (as bytes), behind a position. It reads
// a page at a time; what changes meanwhile may or may not be seen. fn must not keep the view's slices.
// Memory holds the names of the directories on one path.
func (s *Store) Walk(ctx context.Context, from Position, fn func(*View) error) error {
	roots, err := s.Roots(ctx)
	if err != nil {
		return err
	}
	for _, r := range roots { // by name
		if r.DetachedAt != 0 || r.Name < from.Root {
			continue
		}
		if err := s.WalkRoot(ctx, r.ID, "", from.in(r.Name), fn); err != nil {
			return err
		}
	}
	return nil
}

// Position is a place in the order of root, path and id: several items may have stood at one path. It is just behind
// the item with that id, or, without one, behind all at the path.
type Position struct {
	Root, Path string
	ID         int64
}

// in is where the position is in a root that is not before its own.
func (p Position) in(root string) (after Position) {
	if p.Root != root {
		return Position{Root: root}
	}
	if p.ID == 0 && p.Path != "" {
		p.ID = math.MaxInt64
	}
	return p
}

// WalkRoot walks what lies below a directory of one root in the order of paths and ids, behind a position in it.
func (s *Store) WalkRoot(ctx context.Context, root int64, under string, after Position, fn func(*View) error) error {
	d, found, err := s.Dir(ctx, root, under)
	if err != nil || !found {
		return err
	}
	return s.walkDir(ctx, &d, after, fn)
}

// part is a directory below, by the key that sorts it among the files: its name and a slash.
type part struct {
	key string
	dir Dir
}

func (s *Store) walkDir(ctx context.Context, d *Dir, after Position, fn func(*View) error) error {
	var subs []part
	err := s.read(ctx, func(c *conn) error {
		dirs, err := dirsWhere(c, "parent = ?", d.ID)
		for _, sub := range dirs {
			subs = append(subs, part{tree.Base(sub.Path) + "/", sub})
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(subs, func(a, b part) int { return strings.Compare(a.key, b.key) })
	prefix := d.Path
	if prefix != "" {
		prefix += "/"
	}
	at := place{} // in this directory, files behind it
	if rest, ok := strings.CutPrefix(after.Path, prefix); ok {
		at = place{key: rest, id: after.ID}
	} else if after.Path > prefix {
		return nil
	}
	step := func(upto string) error { return s.filesBetween(ctx, d, &at, upto, fn) }
	for i := range subs {
		if key := prefix + subs[i].key; after.Path > key && !strings.HasPrefix(after.Path, key) {
			continue // all of it lies before
		}
		if err := step(subs[i].key); err != nil {
			return err
		}
		if err := s.walkDir(ctx, &subs[i].dir, after, fn); err != nil {
			return err
		}
	}
	return step("")
}

// place is where the reading of a directory's files stands: behind an item, or before a name (id 0).
type place struct {
	key string
	id  int64
}

// filesBetween calls fn for a directory's files behind a name and id, up to a name ("": to the end), and moves the
// place on.
func (s *Store) filesBetween(ctx context.Context, d *Dir, at *place, upto string, fn func(*View) error) error {
	for more := true; more; {
		var page []View
		var err error
		if page, more, err = s.filesPage(ctx, d, at, upto); err != nil {
			return err
		}
		for i := range page {
			if err := fn(&page[i]); err != nil {
				return err
			}
			at.key, at.id = page[i].Name, page[i].ID
		}
	}
	if upto > at.key {
		at.key, at.id = upto, 0
	}
	return nil
}

// filesPage reads files behind a place, of either state, in order; more says that others follow. It ends before either
// state has more than PageRows or PageBytes.
func (s *Store) filesPage(ctx context.Context, d *Dir, at *place, upto string) (page []View, more bool, err error) {
	args := []driver.Value{d.ID, []byte(at.key), at.id}
	bound := ""
	if upto != "" {
		bound, args = " AND i.name < ?", append(args, []byte(upto))
	}
	args = append(args, int64(PageRows))
	var ends []*View // of the states that go on behind the page
	err = s.read(ctx, func(c *conn) error {
		for _, state := range [...]string{"i.state = {present}", "i.state > {present} AND i.state < {detached}"} {
			rows, bytes := 0, 0
			sql := "SELECT " + feedColumns + " FROM items i JOIN dirs d ON d.id = i.dir WHERE i.dir = ? AND (i.name, i.id) > (?, ?)" + bound +
				" AND " + state + " ORDER BY i.name, i.id LIMIT ?"
			err := c.each(sql, func(r row) error {
				v := scanView(s, r)
				page, rows, bytes = append(page, v), rows+1, bytes+v.bytes()
				if rows == PageRows || bytes > PageBytes {
					ends = append(ends, &v)
					return errPageFull
				}
				return nil
			}, args...)
			if err != nil && !errors.Is(err, errPageFull) {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(page, func(a, b View) int { return inName(&a, &b) })
	for _, end := range ends { // what lies behind where one state ended may have something of it before
		page = page[:sort.Search(len(page), func(i int) bool { return inName(&page[i], end) > 0 })]
	}
	return page, len(ends) > 0, err
}

func inName(a, b *View) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}
