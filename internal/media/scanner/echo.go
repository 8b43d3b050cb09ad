package scanner

import (
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// echo is another name of a file that has several (hard links): events tell only of the name through
// which a file was changed, so the others are asked for.
type echo struct {
	root      int64
	dir, name string
}

// echoOf notes a row that was written of a file that has several names, or may have.
func (m *matching) echoOf(it *store.Item) {
	if it.Links != 1 {
		m.linked = append(m.linked, it)
	}
}

// reflect asks for the other names of such files where the catalog does not say of them what was seen here, and
// for those of files that are no more in their places here: through the name that is gone one may have been
// changed just before. Each look there finds the same file, so that nothing echoes for ever.
func (m *matching) reflect() error {
	for _, it := range m.linked {
		e := entryOf(it)
		if err := m.echo(it, func(o *store.Item) bool { return !o.Matches(&e) }); err != nil {
			return err
		}
	}
	for i := range m.parted {
		if err := m.echo(&m.parted[i], func(*store.Item) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

func (m *matching) echo(it *store.Item, stale func(other *store.Item) bool) error {
	echoes, err := otherNames(m.tx, it, func(o *store.Item) bool {
		_, seen := m.settled[o.ID]
		return !seen && stale(o)
	})
	m.v.echoes = append(m.v.echoes, echoes...)
	return err
}

// otherNames gives the other places where the catalog has the file of an item, where they are wanted.
func otherNames(tx *store.Tx, it *store.Item, wanted func(other *store.Item) bool) (echoes []echo, err error) {
	if it.FileID == (tree.FileID{}) {
		return nil, nil
	}
	names, err := tx.ItemsByIdentity(it.Volume, it.FileID)
	if err != nil {
		return nil, err
	}
	for i := range names {
		o := &names[i]
		if o.ID == it.ID || o.State != store.Present || !wanted(o) {
			continue
		}
		dir, found, err := tx.DirByID(o.Dir)
		if err != nil {
			return nil, err
		}
		if found {
			echoes = append(echoes, echo{o.Root, dir.Path, o.Name})
		}
	}
	return echoes, nil
}

// answer looks at the other names of files, which may be in other roots.
func (r *runner) answer(echoes []echo) {
	for _, e := range echoes {
		if e.root == r.id {
			if r.online {
				r.queue.hurry(&job{dir: e.dir, names: []string{e.name}})
			}
			continue
		}
		r.s.mu.RLock()
		other := r.s.byID[e.root]
		r.s.mu.RUnlock()
		if other == nil {
			continue // detached; when it comes back all of it is compared
		}
		other.hint(e.dir, []string{e.name}, false)
	}
}
