package store

import (
	"fmt"
	"maps"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// What stands here is for works that are kept elsewhere than in this store: see elsewhere.go.

// WorkKindNumber is the number that a kind of works has in catalogs; 0: there is no such kind.
func WorkKindNumber(kind string) int64 { return workKindNumber(kind) }

// WorkKindOf is the kind of works that has a number; empty: none has.
func WorkKindOf(number int64) string { return workKindOf(number) }

// WorkTitleKey is by what a title of works sorts, as bytes do.
func (s *Sorter) WorkTitleKey(title string) []byte { return s.keys.workTitleKey(title) }

// Doc encodes what a work says of itself and has no column for.
func (w *WorkView) Doc() []byte { return w.doc(nil) }

// ReadDoc decodes what Doc of this or another version encoded. It is called once, of a work that has its ID.
func (w *WorkView) ReadDoc(doc []byte) error { return w.readDoc(doc, noRoot) }

// noRoot is for works that are kept where roots have names alone.
func noRoot(number int64) (string, error) {
	return "", fmt.Errorf("%w: a work says a root by a number, %d", ErrCorrupt, number)
}

// How encodes what a member is, but for its item and its place; nil is what most are.
func (m *Member) How() []byte { return m.how() }

// ReadHow gives what How encoded.
func ReadHow(how []byte) (Member, error) { return scanHow(how) }

// Words are what a work is found by, as words.Of gives them: of its title and series, and of people.
func (w *WorkView) Words() [2]string { return w.words() }

// IsRanked reports whether the works of a query come in the order of words: see WorkTiers.
func (q *WorkQuery) IsRanked() bool { return q.Sort == byRank }

// How works that words find rank: tiers in the order of workMatches, and in one works with the fewest words in their
// titles first. By both together stands a place in the order.
const (
	WorkTiers    = workTiers
	WorkTierStep = workTierStep     // divides tiers in the keys of places
	MaxWorkTitle = workTierStep - 1 // words of a title, of which more rank as so many
)

// Check refuses what cannot be asked, and makes out an order where none is asked for.
func (q *WorkQuery) Check() error { return q.check() }

// Begin is the place behind which the page begins; nil: it is the first.
func (q *WorkQuery) Begin() (*PagePlace, error) {
	e, err := q.begin()
	if e == nil || err != nil {
		return nil, err
	}
	return &PagePlace{ID: e.id, Key: e.key}, nil
}

// End is the text by which the next page is asked for, behind a place.
func (q *WorkQuery) End(p *PagePlace) string { return q.endAt(&entry{id: p.ID, key: p.Key}) }

// Says reports whether a work is one of those asked for, by all that it says of itself: where its items lie is not
// looked at. A query is asked by one goroutine at a time.
func (q *WorkQuery) Says(w *WorkView) bool { return q.says(w) }

// OfKinds reports whether all works of the query's kinds are asked for, or all where it has none.
func (q *WorkQuery) OfKinds() bool { return q.isOfKinds() }

// Facts are all that filters compare of a work.
func (w *WorkView) Facts(f *filter.Facts) {
	f.Clear()
	workFacts(f, w)
}

// Weight is about what the work takes as JSON, in bytes or more: a page ends at PageBytes.
func (w *WorkView) Weight() int { return w.weight() }

// Hold gives the work its first members of some, which are in playing order and one more than MaxMembers at most.
func (w *WorkView) Hold(members []Member) { w.hold(members) }

// Change is what the feed says of a work that has its members.
func (w *WorkView) Change() Change { return w.change() }

// AddWorks adds changes of works to a page of items', all of which it has up to upto, and ends it where it has more
// than its bounds let in.
func (p *Page) AddWorks(works []Change, upto int64, most Bounds) { p.addWorks(works, upto, most) }

// CountWorkFacets begins to count the facets of works that are asked for with a query.
func CountWorkFacets(q *WorkQuery, by []string) (*FacetCounter, error) {
	f, err := newFacets(by, workFacets, q.Under)
	if err != nil {
		return nil, err
	}
	return &FacetCounter{f: f}, nil
}

// TakeWork counts a work, and reports whether there is time for more.
func (c *FacetCounter) TakeWork(w *WorkView) (more bool) {
	c.f.takeWork(w, &c.facts)
	return !c.f.isLate()
}

// EachFacet calls fn with the values that a work has of each facet but its kind, as they are compared and as they are
// shown; facts are the work's.
func (w *WorkView) EachFacet(facts *filter.Facts, fn func(facet, compared, shown string)) {
	var f facets
	for _, name := range workFacets {
		switch name {
		case "kind", "decade":
			continue
		case "state":
			fn(name, w.State(), quoted(w.State()))
			continue
		}
		f.keys = f.values(f.keys[:0], name, facts, nil)
		for _, k := range f.keys {
			fn(name, k.compared, k.shown)
		}
	}
}

// UnitMemberOf is an item of a unit by its path below that and by its document, which must stay as they are.
func UnitMemberOf(path string, doc []byte) UnitMember {
	return UnitMember{name: []byte(path), doc: doc}
}

// RankMembers gives the members their ranks, those that they have where the order lets them. It tells which of them are
// to be written, by their places, and at which ranks nothing stays as it is kept.
func (p *WorkPut) RankMembers() (put []int, gone []int64) {
	put, was := p.rankMembers()
	return put, slices.Collect(maps.Keys(was))
}

// IsNews reports whether a work that is kept is another one by what is put, or stands behind an item of it that has
// changed. changed says that its members are others, or stand elsewhere.
func (p *WorkPut) IsNews(changed bool) bool { return p.isNews(changed) }

// Number has the work have changed now, with a number of the feed.
func (p *WorkPut) Number(seq int64) { p.number(seq) }
