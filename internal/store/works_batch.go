package store

// WorkPut is a work as it is to be kept.
type WorkPut struct {
	Old      *WorkView // as it is kept, with all its members; nil: it is new
	New      WorkView  // with all its members; their ranks are given here
	ParentAt int       // which of the puts before it is above it; -1: none is, and Parent says what is
	Keys     []int64   // of the parts that it is made of
	OldKeys  []int64   // as they are kept
}

// WorkBatch is what becomes of works with a stretch of the feed: it is written whole, with the place in the feed, or
// not at all.
type WorkBatch struct {
	Upto    int64
	Settled *int64 // see WorksSettled; nil: as it was
	Puts    []WorkPut
	Gone    []WorkEnd // works of which no item is left
	GoneAt  int64
	Units   []UnitPut
	Placed  []UnitItem // items that are in another unit than they were
	Credits []CreditPut

	titles     [][]byte // collation keys of what is put, where they are others
	generation int64    // see Store.regrouped
}

// WorkEnd is a work of which no item is left.
type WorkEnd struct {
	Work    int64
	OldKeys []int64
}

// UnitItem is an item in a unit; in unit 0 it is in none.
type UnitItem struct {
	Item, Unit int64
	Own        bool // it is that of the directory that the item was read in
}

// UnitPut is what is to be kept of a unit.
type UnitPut struct {
	Unit          int64
	Traces        []byte // nil: it has no parts
	Keys, OldKeys []int64
}

// CreditPut is by how many parts more, or fewer, whom somebody is named.
type CreditPut struct {
	Key   int64
	Party string
	Name  string
	Sort  string
	MBID  string
	N     int64
}

// empty reports whether nothing is to be written but the place.
func (b *WorkBatch) empty() bool {
	return b.Settled == nil && len(b.Puts)+len(b.Gone)+len(b.Units)+len(b.Placed)+len(b.Credits) == 0
}
