package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// What one batch reads at most: changes where it derives large units, which are read whole each time, and bytes of what
// is known of the items that changed.
const (
	largeBatch = 20_000
	batchBytes = 16 << 20
)

// unitReader reads what works are derived from, all as it is in one moment. A question to the database costs more than
// most answers do, so it asks for what belongs together at once, and keeps what it was not asked for yet.
type unitReader struct {
	ctx context.Context //nolint:containedctx // it lives as long as the call
	tx  pgx.Tx
	l   *Library

	after, upto int64
	pending     map[int64][]store.UnitMember // of units, what has changed of them
	units       map[int64]*heldUnit
	alike       map[int64][]int64 // units that share a key with one
	awaited     []int64           // units that are asked for soon
	placed      map[int64]int64   // items that are in another unit than is noted, with that
	rootIDs     map[string]int64
	roots       []string
	parties     map[string]string // the groups of roots
	derived     map[string]bool   // roots of which it is noted by which group works were derived
	keys        map[int64]keyUnits
	worksWith   map[int64][]int64
	works       map[int64]*store.WorkView // with all members
	children    map[int64][]int64
	credits     map[int64][]store.CreditPut
	saidAs      map[saidAs][]store.CreditPut
	artists     map[int64][]int64
	gone        goneWorks
}

// heldUnit is a unit as it is read.
type heldUnit struct {
	at     works.Unit
	known  bool // what it is called is known
	traces []byte
	items  []store.UnitMember // that are noted to be in it
	read   bool               // items and traces are
}

func newUnitReader(ctx context.Context, tx pgx.Tx, l *Library) *unitReader {
	return &unitReader{ctx: ctx, tx: tx, l: l, pending: make(map[int64][]store.UnitMember),
		units: make(map[int64]*heldUnit),
		alike: make(map[int64][]int64), placed: make(map[int64]int64), rootIDs: make(map[string]int64),
		keys: make(map[int64]keyUnits), worksWith: make(map[int64][]int64), works: make(map[int64]*store.WorkView),
		children: make(map[int64][]int64), credits: make(map[int64][]store.CreditPut),
		saidAs:  make(map[saidAs][]store.CreditPut),
		artists: make(map[int64][]int64)}
}

// Place is the number of the feed up to which works are derived.
func (r *unitReader) Place() int64 { return r.l.now.upto }

// Batch begins what is to be written of what is read.
func (r *unitReader) Batch() *store.WorkBatch { return new(store.WorkBatch) }

// Settled reads what WorksSettled says; no key is settled where no unit has been derived.
func (r *unitReader) Settled() (n int64, err error) {
	const first = -1 << 63
	err = r.tx.QueryRow(r.ctx, "SELECT CASE WHEN EXISTS (SELECT FROM units) THEN $1::bigint ELSE $2 END",
		r.l.now.settled, int64(first)).Scan(&n)
	return n, err
}

// SharedKeys reads of keys the next behind one that more units have than few and no more than most.
func (r *unitReader) SharedKeys(after int64, few, most, limit int) (out []store.SharedKey, err error) {
	rows, err := r.tx.Query(r.ctx, `SELECT key, count(*) FROM unit_keys WHERE key > $1
		GROUP BY key HAVING count(*) > $2 AND count(*) <= $3 ORDER BY key LIMIT $4`, after, few, most, limit)
	if err != nil {
		return nil, err
	}
	var k store.SharedKey
	_, err = pgx.ForEachRow(rows, []any{&k.Key, &k.Units}, func() error { out = append(out, k); return nil })
	return out, err
}

const memberColumns = "i.id, i.seq, i.kind, i.state, i.size, i.added, i.root, i.path, i.doc, u.unit"

