package scanner

import (
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// verdict is what a reconcile did and what it could not decide.
type verdict struct {
	added, changed, moved, missing int
	later                          int // changed files that may not be whole: the change is recorded when they are quiet

	returned  []int64     // when items that moved here had gone missing
	doubts    []doubt     // arrivals that may be moves: the old places must be looked at
	asks      []string    // names whose absence must be proven one by one
	gone      []store.Dir // directories proven absent, whose items are to follow
	list      bool        // only a whole listing can decide: look at all names
	stale     bool        // the look is older than what is known: look again
	above     []string    // directory above, whose listing is older than this directory: look at it
	echoes    []echo      // other names of files that changed
	growing   []string    // files that may not be whole: look again after a quiet while
	unsettled bool        // the rows do not equal the listing: the next look compares again
	skips     bool        // what is not followed is not what it was
	doubted   bool        // the file system has another size than when all was there: removals are held
	stampLied bool        // names changed although the directory's stamp stood
	recheckAt int64       // the directory's, as stored
}

// doubt is an item that would move here if its place elsewhere is proven not to show it any more.
type doubt struct {
	item   int64
	root   int64
	dir    string
	name   string
	id     tree.FileID
	size   int64
	mtime  int64
	weak   bool // an identity alone proves nothing: what has the size and time at the name is the file
	strong bool // one link and an identity that proves itself: only the same file still in its place speaks against a move
}

// standsAs reports whether what is seen at the item's place is still its file.
func (d *doubt) standsAs(e *tree.Entry) bool {
	return e.ID == d.id || d.weak && e.Type == tree.File && e.Size == d.size && e.MTime == d.mtime
}

// matching is the state of one reconcile.
type matching struct {
	*sighting
	part    *part // of the names, nil: all
	tx      *store.Tx
	d       store.Dir
	vol     int64
	v       verdict
	present map[string]*store.Item // rows of this directory, by name
	lost    map[string]*store.Item // rows missing from it, by name
	settled map[int64]struct{}     // ids that have found their place in this look
	held    map[string]struct{}    // names that wait for a proof
	left    map[int64]struct{}     // other directories that items moved here from
	linked  []*store.Item          // rows written of files with several names
	read    map[int64]store.Dir    // see dirByID

	accompanied bool // something may describe the files here: see describedHere
	askedAbove  bool // whether something in a directory above does
	alone       bool // all files here accompany others: see onlyCompanions
	askedAlone  bool // whether they do

	parted []store.Item // rows of files that are no more in their places
}

// reconcile makes the catalog's view of one directory, or of a part of it, equal to a sighting, in one transaction. It adds
// to what came of the parts before. Arrivals decide moves; see identity.go.
func (g *sighting) reconcile(tx *store.Tx, p *part, v verdict) (verdict, error) {
	m := &matching{sighting: g, part: p, tx: tx, v: v, settled: map[int64]struct{}{}, held: map[string]struct{}{}}
	var err error
	if m.v.stale, err = m.revive(); err != nil || m.v.stale {
		return m.v, err
	}
	if err := m.load(); err != nil {
		return m.v, fmt.Errorf("reconcile %q: %w", g.dir, err)
	}
	before := m.d
	oldDigest, err := m.rowsDigest()
	if err != nil {
		return m.v, err
	}
	for _, step := range []func() error{m.match, m.depart, m.departDirs, m.reflect, m.doubtTotal} {
		if err := step(); err != nil {
			return m.v, fmt.Errorf("reconcile %q: %w", g.dir, err)
		}
	}
	m.settle(before, oldDigest)
	m.v.skips = m.v.skips || m.d.Skipped != before.Skipped
	if m.d != before {
		if err := tx.SaveDir(&m.d); err != nil {
			return m.v, err
		}
	}
	m.v.recheckAt = m.d.RecheckAt
	return m.v, nil
}

// revive makes directories above that were gone stand again, since this one is there. But it reports stale
// where this look began before one of them, or this one, was proven absent: what it saw may be what is gone.
//
// The lowest directory above that stands had been listed before this one was made, unless that listing led
// here: what its row says of its listing is not true any more.
func (m *matching) revive() (stale bool, err error) {
	var gone []store.Dir
	for dir := m.dir; ; dir = tree.Parent(dir) {
		d, found, err := m.tx.Dir(m.root, dir)
		if err != nil {
			return false, err
		}
		if found && !d.Gone {
			if dir != m.dir && !(m.listedAbove && dir == tree.Parent(m.dir)) {
				m.v.above = append(m.v.above, dir)
				if err := m.tx.Unsettle(d.ID); err != nil {
					return false, err
				}
			}
			break
		}
		if found && m.now <= d.Stamp && d.Stamp-m.now < int64(time.Minute) { // else the clock was set back
			return true, nil
		}
		if found && dir != m.dir {
			gone = append(gone, d)
		}
		if dir == "" {
			break
		}
	}
	for i := range gone {
		gone[i].Gone, gone[i].Stamp = false, 0
		if err := m.tx.SaveDir(&gone[i]); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (m *matching) load() (err error) {
	if m.vol, err = m.tx.Volume(m.volume); err != nil {
		return err
	}
	if m.d, err = m.tx.EnsureDir(m.root, m.dir, m.vol); err != nil {
		return err
	}
	if m.d.Gone {
		m.d.Stamp = 0
	}
	var rows []store.Item
	switch {
	case m.part != nil:
		rows, err = m.tx.ItemsBetween(m.d.ID, m.part.from, m.part.to)
	case m.whole():
		rows, err = m.tx.ItemsIn(m.d.ID)
	default:
		for _, n := range m.names {
			at, err := m.tx.ItemsAt(m.d.ID, n)
			if err != nil {
				return err
			}
			rows = append(rows, at...)
		}
	}
	if err != nil {
		return err
	}
	m.present, m.lost = make(map[string]*store.Item, len(rows)), map[string]*store.Item{}
	for i := range rows {
		switch it := &rows[i]; it.State {
		case store.Present:
			m.present[it.Name] = it
		case store.Missing, store.Held:
			m.lost[it.Name] = it
		}
	}
	if m.listed == nil {
		m.index()
	}
	return nil
}

// rowsDigest is what the rows that are looked at put into the digest before anything changes.
func (m *matching) rowsDigest() (sum store.Digest, err error) {
	if m.whole() || !m.d.Settled {
		return sum, nil
	}
	for _, it := range m.present {
		sum = sum.Add(itemDigest(it))
	}
	return sum, nil
}
