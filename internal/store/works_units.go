package store

import (
	"context"
	"database/sql/driver"
	"math"
	"path"
	"strings"
)

// UnitReader reads what works are derived from, all as it is in one moment.
type UnitReader struct {
	c          *conn
	ctx        context.Context //nolint:containedctx // it lives as long as the call
	generation int64
	place      int64
	missing    bool   // some item is missing
	doc        []byte // of the item that was read last
	said       UnitMember
	keys       *newKeys
	near       *nearby
}

// ReadUnits calls fn with a reader of one moment. Its statements are thousands of short ones: they are not interrupted
// one by one, but none begins when ctx has ended. It belongs to the one goroutine that derives works.
func (s *Store) ReadUnits(ctx context.Context, fn func(*UnitReader) error) error {
	generation, place := s.regrouped.Load(), s.worked.Load()
	return s.read(ctx, func(c *conn) (err error) {
		r := &UnitReader{c: c, ctx: c.ctx, generation: generation, place: place, near: &s.near}
		r.near.clear()
		defer func() { c.ctx = r.ctx }()
		c.ctx = nil
		const sql = "SELECT 1 FROM roots r CROSS JOIN items i ON i.root = r.id AND i.state IN ({missing}, {held}) LIMIT 1"
		if r.missing, err = c.one(sql, func(row) {}); err != nil {
			return err
		}
		if s.keys == nil {
			if s.keys, err = loadKeys(c); err != nil {
				return err
			}
		}
		r.keys = s.keys
		return fn(r)
	})
}

// Place is the number of the feed up to which works are derived.
func (r *UnitReader) Place() int64 { return r.place }

// Batch begins what is to be written of what is read.
func (r *UnitReader) Batch() *WorkBatch { return &WorkBatch{generation: r.generation} }

// AllSettled says that all keys are settled: see WorksSettled.
const AllSettled = math.MaxInt64

// WorksSettled is the last key that may join as many units as any may: those behind it, in their order, join fewer
// until the works of the whole catalog have been derived once.
func (s *Store) WorksSettled() int64 { return s.settled.Load() }

// Settled reads what WorksSettled says; no key is settled where no unit has been derived.
func (r *UnitReader) Settled() (int64, error) {
	return r.c.number(`SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM units) THEN ? ELSE
		coalesce((SELECT value FROM meta WHERE key = 'works_settled'), ?) END`, int64(math.MinInt64), int64(AllSettled))
}

// SharedKey is a key with how many units have it.
type SharedKey struct {
	Key   int64
	Units int
}

// SharedKeys reads of the keys that are sorted in (see SortKeys) the next behind one that more units have than few and
// no more than most.
func (r *UnitReader) SharedKeys(after int64, few, most, limit int) (out []SharedKey, err error) {
	err = r.c.each("SELECT key, count(*) AS n FROM unit_keys WHERE key > ? "+
		"GROUP BY key HAVING n > ? AND n <= ? ORDER BY key LIMIT ?",
		func(r row) error {
			out = append(out, SharedKey{r.int(0), int(r.int(1))})
			return nil
		}, after, int64(few), int64(most), int64(limit))
	return out, err
}

// ChangedItem is an item by its newest change.
type ChangedItem struct {
	ID   int64
	Seq  int64
	Dir  int64
	Kind string
	Gone bool  // it is forgotten, or its root is detached
	Unit int64 // that it was in when that was derived last; 0: that of its directory, or none
}

// Changed reads the next stretch of the feed behind a number, at most so many items, how far it came, and how far the
// feed goes that all is read of. They are appended to out.
func (r *UnitReader) Changed(
	out []ChangedItem, after int64, limit int,
) (changed []ChangedItem, upto, head int64, err error) {
	if head, err = r.c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
		return nil, 0, 0, err
	}
	upto = head
	if out, err = r.changedItems(out, after, limit); err != nil {
		return nil, 0, 0, err
	}
	if len(out) == limit {
		upto = out[limit-1].Seq
	}
	if err = r.readNear(out); err != nil {
		return nil, 0, 0, err
	}
	err = r.c.each(`SELECT t.id, t.seq, u.unit FROM tombstones t JOIN unit_items u ON u.item = t.id
		WHERE t.seq > ? AND t.seq <= ? ORDER BY t.seq`, func(r row) error {
		out = append(out, ChangedItem{ID: r.int(0), Seq: r.int(1), Gone: true, Unit: r.int(2)})
		return nil
	}, after, upto)
	return out, upto, head, err
}

// UnitDir is a directory that may be a unit, or a part of one.
type UnitDir struct {
	ID   int64
	Root int64
	Path string
}