// membersOfUnits reads what is noted to be in units, but of a stretch of the feed. It is looked up unit by unit and item
// by item, each by its index: as one join of them it was planned, where nothing was known of the tables yet, as a walk
// through all items for each batch.
const membersOfUnits = "SELECT " + memberColumns + ` FROM unnest($1::bigint[]) AS w (id)
	CROSS JOIN LATERAL (SELECT item, unit FROM unit_items WHERE unit = w.id OFFSET 0) u
	CROSS JOIN LATERAL (SELECT * FROM items WHERE id = u.item AND NOT gone AND (seq <= $2 OR seq > $3) OFFSET 0) i`

// scannedMember is a row of memberColumns.
type scannedMember struct {
	m          store.UnitMember
	state      int16
	root       string
	path, doc  []byte
	unit       pgtype.Int8
	lastPath   string
	lastUnit   works.Unit
	lastUnitID int64
}

func (s *scannedMember) into() []any {
	return []any{&s.m.ID, &s.m.Seq, &s.m.Kind, &s.state, &s.m.Size, &s.m.Added, &s.root, &s.path, &s.doc, &s.unit}
}

// take gives the item that was read, and the unit that it is in by its path.
func (s *scannedMember) take() (it store.UnitMember, at works.Unit, id int64) {
	path := string(s.path)
	dir := tree.Parent(path)
	if s.lastUnitID == 0 || s.lastUnit.Root != s.root || s.lastPath != dir {
		s.lastPath, s.lastUnit = dir, works.UnitOf(s.root, path)
		s.lastUnitID = unitID(s.lastUnit)
	}
	at = s.lastUnit
	it = store.UnitMemberOf(pathBelow(at, path), s.doc)
	it.ID, it.Seq, it.Kind, it.Size, it.Added = s.m.ID, s.m.Seq, s.m.Kind, s.m.Size, s.m.Added
	it.Missing, it.Unit = store.State(s.state) != store.Present, s.unit.Int64
	s.doc = nil
	return it, at, s.lastUnitID
}

// Changed reads the next stretch of the feed behind a number, and how far it came. It reads the units of all of it, as
// far as items of them have been taken in by then.
func (r *unitReader) Changed(
	out []store.ChangedItem, after int64, limit int,
) (changed []store.ChangedItem, upto, head int64, err error) {
	if err = r.tx.QueryRow(r.ctx, "SELECT head FROM hub").Scan(&upto); err != nil {
		return nil, 0, 0, err
	}
	limit = max(limit, min(r.l.last, largeBatch))
	rows, err := r.tx.Query(r.ctx, "SELECT i.gone, "+memberColumns+
		" FROM items i LEFT JOIN unit_items u ON u.item = i.id WHERE i.seq > $1 ORDER BY i.seq LIMIT $2", after, limit)
	if err != nil {
		return nil, 0, 0, err
	}
	var units []int64
	var gone bool
	var s scannedMember
	bytes, full := 0, false
	_, err = pgx.ForEachRow(rows, append([]any{&gone}, s.into()...), func() error {
		if full = full || bytes > batchBytes; full {
			return errFull
		}
		bytes += len(s.doc) + len(s.path)
		it, at, unit := s.take()
		ch := store.ChangedItem{ID: it.ID, Seq: it.Seq, Kind: it.Kind, Gone: gone, Unit: it.Unit}
		if !gone && media.Kind(it.Kind).InWorks() {
			ch.Dir = unit
			r.name(unit, at)
			r.pending[unit] = append(r.pending[unit], it)
			units = append(units, unit)
		}
		if it.Unit != 0 {
			units = append(units, it.Unit)
		}
		out = append(out, ch)
		return nil
	})
	if err != nil && !full {
		return nil, 0, 0, err
	}
	if n := len(out); n == limit || full {
		upto = out[n-1].Seq
	}
	r.after, r.upto = after, upto
	return out, upto, upto, r.load(units)
}

// name notes what a unit is called.
func (r *unitReader) name(id int64, at works.Unit) *heldUnit {
	u := r.units[id]
	if u == nil {
		u = new(heldUnit)
		r.units[id] = u
	}
	if !u.known {
		u.at, u.known = at, true
	}
	return u
}

