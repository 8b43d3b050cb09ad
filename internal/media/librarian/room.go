package librarian

import (
	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// room is memory that one batch leaves to the next, for as long as there is one: to derive a library makes a few
// kilobytes an item, which would otherwise be collected again and again.
type room struct {
	most    int // items: of a larger batch nothing is kept
	says    []*[saidAtOnce]works.Said
	lent    int // of says
	sharing works.Sharing
	doc     store.Said     // of the item that is read
	items   []works.Item   // of the unit that is read
	kept    [][]works.Item // of units that have been read, in pieces
	filled  int            // of these
	changed []store.ChangedItem
	joined  []works.Work
	alike   []works.Work
	views   []store.WorkView
	puts    []store.WorkPut
	read    readItems
}

const (
	saidAtOnce = 64
	keptAtOnce = 256
)

// lend gives what an item says a place.
func (r *room) lend() *works.Said {
	at := r.lent / saidAtOnce
	if at == len(r.says) {
		r.says = append(r.says, new([saidAtOnce]works.Said))
	}
	r.lent++
	return &r.says[at][(r.lent-1)%saidAtOnce]
}

// keep gives the items of a unit a place of their own.
func (r *room) keep(items []works.Item) []works.Item {
	for r.filled < len(r.kept) && cap(r.kept[r.filled])-len(r.kept[r.filled]) < len(items) {
		r.filled++
	}
	if r.filled == len(r.kept) {
		r.kept = append(r.kept, make([]works.Item, 0, max(keptAtOnce, len(items))))
	}
	piece := &r.kept[r.filled]
	from := len(*piece)
	*piece = append(*piece, items...)
	return (*piece)[from:len(*piece):len(*piece)]
}

// clear makes the room empty for another batch.
func (r *room) clear() {
	if r.lent > r.most || cap(r.views) > r.most {
		*r = room{most: r.most}
	}
	r.lent = 0
	r.sharing.Forget()
	empty(&r.read)
	empty(&r.items)
	for i := range r.kept {
		empty(&r.kept[i])
	}
	r.filled = 0
	empty(&r.changed)
	empty(&r.joined)
	empty(&r.alike)
	empty(&r.views)
	empty(&r.puts)
}

// letGo gives back what many items said.
func (r *room) letGo() {
	if r.lent > r.most {
		r.says, r.lent, r.sharing = nil, 0, works.Sharing{}
		r.kept, r.filled = nil, 0
	}
}

// empty forgets what was in a slice, and keeps its place.
func empty[S ~[]T, T any](s *S) {
	clear((*s)[:cap(*s)])
	*s = (*s)[:0]
}

// said is what the item says, with a place of its own.
func (r *room) said(m *store.UnitMember) *works.Said {
	m.Say(&r.doc)
	s := r.lend()
	r.sharing.Say(&r.doc.Description, s)
	return s
}
