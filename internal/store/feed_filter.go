package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// FeedFilter is what of the feed somebody wants; nil lists want everything. The zero value wants all items.
type FeedFilter struct {
	Roots   []string
	Kinds   []media.Kind
	Works   bool // works too
	NoItems bool // no items
}

// All reports whether no item and no work is left out for what it is.
func (f *FeedFilter) All() bool { return len(f.Roots) == 0 && len(f.Kinds) == 0 }

// OfRoot reports whether a root passes.
func (f *FeedFilter) OfRoot(name string) bool {
	return len(f.Roots) == 0 || slices.Contains(f.Roots, name)
}

// Sorts says what it wants of the feed.
func (f *FeedFilter) Sorts() Sorts { return Sorts{Items: !f.NoItems, Works: f.Works} }

// wants reports whether a change is of a sort that is wanted.
func (f *FeedFilter) wants(ch *Change) bool {
	if ch.Work {
		return f.Works
	}
	return !f.NoItems
}

// Match reports whether a change is wanted and passes the lists. A work does by any of its roots.
func (f *FeedFilter) Match(ch *Change) bool {
	if !f.wants(ch) || (len(f.Kinds) > 0 && !slices.Contains(f.Kinds, ch.Kind)) {
		return false
	}
	if ch.Work {
		return len(f.Roots) == 0 || slices.ContainsFunc(ch.Roots, f.OfRoot)
	}
	return f.OfRoot(ch.Root)
}

// CheckFeedKind refuses what is neither a kind of items nor one of works.
func CheckFeedKind(kind string) error {
	if !media.Kind(kind).Valid() && workKindNumber(kind) == 0 {
		return fmt.Errorf("%w: no kind is called %.40q: there are %s", ErrQuery, kind, strings.Join(FeedKinds(), ", "))
	}
	return nil
}

// FeedKinds returns the kinds of items, and then those that only works have.
func FeedKinds() (kinds []string) {
	kinds = media.KindNames()
	for _, k := range WorkKinds() {
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// Apply gives what somebody sees of some changes who held all that passes the filter at the number
// whole: an item that has left the filter since reaches it as a deletion. The cursor would not do in its
// place: an item that left below it and changed again is not in the page that covers its leaving.
func (f *FeedFilter) Apply(whole int64, changes []Change) []Change {
	if f.All() && !slices.ContainsFunc(changes, func(ch Change) bool { return !f.wants(&ch) }) {
		return changes
	}
	var out []Change
	for i := range changes {
		ch := changes[i]
		if !f.wants(&ch) {
			continue
		}
		if !f.Match(&ch) {
			if ch.FilterSeq <= whole {
				continue
			}
			ch.Delete, ch.Item, ch.Was = true, nil, f.leftFrom(&ch)
		}
		out = append(out, ch)
	}
	return out
}

// leftFrom is where an item was last that has left the filter, as far as its newest change tells.
func (f *FeedFilter) leftFrom(ch *Change) Spot {
	for _, p := range []Spot{ch.Previous, ch.Was} {
		if p.Known() && f.OfRoot(p.Root) {
			return p
		}
	}
	return Spot{}
}

// Bound names the filter in cursors: filters that want the same have one name. That of all items is empty.
func (f *FeedFilter) Bound() string {
	if f.All() && !f.Works && !f.NoItems {
		return ""
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, f.Wish()) // never fails
	return strconv.FormatUint(h.Sum64(), 36)
}

// Wish is the filter as a text: those that want the same have the same one.
func (f *FeedFilter) Wish() string {
	var b strings.Builder
	list := func(name string, values []string) {
		values = slices.Clone(values)
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(name + "\x00" + v + "\x00")
		}
	}
	kinds := make([]string, len(f.Kinds))
	for i, k := range f.Kinds {
		kinds[i] = string(k)
	}
	list("root", f.Roots)
	list("kind", kinds)
	b.WriteString(strconv.FormatBool(f.Works) + strconv.FormatBool(f.NoItems))
	return b.String()
}

// Fits reports whether a cursor is of this filter, or of none.
func (f *FeedFilter) Fits(at media.Cursor) bool { return at.Bound == "" || at.Bound == f.Bound() }

// LoadOf reads the page of a first load before which a cursor stands, of what passes a filter: all items come first,
// and works behind them. next is the cursor behind it.
func (s *Store) LoadOf(
	ctx context.Context, f *FeedFilter, at media.Cursor, most Bounds,
) (changes []Change, next media.Cursor, err error) {
	works := at.Works || f.NoItems
	read := s.Load
	if works {
		read = s.LoadWorks
	}
	p, err := read(ctx, at.Seq, at.Position, most)
	if err != nil {
		return nil, at, err
	}
	next = s.Cursor(at.Seq).Read(max(at.Seen, p.Head))
	next.Bound = f.Bound()
	switch {
	case !p.Done:
		next.Load, next.Works, next.Position = true, works, p.Next
	case !works && f.Works:
		next.Load, next.Works = true, true
	}
	for i := range p.Changes {
		if f.Match(&p.Changes[i]) {
			changes = append(changes, p.Changes[i])
		}
	}
	return changes, next, nil
}

// FloorOf is the number below which a reader of some sorts cannot catch up.
func (s *Store) FloorOf(sorts Sorts) int64 {
	if sorts.Works {
		return s.WorksFloor()
	}
	return s.Floor()
}
