package scanner

import (
	"context"
	"errors"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// comparing is a walk over a disk that is not the root's. It writes nothing.
type comparing struct {
	*comparison
	r       *runner
	t       tree.Tree
	volumes []int64 // that the root's items are on
	todo    []step
}

// step is a directory to be compared, with the rules of the one above.
type step struct {
	dir   string
	rules *ignore.Rules
}

// compareDir compares one directory.
func (w *comparing) compareDir(ctx context.Context, s step) error {
	l, err := w.t.List(ctx, s.dir)
	switch {
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir), errors.Is(err, tree.ErrOtherVolume):
		return nil
	case err != nil:
		return err
	}
	rules, err := rulesOf(ctx, w.t, s.rules, s.dir)
	if err != nil {
		return err
	}
	items, err := w.r.s.store.Standing(ctx, w.r.id, s.dir)
	if err != nil {
		return err
	}
	known := make(map[string]*store.Item, len(items))
	for i := range items {
		if slices.Contains(w.volumes, items[i].Volume) {
			known[items[i].Name] = &items[i]
		}
	}
	for i := range l.Entries {
		e := &l.Entries[i]
		switch p := tree.Join(s.dir, e.Name); {
		case !e.Type.Taken() || rules.IgnoredIn(s.dir, e.Name, e.Type == tree.Dir):
		case e.Mount: // is on no disk that is offered
		case e.Type == tree.Dir:
			w.todo = append(w.todo, step{p, rules})
		case known[e.Name] == nil:
			w.fresh++
		case known[e.Name].SameContent(e):
			w.matching++
		default:
			w.other++
		}
	}
	return nil
}
