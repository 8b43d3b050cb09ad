package reconcile

import (
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Result is what a reconcile did and what it could not decide.
type Result struct {
	Added, Changed, Moved, Missing int
	Deferred                       int // changed files that may not be whole: recorded when they are quiet

	ReturnedAt          []int64          // when items that moved here had gone missing
	UnresolvedMoves     []UnresolvedMove // arrivals that may be moves: the old places must be looked at
	UnconfirmedAbsences []string         // names whose absence must be proven one by one
	GoneDirs            []store.Dir      // directories proven absent, whose items are to follow
	NeedsListing        bool             // only a whole listing can decide
	Stale               bool             // the scan is older than what is known: scan again
	ParentsToScan       []string         // directories above, whose listings are older than this one
	Siblings            []Sibling        // other names of files that changed
	Growing             []string         // files that may not be whole: scan again after a quiet while
	Unequal             bool             // the rows do not equal the listing: the next scan compares again
	SkippedChanged      bool             // what is not followed is not what it was
	TotalChanged        bool             // the file system has another size than when all was there: removals are held
	Ahead               bool             // the files were written as they had been analysed ahead
	StampWrong          bool             // names changed although the directory's stamp stood
	RecheckAt           int64            // the directory's, as stored

	learnt learnt
}

// Open reports whether another scan has to decide something.
func (v *Result) Open() bool {
	return len(v.UnresolvedMoves) > 0 || len(v.UnconfirmedAbsences) > 0 || v.NeedsListing
}

// UnresolvedMove is an item that would move here if its place elsewhere is proven not to show it any more.
type UnresolvedMove struct {
	Item   int64
	Root   int64
	Dir    string
	Name   string
	ID     tree.FileID
	Size   int64
	MTime  int64
	Weak   bool // an identity alone proves nothing: what has the size and time at the name is the file
	Strong bool // one link, an identity that proves itself: only the file still in its place speaks against a move

	Detached bool // its root left the configuration: only the file still in its place speaks against a move
}

// StandsAs reports whether what is seen at the item's place is still its file.
func (d *UnresolvedMove) StandsAs(e *tree.Entry) bool {
	return e.ID == d.ID || d.Weak && e.Type == tree.File && e.Size == d.Size && e.MTime == d.MTime
}

// reconciliation is the state of one reconcile.
type reconciliation struct {
	*Snapshot
	part         *Part // of the names, nil: all
	tx           *store.Tx
	d            store.Dir
	fresh        bool      // the directory had no row
	above        store.Dir // the row of the directory right above; without an id: it has none
	vol          int64
	v            Result
	present      map[string]*store.Item // rows of this directory, by name
	lost         map[string]*store.Item // rows missing from it, by name
	matched      map[int64]struct{}     // ids that have found their place in this scan
	waiting      map[string]struct{}    // names that wait for a proof
	leftDirs     map[int64]struct{}     // other directories that items moved here from
	withSiblings []*store.Item          // rows written of files with several names
	read         map[int64]store.Dir    // see dirByID

	crowds   map[file]*crowd // files with many names that came here
	departed int64           // the count of names that left, when this scan began to be reconciled

	accompanied bool // something may describe the files here: see describedHere
	askedAbove  bool // whether something in a directory above does

	speaker  *store.Item  // of this part, which speaks for all of the directory
	replaced []store.Item // rows of files that are no more in their places
}

// Reconcile makes the catalog's view of one directory, or of a part of it, equal to a snapshot, in one transaction. It
// adds to what came of the parts before. Arrivals decide moves; see moves.go.
func (s *Snapshot) Reconcile(tx *store.Tx, p *Part, v Result) (Result, error) {
	rc := &reconciliation{Snapshot: s, part: p, tx: tx, v: v, matched: map[int64]struct{}{}, waiting: map[string]struct{}{}}
	rc.departed = s.Crowds.departures()
	rc.v.Ahead = false
	var err error
	rc.v.Stale, err = rc.reviveParents()
	if err == nil && rc.Unasked && !rc.fresh && (p == nil || p.n == 0) {
		rc.v.Stale = true
	}
	if err != nil || rc.v.Stale {
		return rc.v, err
	}
	if err := rc.load(); err != nil {
		return rc.v, fmt.Errorf("reconcile %q: %w", s.Dir, err)
	}
	before := rc.d
	oldDigest, err := rc.rowsDigest()
	if err != nil {
		return rc.v, err
	}
	for _, step := range []func() error{rc.match, rc.markMissing, rc.markSubdirsGone, rc.findSiblings, rc.checkTotal} {
		if err := step(); err != nil {
			return rc.v, fmt.Errorf("reconcile %q: %w", s.Dir, err)
		}
	}
	rc.updateDir(before, oldDigest)
	rc.v.SkippedChanged = rc.v.SkippedChanged || rc.d.Skipped != before.Skipped
	if rc.d != before {
		if err := tx.SaveDir(&rc.d); err != nil {
			return rc.v, err
		}
	}
	rc.v.RecheckAt = rc.d.RecheckAt
	return rc.v, nil
}

// reviveParents makes directories above that were gone stand again, since this one is there. But it reports stale
// where this scan began before one of them, or this one, was proven absent: what it saw may be what is gone.
//
// The lowest directory above that stands had been listed before this one was made, unless that listing led
// here: what its row says of its listing is not true any more.
func (rc *reconciliation) reviveParents() (stale bool, err error) {
	var gone []store.Dir
	for dir := rc.Dir; ; dir = tree.Parent(dir) {
		d, found, err := rc.tx.Dir(rc.Root, dir)
		if err != nil {
			return false, err
		}
		switch dir {
		case rc.Dir:
			rc.d, rc.fresh = d, !found
		case tree.Parent(rc.Dir):
			rc.above = d
		}
		if found && !d.Gone {
			if dir != rc.Dir && !(rc.ListedAbove && dir == tree.Parent(rc.Dir)) {
				rc.v.ParentsToScan = append(rc.v.ParentsToScan, dir)
				if err := rc.tx.Unsettle(d.ID); err != nil {
					return false, err
				}
			}
			break
		}
		if found && rc.Began <= d.GoneAt && d.GoneAt-rc.Began < int64(time.Minute) { // else the clock was set back
			return true, nil
		}
		if found && dir != rc.Dir {
			gone = append(gone, d)
		}
		if dir == "" {
			break
		}
	}
	for i := range gone {
		gone[i].Gone = false
		if err := rc.tx.SaveDir(&gone[i]); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (rc *reconciliation) load() (err error) {
	if rc.vol, err = rc.tx.Volume(rc.Volume); err != nil {
		return err
	}
	switch { // whose rows reviveParents has read
	case rc.fresh && rc.above.ID != 0:
		rc.d, err = rc.tx.AddDir(&rc.above, rc.Dir, rc.vol)
	case rc.fresh:
		rc.d, err = rc.tx.EnsureDir(rc.Root, rc.Dir, rc.vol)
	}
	if err != nil {
		return err
	}
	var rows []store.Item
	switch {
	case rc.fresh:
	case rc.part != nil:
		rows, err = rc.tx.ItemsBetween(rc.d.ID, rc.part.from, rc.part.to)
	case rc.complete():
		rows, err = rc.tx.ItemsIn(rc.d.ID)
	default:
		for _, n := range rc.Names {
			at, err := rc.tx.ItemsAt(rc.d.ID, n)
			if err != nil {
				return err
			}
			rows = append(rows, at...)
		}
	}
	if err != nil {
		return err
	}
	rc.present, rc.lost = make(map[string]*store.Item, len(rows)), map[string]*store.Item{}
	for i := range rows {
		switch it := &rows[i]; it.State {
		case store.Present:
			rc.present[it.Name] = it
		case store.Missing, store.Held:
			rc.lost[it.Name] = it
		}
	}
	if rc.listed == nil && rc.inOrder == nil {
		rc.index()
	}
	return nil
}
