package scanner

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// detachedFor is how long a root that left the configuration keeps its items.
const detachedFor = 30 * 24 * time.Hour

const attachBatch = 2000

// SetRoots makes the configured roots those that are kept true: new ones start, changed ones start
// anew, those that left are detached and keep their ids for thirty days. What is missing is not forgotten meanwhile: it
// may be in a root that is to come.
func (s *Scanner) SetRoots(ctx context.Context, roots []RootConfig) error {
	s.attaching.Add(1)
	defer s.attaching.Add(-1)
	rows, err := s.store.Roots(ctx)
	if err != nil {
		return err
	}
	configured := map[string]*RootConfig{}
	for i := range roots {
		configured[roots[i].Name] = &roots[i]
	}
	for _, r := range s.all() {
		if c := configured[r.name]; c == nil || !c.same(&r.cfg) {
			if err := s.stop(ctx, r.name); err != nil {
				return err
			}
		}
	}
	for _, row := range rows {
		if c := configured[row.Name]; c != nil && c.Location == row.Location {
			continue
		}
		if err := s.detach(ctx, row); err != nil {
			return err
		}
	}
	if rows, err = s.store.Roots(ctx); err != nil {
		return err
	}
	for i := range roots {
		if s.runner(roots[i].Name) != nil {
			continue // as it was
		}
		row, err := s.attach(ctx, &roots[i], rows)
		if err != nil {
			return fmt.Errorf("root %q: %w", roots[i].Name, err)
		}
		if err := s.start(roots[i], row); err != nil {
			return err
		}
	}
	return s.forgetDetached(ctx)
}

// same reports whether a root can go on running as it does.
func (c *RootConfig) same(o *RootConfig) bool {
	a, b := *c, *o
	a.Tree, b.Tree, a.Another, b.Another = nil, nil, nil, nil
	return reflect.DeepEqual(a, b)
}

// detach hides a root's items: the feed shows them deleted, the catalog keeps them. Of a root that is detached already
// it hides what a crash left.
func (s *Scanner) detach(ctx context.Context, row store.Root) error {
	if row.DetachedAt == 0 {
		s.log.Info("root left the configuration, its items are kept for 30 days", zap.String("root", row.Name), zap.String("location", row.Location))
		row.DetachedAt = s.store.NotBefore(time.Now().UnixNano())
		row.Name = fmt.Sprintf("%s (detached %d)", row.Name, row.ID) // a configured root may take the name
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.SaveRoot(&row) }); err != nil {
			return err
		}
	}
	if s.store.RootItems(row.ID) == 0 { // all are hidden
		return nil
	}
	return s.eachItem(ctx, row.ID, store.Present, store.Held, func(tx *store.Tx, it *store.Item) error {
		old := *it
		hide(it)
		if it.DropWork(); it.CTime != old.CTime {
			if err := tx.Unsettle(it.Dir); err != nil {
				return err
			}
		}
		return tx.Save(&old, it)
	})
}

// hide makes an item one of a root that left. That it was missing says only that nothing has found it yet: what moved
// a moment ago may be found when the root is back, and what is held waits for a person. So it is kept apart from what
// stood by since when, which of what is held is below zero.
func hide(it *store.Item) {
	switch it.State {
	case store.Present:
		it.MissingAt = 0
	case store.Held:
		it.MissingAt = -it.MissingAt
	}
	it.State = store.Detached
}

// attach finds the row of a configured root: its own, one detached from the same place, or a new one. Where the place
// can be reached, a detached one has to be of the file system that is there: another disk is another library.
func (s *Scanner) attach(ctx context.Context, c *RootConfig, rows []store.Root) (store.Root, error) {
	there, asked := tree.Volume{}, false
	var detached *store.Root
	for i := range rows {
		row := &rows[i]
		if row.DetachedAt == 0 && row.Name == c.Name {
			return *row, s.eachItem(ctx, row.ID, store.Detached, store.Detached, restore) // what a crash left undone
		}
		if row.DetachedAt == 0 || row.Location != c.Location || detached != nil && row.DetachedAt <= detached.DetachedAt {
			continue
		}
		if !asked {
			there, asked = volumeIn(ctx, c.Tree), true
		}
		if there.ID == "" || row.Ident == "" || there.ID == row.Ident || there.Former == row.Ident {
			detached = row
		}
	}
	if detached != nil {
		row := *detached
		row.Name, row.DetachedAt = c.Name, 0
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.SaveRoot(&row) }); err != nil {
			return row, err
		}
		return row, s.eachItem(ctx, row.ID, store.Detached, store.Detached, restore)
	}
	row := store.Root{Name: c.Name, Kind: c.Kind, Location: c.Location}
	err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.AddRoot(&row) })
	return row, err
}

// attachLimit bounds how long a place is asked what it is.
const attachLimit = 5 * time.Second

// volumeIn tells which file system is in a place; the zero Volume where that cannot be told now.
func volumeIn(ctx context.Context, t tree.Tree) tree.Volume {
	ctx, cancel := context.WithTimeout(ctx, attachLimit)
	defer cancel()
	v, err := t.Identify(ctx)
	if err != nil {
		return tree.Volume{}
	}
	return v
}

// restore makes an item of a root that is back what it was before hide. What was missing is so for another grace.
func restore(tx *store.Tx, it *store.Item) error {
	old := *it
	switch {
	case it.MissingAt > 0:
		it.State, it.MissingAt = store.Missing, time.Now().UnixNano()
		return tx.Save(&old, it)
	case it.MissingAt < 0:
		it.State, it.MissingAt = store.Held, -it.MissingAt
		return tx.Save(&old, it)
	}
	it.State = store.Present
	if it.Analysis == store.Pending && it.Size > 0 {
		it.Work = store.Analyse
	}
	return tx.Save(&old, it)
}

// forgetDetached drops the roots whose time is over.
func (s *Scanner) forgetDetached(ctx context.Context) error {
	rows, err := s.store.Roots(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.DetachedAt == 0 || time.Since(time.Unix(0, row.DetachedAt)) < detachedFor {
			continue
		}
		if row.DetachedAt < store.ClockSet.UnixNano() { // since when is not known: from now on
			row.DetachedAt = time.Now().UnixNano()
			if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.SaveRoot(&row) }); err != nil {
				return err
			}
			continue
		}
		if err := s.eachItem(ctx, row.ID, store.Detached, store.Detached, func(tx *store.Tx, it *store.Item) error { return tx.Remove(it) }); err != nil {
			return err
		}
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.DropRoot(row.ID) }); err != nil {
			return err
		}
		s.forgetFormer(row.ID)
	}
	return nil
}

// eachItem runs fn over a root's items in some states, in batches of one transaction each.
func (s *Scanner) eachItem(ctx context.Context, root int64, from, to store.State, fn func(*store.Tx, *store.Item) error) error {
	after, more := int64(0), true
	for more {
		err := s.store.Update(ctx, func(tx *store.Tx) error {
			items, err := tx.RootItems(root, after, from, to, attachBatch)
			if err != nil {
				return err
			}
			more = len(items) == attachBatch
			for i := range items {
				after = items[i].ID
				if err := fn(tx, &items[i]); err != nil {
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
