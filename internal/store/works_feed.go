package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Sorts says what of the feed is read.
type Sorts struct {
	Items bool
	Works bool
}

// ChangesOf reads what is asked for of the feed above after, in order, within bounds and none above upto (0: the head).
// Items and works stand in one order, and works behind what they are made of.
func (s *Store) ChangesOf(ctx context.Context, sorts Sorts, after, upto int64, most Bounds) (p Page, err error) {
	if sorts == (Sorts{Items: true}) {
		return s.Changes(ctx, after, upto, most)
	}
	most = most.Within()
	err = s.readFeed(ctx, func(c *conn) error {
		if p.Head, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		end := p.Head
		if upto > 0 {
			end = min(upto, p.Head)
		}
		if sorts.Items {
			if end, err = s.itemChanges(c, &p, after, end, most); err != nil {
				return err
			}
		}
		works, end, err := changedWorks(c, after, end, most)
		if err != nil {
			return err
		}
		p.addWorks(works, end, most)
		return nil
	})
	return p, err
}

func (p *Page) addWorks(works []Change, upto int64, most Bounds) {
	p.Changes = slices.DeleteFunc(p.Changes, func(ch Change) bool { return ch.Seq > upto })
	p.Changes = append(p.Changes, works...)
	slices.SortFunc(p.Changes, func(a, b Change) int { return cmp.Compare(a.Seq, b.Seq) })
	p.Upto = upto
	p.cut(most)
}

// cut ends a page where it has more than its bounds let in.
func (p *Page) cut(most Bounds) {
	bytes := 0
	for i := range p.Changes {
		bytes += p.Changes[i].Size()
		if i > 0 && (i == most.Rows || bytes > most.Bytes) {
			p.Upto = p.Changes[i-1].Seq
			p.Changes = p.Changes[:i]
			return
		}
	}
}

// changedWorks reads works with numbers in a stretch, those that are gone as deletions, and how far it came.
func changedWorks(c *conn, after, end int64, most Bounds) (out []Change, upto int64, err error) {
	var works []WorkView
	err = eachWork(c, "WHERE w.seq > ? AND w.seq <= ? ORDER BY w.seq LIMIT ?", func(w *WorkView) error {
		works = append(works, *w)
		return nil
	}, after, end, int64(most.Rows))
	if err != nil {
		return nil, 0, err
	}
	if upto = end; len(works) == most.Rows {
		upto = works[len(works)-1].Seq
	}
	bytes := 0
	for i := range works {
		ch, err := works[i].changeWith(c)
		if err != nil {
			return nil, 0, err
		}
		if bytes += len(ch.Item) + changeBytes; bytes > most.Bytes && i > 0 {
			return out, works[i-1].Seq, nil
		}
		out = append(out, ch)
	}
	return out, upto, nil
}

// changeWith reads a work's members, where it has any, and gives what the feed says of it.
func (w *WorkView) changeWith(c *conn) (Change, error) {
	if w.Gone == 0 {
		if err := fillMembers(c, w); err != nil {
			return Change{}, err
		}
	}
	return w.change(), nil
}

// change is what the feed says of a work that has its members.
func (w *WorkView) change() Change {
	ch := Change{Seq: w.Seq, ID: w.ID, Work: true, Kind: media.Kind(w.Kind), Roots: w.Roots,
		FilterSeq: w.FilterSeq, Delete: w.Gone > 0}
	if !ch.Delete {
		ch.Item = w.AppendJSON(nil, true)
	}
	return ch
}

// LoadWorks reads a first load's page: works above position by id that have not changed since h0. It follows the load
// of items.
func (s *Store) LoadWorks(ctx context.Context, h0, position int64, most Bounds) (page LoadPage, err error) {
	most = most.Within()
	err = s.readFeed(ctx, func(c *conn) error {
		if page.Head, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		page.Next = position
		rows, bytes := 0, 0
		var works []WorkView
		err := eachWork(c, "WHERE w.id > ? ORDER BY w.id LIMIT ?", func(w *WorkView) error {
			works = append(works, *w)
			return nil
		}, position, int64(most.Rows))
		if err != nil {
			return err
		}
		page.Done = len(works) < most.Rows
		for i := range works {
			w := &works[i]
			if w.Gone == 0 && w.Seq <= h0 { // a later change comes by its number
				ch, err := w.changeWith(c)
				if err != nil {
					return err
				}
				if bytes += len(ch.Item) + changeBytes; bytes > most.Bytes && rows > 0 {
					page.Done = false
					return nil
				}
				page.Changes = append(page.Changes, ch)
				rows++
			}
			page.Next = w.ID
		}
		return nil
	})
	return page, err
}

// EachWork reads every work with all its members, their roots and paths, in the order of ids, and calls fn with its
// JSON.
func (s *Store) EachWork(ctx context.Context, kinds []string, fn func(line []byte) error) error {
	const piece = 200
	for position, more := int64(0), true; more; {
		err := s.read(ctx, func(c *conn) error {
			works, err := worksWhere(c, "w.id > ? AND w.gone = 0 ORDER BY w.id LIMIT ?", position, int64(piece))
			if err != nil {
				return err
			}
			more = len(works) == piece
			for i := range works {
				position = works[i].ID
				if len(kinds) > 0 && !slices.Contains(kinds, works[i].Kind) {
					continue
				}
				line, err := s.whole(c, &works[i])
				if err == nil {
					err = fn(line)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// whole is a work's JSON with all its members, where they lie too.
func (s *Store) whole(c *conn, w *WorkView) ([]byte, error) {
	members, err := membersOf(c, w.ID, nil, 0, 0)
	if err != nil {
		return nil, err
	}
	items := make([]memberJSON, 0, len(members))
	for i := range members {
		m := members[i].json()
		found, err := c.one("SELECT i.root, d.path, i.name FROM items i JOIN dirs d ON d.id = i.dir "+
			"WHERE i.id = ?", func(r row) {
			m.Root, m.Path = s.rootName(r.int(0)), tree.Join(string(r.bytes(1)), string(r.bytes(2)))
		}, m.ID)
		if err != nil {
			return nil, err
		}
		if found {
			items = append(items, m)
		}
	}
	return w.appendWith(nil, &items, false), nil
}
