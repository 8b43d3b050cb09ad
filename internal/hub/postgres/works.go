package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Library is the hub's database as works are derived of it and kept in it: it is a librarian's catalog. What is read is
// of one moment, and what is written is one transaction with the place in the feed up to which it was read. One
// librarian at a time goes on with that place: what another one has read behind it meanwhile is not written.
//
// Units are known by hashes of their roots and folders. What an item's unit was stands in unit_items until the item has
// been taken in again; so does what a unit is read by: an item that has come and was not taken in is in none yet.
type Library struct {
	*Store
	now     place       // of what was read last
	reading *unitReader // what was read last, until it is written
	last    int         // items of the largest unit of the last batch, and of this one
	largest int
}

// place is how far works are derived.
type place struct {
	upto, settled, rules, generation, last int64
}

const readPlace = "SELECT upto, settled, rules, generation, last_work FROM works_place"

func (p *place) read(r pgx.Row) error {
	return r.Scan(&p.upto, &p.settled, &p.rules, &p.generation, &p.last)
}

// Library returns the database as works are derived of it.
func (s *Store) Library() *Library { return &Library{Store: s} }

func (l *Library) keep(p *place) {
	l.worked.Store(p.upto)
	l.settled.Store(p.settled)
}

// Worked is the feed's number up to which works are derived from items.
func (s *Store) Worked() int64 { return s.worked.Load() }

// WorksSettled is the last key that may join as many units as any may.
func (s *Store) WorksSettled() int64 { return s.settled.Load() }

// Damage is none that does not pass.
func (l *Library) Damage() error { return nil }

// WorkRules is the version of the rules by which works are derived; 0: none are yet.
func (l *Library) WorkRules(ctx context.Context) (rules int64, err error) {
	err = l.pool.QueryRow(ctx, "SELECT rules FROM works_place").Scan(&rules)
	return rules, err
}

// NewKeeper returns what writes works.
func (l *Library) NewKeeper() librarian.Keeper { return l }

// ReadUnits calls fn with a reader of one moment.
func (l *Library) ReadUnits(ctx context.Context, fn func(librarian.Reader) error) error {
	return l.read(ctx, func(tx pgx.Tx) error {
		if err := oneByOne(ctx, tx); err != nil {
			return err
		}
		if err := l.now.read(tx.QueryRow(ctx, readPlace)); err != nil {
			return err
		}
		l.keep(&l.now)
		r := newUnitReader(ctx, tx, l)
		if err := r.readParties(); err != nil {
			return err
		}
		l.reading = r
		l.last, l.largest = l.largest, 0
		return fn(r)
	})
}

// Restart has all works derived anew from the first change on. Their ids stay.
func (l *Library) Restart(ctx context.Context, rules int64) error {
	const sql = "UPDATE works_place SET rules = $1, upto = 0, generation = generation + 1"
	err := l.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sql, rules)
		return err
	})
	if err != nil {
		return fmt.Errorf("have works derived anew: %w", err)
	}
	l.worked.Store(0)
	return nil
}

// SortKeys has nothing to do, nor has LetGo: the database writes what sorts at once.
func (l *Library) SortKeys(context.Context) error { return nil }

// LetGo has nothing to do.
func (l *Library) LetGo(context.Context) error { return nil }

// unitID is the number of a unit. Hashes of 64 bits do not meet among some millions.
func unitID(u works.Unit) int64 {
	if id := works.Hash(u.Root + "\x00" + u.Dir); id != 0 {
		return id
	}
	return 1
}

// errMoved says that somebody else has derived what was read behind the same place.
var errMoved = fmt.Errorf("works were derived further by another hub: %w", store.ErrRegrouped)

// pathBelow is a path as it lies below a unit.
func pathBelow(u works.Unit, path string) string {
	if u.Dir == "" {
		return path
	}
	return strings.TrimPrefix(path[len(u.Dir):], "/")
}