// Dir reads a directory; found is false where it is forgotten.
func (r *UnitReader) Dir(id int64) (d UnitDir, found bool, err error) {
	if near, found := r.near.dirs[id]; found {
		return near.UnitDir, true, nil
	}
	found, err = r.c.one("SELECT id, root, path FROM dirs WHERE id = ?", func(r row) { d = scanUnitDir(r) }, id)
	return d, found, err
}

// DirAt reads the directory at a path.
func (r *UnitReader) DirAt(root int64, path string) (d UnitDir, found bool, err error) {
	found, err = r.c.one("SELECT id, root, path FROM dirs WHERE root = ? AND path = ?",
		func(r row) { d = scanUnitDir(r) }, root, []byte(path))
	return d, found, err
}

func scanUnitDir(r row) UnitDir { return UnitDir{r.int(0), r.int(1), string(r.bytes(2))} }

// Below reads the directories right below one, those that are gone too: items may be missing from them. Those whose
// name is passed over by want are left out.
func (r *UnitReader) Below(dir int64, want func(name string) bool) (out []UnitDir, err error) {
	if near, found := r.near.dirs[dir]; found && !near.isAbove {
		return nil, nil
	}
	err = r.c.each("SELECT id, root, path FROM dirs WHERE parent = ?", func(r row) error {
		if d := scanUnitDir(r); want(path.Base(d.Path)) {
			out = append(out, d)
		}
		return nil
	}, dir)
	return out, err
}

// RootOf gives a root's name and group.
func (r *UnitReader) RootOf(id int64) (name, party string, err error) {
	_, err = r.c.one("SELECT name, party FROM roots WHERE id = ?",
		func(r row) { name, party = r.text(0), r.text(1) }, id)
	return name, party, err
}

// UnitMember is an item of a unit as works are derived from it.
type UnitMember struct {
	ID      int64
	Seq     int64
	Kind    string
	Size    int64
	Added   int64
	Missing bool
	Unit    int64 // that it was in when that was derived last; 0: that of its directory, or none
	dir     int64
	name    []byte
	doc     []byte
}

// Path is the item's in the directory at dir.
func (m *UnitMember) Path(dir string) string {
	if dir == "" {
		return string(m.name)
	}
	var b strings.Builder
	b.Grow(len(dir) + 1 + len(m.name))
	b.WriteString(dir)
	b.WriteByte('/')
	b.Write(m.name)
	return b.String()
}

// Say reads what is known of the item, as far as works are made of it: see said.
func (m *UnitMember) Say(s *Said) { s.read(m.doc) }

const (
	memberColumns = `SELECT i.id, i.seq, i.name, i.kind, i.size, i.added, i.state, i.doc, i.dir`
	membersNoted  = memberColumns + `, u.unit FROM items i LEFT JOIN unit_items u ON u.item = i.id WHERE `
)

// scanMember reads an item, whose document is as it is kept.
func scanMember(row row) UnitMember {
	return UnitMember{ID: row.int(0), Seq: row.int(1), name: row.bytes(2), Kind: row.text(3), Size: row.int(4),
		Added: row.int(5), Missing: State(row.int(6)) != Present, doc: row.bytes(7), dir: row.int(8)}
}

// Items reads the items of a directory. fn must not keep them.
func (r *UnitReader) Items(dir int64, fn func(*UnitMember) error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if near, found := r.near.dirs[dir]; found {
		for i := near.from; i < near.to; i++ {
			if err := r.member(&r.near.items[i], fn); err != nil {
				return err
			}
		}
	} else if err := r.items("i.state = {present} AND i.dir = ?", dir, fn); err != nil {
		return err
	}
	if !r.missing {
		return nil
	}
	return r.items("i.state > {present} AND i.dir = ?", dir, fn)
}

func (r *UnitReader) items(which string, dir int64, fn func(*UnitMember) error) error {
	return r.c.each(membersNoted+which, func(row row) error {
		if State(row.int(6)) == Detached {
			return nil
		}
		m := scanMember(row)
		m.Unit = row.int(9)
		return r.member(&m, fn)
	}, dir)
}

// member calls fn with an item as it is read, which is not changed.
func (r *UnitReader) member(m *UnitMember, fn func(*UnitMember) error) (err error) {
	if r.doc, err = appendUnpacked(r.doc[:0], m.doc); err != nil {
		return err
	}
	r.said = *m
	r.said.doc = r.doc
	return fn(&r.said)
}

// Traces reads what is kept of a unit; nil where nothing is.
func (r *UnitReader) Traces(unit int64) (b []byte, err error) {
	if near, found := r.near.dirs[unit]; found {
		return near.traces, nil
	}
	_, err = r.c.one("SELECT traces FROM units WHERE id = ?", func(r row) { b = r.bytes(0) }, unit)
	return b, err
}

