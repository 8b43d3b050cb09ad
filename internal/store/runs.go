package store

import (
	"maps"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// keptRuns is how many runs the catalog remembers. Clients whose cursor is of an earlier one load anew.
const keptRuns = 10_000

// runs says which cursors lie on the catalog's own way.
//
// Numbers are given again where the end of a catalog is lost though it had been synced: by a disk that lies, a snapshot
// that is put back, a copy of the file. So every cursor names the run that gave it, and the catalog remembers where
// each run ended, as far as it knows: what a run gave above that belongs to a past that never was. Both are one
// transaction with the run's first change, so where the change is lost the run is unknown, and so is every cursor of
// it. A run that changes nothing gives the cursors of the last one that did.
type runs struct {
	current string
	begun   bool             // by this process
	ended   map[string]int64 // the head with which the next one began
}

func (s *Store) loadRuns(c *conn) error {
	r := runs{ended: map[string]int64{}}
	err := c.each("SELECT id, upto FROM runs ORDER BY n", func(row row) error {
		if r.current = row.text(0); !row.null(1) {
			r.ended[row.text(0)] = row.int(1)
		}
		return nil
	})
	s.ran.Store(&r)
	return err
}

// beginRun writes with a process's first change that its run follows upon the last one, which came up to head.
func (tx *Tx) beginRun(head int64) (*runs, error) {
	was := tx.s.ran.Load()
	if was.begun {
		return was, nil
	}
	r := runs{current: newEpoch(), begun: true, ended: maps.Clone(was.ended)}
	r.ended[was.current] = head
	if err := tx.c.exec("UPDATE runs SET upto = ? WHERE upto IS NULL", head); err != nil {
		return nil, err
	}
	if err := tx.c.exec("INSERT INTO runs (id) VALUES (?)", r.current); err != nil {
		return nil, err
	}
	// Below the floor a cursor is of no use, whatever its run.
	const old = " FROM runs WHERE upto < ? OR n <= (SELECT max(n) FROM runs) - ?"
	floor := tx.s.floor.Load()
	err := tx.c.each("SELECT id"+old, func(row row) error { delete(r.ended, row.text(0)); return nil }, floor, int64(keptRuns))
	if err == nil {
		err = tx.c.exec("DELETE"+old, floor, int64(keptRuns))
	}
	return &r, err
}

// Cursor is the place in the feed behind a number that is not above Head.
func (s *Store) Cursor(seq int64) media.Cursor {
	return media.Cursor{Epoch: s.epoch, Run: s.ran.Load().current, Seq: seq}
}

// Past is that of the catalog, which is the same for as long as it is open.
func (s *Store) Past() int64 { return 0 }

// Continues reports whether what a cursor has, and what was read on the way to it, is part of this catalog. Whether
// the feed still reaches back to it is for Floor to say.
func (s *Store) Continues(at media.Cursor) bool {
	// The head is read first: a run is published before what it changed.
	head, r := s.head.Load(), s.ran.Load()
	switch upto, ended := r.ended[at.Run]; {
	case at.Epoch != s.epoch:
		return false
	case ended:
		return max(at.Seq, at.Seen) <= upto
	case at.Run != r.current:
		return false
	case r.begun: // what this very run has shown is in the catalog
		return at.Seq <= head
	default:
		return max(at.Seq, at.Seen) <= head
	}
}

// Accepts is Continues, which is known at once here.
func (s *Store) Accepts(at media.Cursor) (bool, error) { return s.Continues(at), nil }