// load reads units, and what is noted to be in them.
func (r *unitReader) load(ids []int64) error {
	var want []int64
	for _, id := range ids {
		u := r.units[id]
		if u == nil {
			u = new(heldUnit)
			r.units[id] = u
		}
		if !u.read {
			u.read = true
			want = append(want, id)
		}
	}
	if len(want) == 0 {
		return nil
	}
	slices.Sort(want)
	rows, err := r.tx.Query(r.ctx, "SELECT id, root, dir, traces FROM units WHERE id = ANY ($1)", want)
	if err != nil {
		return err
	}
	var id int64
	var root string
	var dir, traces []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &root, &dir, &traces}, func() error {
		r.name(id, works.Unit{Root: root, Dir: string(dir)}).traces = traces
		traces = nil
		return nil
	})
	if err != nil {
		return err
	}
	rows, err = r.tx.Query(r.ctx, membersOfUnits, want, r.after, r.upto)
	if err != nil {
		return err
	}
	var s scannedMember
	_, err = pgx.ForEachRow(rows, s.into(), func() error {
		if it, _, unit := s.take(); unit == it.Unit { // else it has moved on, and comes
			u := r.units[unit]
			u.items = append(u.items, it)
		}
		return nil
	})
	return err
}

// Dir reads a unit; found is false where it is forgotten.
func (r *unitReader) Dir(id int64) (d store.UnitDir, found bool, err error) {
	u := r.units[id]
	if u == nil || !u.known && !u.read {
		if err := r.load([]int64{id}); err != nil {
			return d, false, err
		}
		u = r.units[id]
	}
	if !u.known {
		return d, false, nil
	}
	return store.UnitDir{ID: id, Root: r.rootID(u.at.Root), Path: u.at.Dir}, true, nil
}

// rootID is a number that stands for a root's name here.
func (r *unitReader) rootID(name string) int64 {
	id, known := r.rootIDs[name]
	if !known {
		r.roots = append(r.roots, name)
		id = int64(len(r.roots))
		r.rootIDs[name] = id
	}
	return id
}

// DirAt gives the unit at a path.
func (r *unitReader) DirAt(root int64, path string) (d store.UnitDir, found bool, err error) {
	at := works.Unit{Root: r.roots[root-1], Dir: path}
	id := unitID(at)
	r.name(id, at)
	return store.UnitDir{ID: id, Root: root, Path: path}, true, nil
}

// Below gives nothing: a unit is read with what is a part of it.
func (r *unitReader) Below(int64, func(string) bool) ([]store.UnitDir, error) { return nil, nil }

// RootOf gives a root's name and group.
func (r *unitReader) RootOf(id int64) (name, party string, err error) {
	name = r.roots[id-1]
	return name, r.parties[name], nil
}

// Items reads the items of a unit. fn must not keep them.
func (r *unitReader) Items(unit int64, fn func(*store.UnitMember) error) error {
	if u := r.units[unit]; u == nil || !u.read {
		if err := r.load(append(slices.Concat(r.alike[unit], r.nextAwaited()), unit)); err != nil {
			return err
		}
	}
	u := r.units[unit]
	n := 0
	for _, list := range [][]store.UnitMember{u.items, r.pending[unit]} {
		for i := range list {
			if it := &list[i]; media.Kind(it.Kind).InWorks() {
				if n++; it.Unit != unit {
					r.placed[it.ID] = unit
				}
				if err := fn(it); err != nil {
					return err
				}
			}
		}
	}
	u.items = nil // a unit is asked for once
	delete(r.pending, unit)
	r.l.largest = max(r.l.largest, n)
	return r.ctx.Err()
}

// Traces reads what is kept of a unit; nil where nothing is.
func (r *unitReader) Traces(unit int64) ([]byte, error) {
	err := r.load([]int64{unit})
	return r.units[unit].traces, err
}
