package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

var errEnough = errors.New("page is full")

// queryPath reads a page in the order of root and path. It walks the tree of directories, or, where few
// items pass the filters or the order is reversed, finds and sorts those.
func (s *Store) queryPath(ctx context.Context, q *Query) (res Result, err error) {
	from, err := parsePosition(q.After)
	if err != nil {
		return res, err
	}
	where, args, few, err := s.filter(q)
	if err != nil {
		return res, err
	}
	if q.Descending || few {
		return s.sortPaths(ctx, q, where, args, from)
	}
	res.AsOf = s.Head()
	err = s.walkRoots(ctx, q, from, func(v *View) error {
		if !q.matches(v) {
			return nil
		}
		if len(res.Items) == q.Limit {
			last := &res.Items[q.Limit-1]
			res.Next = Position{last.Root, last.Path}.String()
			return errEnough
		}
		res.Items = append(res.Items, *v)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return res, err
}

func (s *Store) walkRoots(ctx context.Context, q *Query, from Position, fn func(*View) error) error {
	roots, err := s.Roots(ctx)
	if err != nil {
		return err
	}
	for _, r := range roots {
		if r.DetachedAt != 0 || r.Name < from.Root || (len(q.Roots) > 0 && !slices.Contains(q.Roots, r.Name)) {
			continue
		}
		after, exclusive := "", false
		if r.Name == from.Root {
			after, exclusive = from.Path, true
		}
		if err := s.WalkRoot(ctx, r.ID, q.Under, after, exclusive, fn); err != nil {
			return err
		}
	}
	return nil
}

func (q *Query) matches(v *View) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, string(v.Kind)) {
		return false
	}
	return q.State == "" || (q.State == "present") == (v.State == Present)
}

// sortPaths finds the ids and paths of all items that pass, keeps the page's, and reads those.
func (s *Store) sortPaths(ctx context.Context, q *Query, where string, args []driver.Value, from Position) (res Result, err error) {
	order := func(a, b *foundPath) int {
		n := cmp.Or(strings.Compare(a.at.Root, b.at.Root), strings.Compare(a.at.Path, b.at.Path), cmp.Compare(a.id, b.id))
		if q.Descending {
			return -n
		}
		return n
	}
	var page []foundPath
	start := &foundPath{at: from}
	err = s.read(ctx, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err != nil {
			return err
		}
		sql := "SELECT k.id, k.root, d.path, i.name FROM sort_keys k JOIN items i ON i.id = k.id JOIN dirs d ON d.id = i.dir WHERE " + where
		err := c.each(sql, func(r row) error {
			f := foundPath{r.int(0), Position{s.rootName(r.int(1)), Join(string(r.bytes(2)), string(r.bytes(3)))}}
			if from != (Position{}) && (f.at == from || order(&f, start) < 0) {
				return nil
			}
			if page = append(page, f); len(page) > 8*q.Limit+1024 {
				page = firstOf(page, q.Limit+1, order)
			}
			return nil
		}, args...)
		if err != nil {
			return err
		}
		page = firstOf(page, q.Limit+1, order)
		if len(page) > q.Limit {
			page = page[:q.Limit]
			res.Next = page[q.Limit-1].at.String()
		}
		ids := make([]int64, len(page))
		for i := range page {
			ids[i] = page[i].id
		}
		return s.views(c, ids, &res)
	})
	return res, err
}

type foundPath struct {
	id int64
	at Position
}

func firstOf(all []foundPath, n int, order func(a, b *foundPath) int) []foundPath {
	slices.SortFunc(all, func(a, b foundPath) int { return order(&a, &b) })
	return all[:min(n, len(all))]
}

// String encodes a position for a cursor.
func (p Position) String() string { return "p." + hex.EncodeToString([]byte(p.Root+"\x00"+p.Path)) }

func parsePosition(s string) (p Position, err error) {
	if s == "" {
		return p, nil
	}
	b, err := hex.DecodeString(strings.TrimPrefix(s, "p."))
	if err != nil || !strings.HasPrefix(s, "p.") {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	root, path, ok := strings.Cut(string(b), "\x00")
	if !ok {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	return Position{root, path}, nil
}

// validText replaces each byte that is not UTF-8.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
