package store

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"
)

// Walk calls fn for every item in the order of root and path (as bytes), from a position on. It reads
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
		after, exclusive := "", false
		if r.Name == from.Root {
			after, exclusive = from.Path, true
		}
		if err := s.WalkRoot(ctx, r.ID, "", after, exclusive, fn); err != nil {
			return err
		}
	}
	return nil
}

// Position is a place in the order of root and path: just behind the items at it.
type Position struct{ Root, Path string }

// WalkRoot walks what lies below a directory of one root in the order of paths: from after on, without
// it if exclusive.
func (s *Store) WalkRoot(ctx context.Context, root int64, under, after string, exclusive bool, fn func(*View) error) error {
	d, found, err := s.Dir(ctx, root, under)
	if err != nil || !found {
		return err
	}
	return s.walkDir(ctx, &d, after, exclusive, fn)
}

// part is a directory below, by the key that sorts it among the files: its name and a slash.
type part struct {
	key string
	dir Dir
}

func (s *Store) walkDir(ctx context.Context, d *Dir, after string, exclusive bool, fn func(*View) error) error {
	var subs []part
	err := s.read(ctx, func(c *conn) error {
		dirs, err := dirsWhere(c, "parent = ?", d.ID)
		for _, sub := range dirs {
			subs = append(subs, part{sub.Path[strings.LastIndexByte(sub.Path, '/')+1:] + "/", sub})
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
	name := "" // files from this name on
	if rest, ok := strings.CutPrefix(after, prefix); ok {
		name = rest
	} else if after > prefix {
		return nil
	}
	step := func(upto string) error { return s.filesBetween(ctx, d, &name, upto, &exclusive, fn) }
	for i := range subs {
		if key := prefix + subs[i].key; after > key && !strings.HasPrefix(after, key) {
			continue // all of it lies before
		}
		if err := step(subs[i].key); err != nil {
			return err
		}
		if err := s.walkDir(ctx, &subs[i].dir, after, exclusive, fn); err != nil {
			return err
		}
	}
	return step("")
}

// filesBetween calls fn for a directory's files from *name up to a name ("": to the end), and moves
// *name on.
func (s *Store) filesBetween(ctx context.Context, d *Dir, name *string, upto string, exclusive *bool, fn func(*View) error) error {
	for more := true; more; {
		page, err := s.filesPage(ctx, d, *name, upto, *exclusive)
		if err != nil {
			return err
		}
		if more = len(page) >= PageRows; more {
			page = page[:PageRows] // either state may go on behind it
		}
		for i := range page {
			if err := fn(&page[i]); err != nil {
				return err
			}
			*name, *exclusive = page[i].Name, true
		}
	}
	if upto > *name {
		*name, *exclusive = upto, false
	}
	return nil
}

func (s *Store) filesPage(ctx context.Context, d *Dir, name, upto string, exclusive bool) (page []View, err error) {
	op, args := ">=", []driver.Value{d.ID, []byte(name)}
	if exclusive {
		op = ">"
	}
	bound := ""
	if upto != "" {
		bound, args = " AND i.name < ?", append(args, []byte(upto))
	}
	args = append(args, int64(PageRows))
	err = s.read(ctx, func(c *conn) error {
		for _, state := range [...]string{"i.state = 0", "i.state > 0 AND i.state < 3"} {
			sql := "SELECT " + feedColumns + " FROM items i JOIN dirs d ON d.id = i.dir WHERE i.dir = ? AND i.name " + op + " ?" + bound +
				" AND " + state + " ORDER BY i.name LIMIT ?"
			if err := c.each(sql, func(r row) error { page = append(page, scanView(s, r)); return nil }, args...); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortStableFunc(page, func(a, b View) int { return strings.Compare(a.Name, b.Name) })
	return page, err
}