// UnitsWith reads which units have a part with a key: at most so many, or all where most is 0.
func (r *UnitReader) UnitsWith(key int64, most int) ([]int64, error) {
	return r.keys.with(r, unitKeys, key, most)
}

// WorksWith reads which works are made of a part with a key.
func (r *UnitReader) WorksWith(key int64) ([]int64, error) {
	return r.keys.with(r, workKeys, key, 0)
}

// Children reads the works below one, without their members.
func (r *UnitReader) Children(work int64, fn func(*WorkView)) error {
	return eachWork(r.c, "WHERE "+isChildWork, func(w *WorkView) error { fn(w); return r.ctx.Err() }, work)
}

// isChildWork says of which work's children the works are. That the parent is one is said too: else SQLite does not
// know that the index of children holds them, and reads all works.
const isChildWork = "parent = ? AND parent > 0 AND gone = 0"

// Artists reads which works are the artists of a key, those that are gone too.
func (r *UnitReader) Artists(key int64) ([]int64, error) {
	return r.numbers("SELECT id FROM works WHERE key = ? AND kind = 6", key)
}

// GoneBy reads works that are gone since a time or later and have a key.
func (r *UnitReader) GoneBy(key, since int64) ([]int64, error) {
	return r.numbers("SELECT id FROM works WHERE key = ? AND gone > 0 AND gone >= ?", key, since)
}

// GoneWith reads works that are gone since a time or later and had an item.
func (r *UnitReader) GoneWith(item, since int64) ([]int64, error) {
	return r.numbers("SELECT DISTINCT m.work FROM members m JOIN works w ON w.id = m.work "+
		"WHERE m.item = ? AND w.gone > 0 AND w.gone >= ?", item, since)
}

// AnyGone reports whether any work is gone and not forgotten.
func (r *UnitReader) AnyGone() (bool, error) {
	n, err := r.c.number("SELECT EXISTS (SELECT 1 FROM works WHERE gone > 0)")
	return n > 0, err
}

func (r *UnitReader) numbers(sql string, args ...driver.Value) (out []int64, err error) {
	err = r.c.each(sql, func(r row) error { out = append(out, r.int(0)); return nil }, args...)
	return out, err
}

// Work reads a work with all its members, also one that is gone; nil where there is none.
func (r *UnitReader) Work(id int64) (*WorkView, error) {
	w, err := r.Bare(id)
	if err == nil && w != nil {
		err = r.Fill(w)
	}
	return w, err
}

// Fill gives a work all its members.
func (r *UnitReader) Fill(w *WorkView) (err error) {
	w.Members, err = membersOf(r.c, w.ID, nil, 0, 0)
	return err
}

// Bare reads a work without its members.
func (r *UnitReader) Bare(id int64) (*WorkView, error) {
	all, err := worksWhere(r.c, "w.id = ?", id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// CreditsOf reads whom parts name by a key.
func (r *UnitReader) CreditsOf(key int64) ([]CreditPut, error) {
	return r.credits("key = ? AND n > 0", key)
}

// CreditsAs reads whom parts name by an id at MusicBrainz.
func (r *UnitReader) CreditsAs(party, mbid string) ([]CreditPut, error) {
	return r.credits("party = ? AND mbid = ? AND mbid <> '' AND n > 0", party, mbid)
}

func (r *UnitReader) credits(where string, args ...driver.Value) (out []CreditPut, err error) {
	err = r.c.each("SELECT key, party, name, sort, mbid, n FROM credits "+
		"WHERE "+where+" ORDER BY id", func(r row) error {
		out = append(out, CreditPut{r.int(0), r.text(1), r.text(2), r.text(3), r.text(4), r.int(5)})
		return nil
	}, args...)
	return out, err
}

// WorkRules is the version of the rules by which works are derived; 0: none are yet.
func (s *Store) WorkRules(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(c *conn) error {
		n, err = c.number("SELECT value FROM meta WHERE key = 'works_rules'")
		return err
	})
	return n, err
}

// SetParties says which group each root is of, by names. Where that is another than before, works are derived anew.
func (s *Store) SetParties(ctx context.Context, parties map[string]string) error {
	changed := false
	err := s.Update(ctx, func(tx *Tx) error {
		roots := map[string]string{}
		err := tx.c.each("SELECT name, party FROM roots", func(r row) error {
			roots[r.text(0)] = r.text(1)
			return nil
		})
		for name, was := range roots {
			is, known := parties[name]
			if err != nil || !known || was == is {
				continue
			}
			changed = true
			err = tx.c.exec("UPDATE roots SET party = ? WHERE name = ?", is, name)
		}
		if err == nil && changed {
			err = tx.deriveAnew()
		}
		return err
	})
	if err == nil && changed {
		s.wakers.wake()
	}
	return err
}
