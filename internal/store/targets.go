package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// keptForTargets is how many numbers of the feed a program may be behind before it has to look at everything.
const keptForTargets = 100_000

// Target is how far a program was told of changes.
type Target struct {
	Name    string
	Seq     int64  // the feed's number up to which it was told
	Refresh bool   // more has changed than is kept for it: it is to look at everything
	Upto    int64  // the number up to which the message tells that is on its way; 0: none is
	Message []byte // which is sent as it is until it was taken
	Off     string // what it was called by when it wanted no more; empty: it is told
}

// Handled says what a message, or the lack of one, settles: all up to a number, but for items that are not among them
// and have changed again since. Of those it is known from where on they are to be told.
type Handled struct {
	After, Upto int64
	Items       []int64
}

// Handle notes what is settled for a program, together with how far it was told.
func (tx *Tx) Handle(t *Target, h Handled) error {
	done := make(map[int64]bool, len(h.Items))
	for _, id := range h.Items {
		done[id] = true
		if err := tx.c.exec("DELETE FROM outran WHERE target = ? AND item = ?", t.Name, id); err != nil {
			return err
		}
	}
	var over []int64
	err := tx.c.each("SELECT DISTINCT item FROM vacated WHERE seq > ? AND seq <= ?", func(r row) error {
		if id := r.int(0); !done[id] {
			over = append(over, id)
		}
		return nil
	}, h.After, h.Upto)
	for _, id := range over {
		if err == nil { // what is noted of it by now goes back further
			err = tx.c.exec("INSERT OR IGNORE INTO outran (target, item, base) VALUES (?,?,?)", t.Name, id, h.After)
		}
	}
	return errors.Join(err, tx.SaveTarget(t))
}

// Target reads how far a program was told. One that is new is told of what comes from here on; one of a catalog that
// was put back has to look at everything.
func (s *Store) Target(ctx context.Context, name string) (t Target, err error) {
	ours := false
	err = s.readFeed(ctx, func(c *conn) (err error) {
		t, ours, err = s.targetAt(c, name)
		return err
	})
	if err != nil || ours {
		return t, err
	}
	err = s.Update(ctx, func(tx *Tx) (err error) {
		tx.s.targets.Store(1) // also where this is undone: what is written in vain is pruned
		if t, _, err = s.targetAt(tx.c, name); err != nil {
			return err
		}
		known := t.Name != ""
		t = Target{Name: name, Seq: tx.s.lastSeq, Refresh: known, Off: t.Off}
		return tx.SaveTarget(&t)
	})
	return t, err
}

// targetAt reads what is known of a program; ours says that it was told of this catalog.
func (s *Store) targetAt(c *conn, name string) (t Target, ours bool, err error) {
	_, err = c.one("SELECT epoch, seq, refresh, upto, message, off FROM targets WHERE name = ?", func(r row) {
		t = Target{name, r.int(1), r.int(2) != 0, r.int(3), bytes.Clone(r.bytes(4)), r.text(5)}
		ours = r.text(0) == s.epoch
	}, name)
	return t, ours, err
}

// SaveTarget writes how far a program was told.
func (tx *Tx) SaveTarget(t *Target) error {
	refresh := int64(0)
	if t.Refresh {
		refresh = 1
	}
	if t.Refresh { // it looks at everything
		if err := tx.c.exec("DELETE FROM outran WHERE target = ?", t.Name); err != nil {
			return err
		}
	}
	var message driver.Value
	if len(t.Message) > 0 {
		message = t.Message
	}
	return tx.c.exec(`INSERT INTO targets (name, epoch, seq, refresh, upto, message, off) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, refresh = excluded.refresh,
		upto = excluded.upto, message = excluded.message, off = excluded.off`,
		t.Name, tx.s.epoch, t.Seq, refresh, t.Upto, message, t.Off)
}

// DropTarget forgets a program that is not told of anything any more.
func (tx *Tx) DropTarget(name string) error {
	return errors.Join(tx.c.exec("DELETE FROM targets WHERE name = ?", name),
		tx.c.exec("DELETE FROM outran WHERE target = ?", name))
}

// TargetNames are the programs that are known.
func (s *Store) TargetNames(ctx context.Context) (names []string, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each("SELECT name FROM targets", func(r row) error { names = append(names, r.text(0)); return nil })
	})
	return names, err
}

// Behind says whether more has changed than is kept for a program: since a number of the feed that was given long ago,
// or too many changes.
func (s *Store) Behind(t *Target, longAgo int64) bool {
	head := s.Head()
	return t.Seq < head && (t.Seq < longAgo || head-t.Seq > keptForTargets) || t.Seq < s.Floor()
}

// NeededByTargets is the number of the feed above which something is kept for programs that are told of changes; those
// that are too far behind, and those that want no more, need nothing.
func (tx *Tx) NeededByTargets(longAgo int64) (int64, error) {
	return tx.c.number(`SELECT min(coalesce(min(t.seq), ?1), coalesce(min(p.base), ?1)) FROM targets t
		LEFT JOIN outran p ON p.target = t.name WHERE t.refresh = 0 AND t.off = '' AND t.seq >= ?2`,
		tx.s.lastSeq, max(longAgo, tx.s.lastSeq-keptForTargets))
}

// Told is a change as a program needs it that was told of all up to a number of the feed.
type Told struct {
	Change
	After   int64 // the number up to which it was told of this item
	First   Spot  // where the item was at that number, if it has moved since
	New     bool  // it came, or another kind or root came upon it, since
	Came    bool  // it came since
	Touched bool  // its file holds something else, since
}

// Told reads changes of items as Changes does, for a program that was told of all up to a number.
func (s *Store) Told(
	ctx context.Context, target string, after int64, most Bounds,
) (told []Told, upto int64, err error) {
	most = most.Within()
	err = s.readFeed(ctx, func(c *conn) error {
		var p Page
		head, err := c.number("SELECT value FROM meta WHERE key = 'head'")
		if err != nil {
			return err
		}
		if upto, err = s.itemChanges(c, &p, after, head, most); err != nil {
			return err
		}
		for _, ch := range p.Changes {
			base, err := c.number("SELECT coalesce(min(base), ?3) FROM outran WHERE target = ?1 AND item = ?2",
				target, ch.ID, after)
			if err != nil {
				return err
			}
			t := Told{Change: ch, After: base, New: max(ch.FilterSeq, -ch.FilterSeq) > base, Came: -ch.FilterSeq > base}
			err = c.each("SELECT root, path FROM vacated WHERE item = ? AND seq > ? ORDER BY seq", func(r row) error {
				root, rewritten := rootLeft(r.int(0))
				switch came := r.null(0) && !r.null(1); { // see cameAt
				case came:
					t.Came = true
				case r.null(0), rewritten:
					t.Touched = true
				}
				if root > 0 && !t.First.Known() {
					t.First = Spot{s.rootName(root), string(r.bytes(1))}
				}
				return nil
			}, ch.ID, base)
			if err != nil {
				return err
			}
			told = append(told, t)
		}
		return nil
	})
	return told, upto, err
}

// For says what a program with a filter is told of a change: nothing, where what it was told last still holds. ok is
// false then.
func (t *Told) For(f *FeedFilter) (ch Change, ok bool) {
	ch = t.Change
	first := t.First
	if t.Came {
		first = Spot{} // wherever it has been since, it is new to the program
	} else if !first.Known() {
		first = ch.Was
	}
	if !f.OfRoot(first.Root) {
		first = Spot{}
	}
	switch {
	case !ch.Delete && f.Match(&ch):
		if !t.New && !t.Touched && first == ch.Was { // perhaps it went away and came back
			return ch, false
		}
		ch.What, ch.Previous = WhatChanged, Spot{}
		if !first.Known() {
			ch.What = WhatAdded
		} else if first != ch.Was {
			ch.What, ch.Previous = WhatMoved, first
		}
		return ch, true
	case !first.Known(), !ch.Delete && !t.New: // it was never told of
		return ch, false
	}
	ch.Delete, ch.Item, ch.Was = true, nil, first
	return ch, kindsHold(f, ch.Kind) || ch.FilterSeq > t.After
}

func kindsHold(f *FeedFilter, kind media.Kind) bool {
	of := FeedFilter{Kinds: f.Kinds}
	return of.Match(&Change{Kind: kind})
}
