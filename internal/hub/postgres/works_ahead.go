package postgres

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Few keys are had by more units than these: of others it is known at once which.
const (
	unitsAhead = works.Few + 2
	unitsAlike = 2 * works.Few // so many of one key are read together
)

// keyUnits are units with a key.
type keyUnits struct {
	units []int64
	all   bool // there are no others
}

// saidAs is an id of an artist that parts of roots of a group say.
type saidAs struct{ party, mbid string }

// Expect reads what is asked for next.
func (r *unitReader) Expect(e *librarian.Expected) error {
	if err := r.readKeys(e.UnitsWith); err != nil {
		return err
	}
	if err := r.readWorksWith(e.WorksWith); err != nil {
		return err
	}
	if err := r.readCredits(e.CreditsOf); err != nil {
		return err
	}
	if err := r.readSaidAs(e.CreditsAs); err != nil {
		return err
	}
	if err := r.readArtists(e.Artists); err != nil {
		return err
	}
	return r.readGone(e)
}

// unknown are those of ids, each once, that a map has nothing of.
func unknown[T any](ids []int64, of map[int64]T) (out []int64) {
	for _, id := range ids {
		if _, known := of[id]; !known {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pairs reads rows of two numbers into lists of the second by the first. Of each that is asked for there is one then.
func (r *unitReader) pairs(into map[int64][]int64, ids []int64, sql string, args ...any) error {
	if len(ids) == 0 { // all of it is known, which is so of nearly each when it is asked for
		return nil
	}
	for _, id := range ids {
		into[id] = nil
	}
	rows, err := r.tx.Query(r.ctx, sql, append([]any{ids}, args...)...)
	if err != nil {
		return err
	}
	var id, of int64
	_, err = pgx.ForEachRow(rows, []any{&id, &of}, func() error {
		into[id] = append(into[id], of)
		return nil
	})
	return err
}

func (r *unitReader) readKeys(keys []int64) error {
	keys = unknown(keys, r.keys)
	if len(keys) == 0 {
		return nil
	}
	units := make(map[int64][]int64, len(keys))
	err := r.pairs(units, keys, "SELECT k.key, u.unit FROM unnest($1::bigint[]) AS k (key) CROSS JOIN LATERAL "+
		"(SELECT unit FROM unit_keys u WHERE u.key = k.key LIMIT $2) u", unitsAhead)
	for key, list := range units {
		r.keys[key] = keyUnits{list, len(list) < unitsAhead}
		r.awaited = append(r.awaited, list...)
	}
	return err
}

// itemsAwaited are about so many that are read before they are asked for.
const itemsAwaited = 8000

// nextAwaited takes the next units that share keys with what is derived, and so are asked for soon, from those not read.
func (r *unitReader) nextAwaited() (ids []int64) {
	most := itemsAwaited / max(r.l.largest, works.Few)
	for len(r.awaited) > 0 && len(ids) < most {
		id := r.awaited[0]
		r.awaited = r.awaited[1:]
		if u := r.units[id]; u == nil || !u.read {
			ids = append(ids, id)
		}
	}
	return ids
}

// UnitsWith reads which units have a part with a key: at most so many, or all where most is 0.
func (r *unitReader) UnitsWith(key int64, most int) ([]int64, error) {
	k, known := r.keys[key]
	if !known || !k.all && (most == 0 || len(k.units) < most) {
		units := make(map[int64][]int64, 1)
		sql, args := "SELECT key, unit FROM unit_keys WHERE key = ANY ($1)", []any(nil)
		if most > 0 {
			sql, args = sql+" LIMIT $2", []any{most}
		}
		if err := r.pairs(units, []int64{key}, sql, args...); err != nil {
			return nil, err
		}
		k = keyUnits{units[key], most == 0 || len(units[key]) < most}
		r.keys[key] = k
	}
	out := k.units
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	if len(out) <= unitsAlike { // who asks for one of them asks for all
		for _, u := range out {
			r.alike[u] = out
		}
	}
	return out, r.nameUnits(out)
}

// nameUnits reads what units are called.
func (r *unitReader) nameUnits(ids []int64) error {
	isUnnamed := func(id int64) bool { return r.units[id] == nil || !r.units[id].known && !r.units[id].read }
	if !slices.ContainsFunc(ids, isUnnamed) {
		return nil
	}
	want := slices.DeleteFunc(slices.Concat(ids, r.awaited), func(id int64) bool { return !isUnnamed(id) })
	rows, err := r.tx.Query(r.ctx, "SELECT id, root, dir FROM units WHERE id = ANY ($1)", want)
	if err != nil {
		return err
	}
	var id int64
	var root string
	var dir []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &root, &dir}, func() error {
		r.name(id, works.Unit{Root: root, Dir: string(dir)})
		return nil
	})
	return err
}

func (r *unitReader) readWorksWith(keys []int64) error {
	keys = unknown(keys, r.worksWith)
	if len(keys) == 0 {
		return nil
	}
	err := r.pairs(r.worksWith, keys, "SELECT key, work FROM work_keys WHERE key = ANY ($1)")
	if err != nil {
		return err
	}
	var ids []int64
	for _, key := range keys {
		ids = append(ids, r.worksWith[key]...)
	}
	return r.readWorks(ids)
}

// readWorks reads works with their members, and of what is not above artists' works all that is below them.
func (r *unitReader) readWorks(ids []int64) error {
	ids = unknown(ids, r.works)
	read, err := r.holdWorks("WHERE w.id = ANY ($1)", ids)
	for err == nil && len(read) > 0 {
		var above []int64
		for _, w := range read {
			switch w.Kind {
			case store.WorkSeries, store.WorkSeason, store.WorkComic:
				above = append(above, w.ID)
				r.children[w.ID] = nil
			}
		}
		if read, err = r.holdWorks("WHERE w.parent = ANY ($1) AND "+isBelow, above); err != nil {
			return err
		}
		for _, w := range read {
			r.children[w.Parent] = append(r.children[w.Parent], w.ID)
		}
	}
	return err
}

// isBelow is said of works below one, for the index to be used that has no others.
const isBelow = "w.parent > 0 AND w.gone = 0"

// holdWorks reads works with their members.
func (r *unitReader) holdWorks(where string, ids []int64) (read []*store.WorkView, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = eachWork(r.ctx, r.tx, where, func(w *store.WorkView) error {
		r.works[w.ID] = w
		read = append(read, w)
		return nil
	}, ids)
	if err != nil || len(read) == 0 {
		return read, err
	}
	of := make([]int64, len(read))
	for i, w := range read {
		of[i] = w.ID
	}
	members, err := membersOf(r.ctx, r.tx, of, 0)
	for _, w := range read {
		w.Members = members[w.ID]
	}
	return read, err
}

// WorksWith reads which works are made of a part with a key.
func (r *unitReader) WorksWith(key int64) ([]int64, error) {
	err := r.readWorksWith([]int64{key})
	return r.worksWith[key], err
}

// Work reads a work with all its members, also one that is gone; nil where there is none.
func (r *unitReader) Work(id int64) (*store.WorkView, error) {
	err := r.readWorks([]int64{id})
	return r.works[id], err
}

// Bare reads a work whose members are not asked for.
func (r *unitReader) Bare(id int64) (*store.WorkView, error) { return r.Work(id) }

// Children reads the works below one.
func (r *unitReader) Children(work int64, fn func(*store.WorkView)) error {
	if ids, known := r.children[work]; known {
		for _, id := range ids {
			fn(r.works[id])
		}
		return nil
	}
	return eachWork(r.ctx, r.tx, "WHERE w.parent = $1 AND "+isBelow, func(w *store.WorkView) error {
		fn(w)
		return nil
	}, work)
}

// Fill gives a work all its members.
func (r *unitReader) Fill(w *store.WorkView) error {
	if held := r.works[w.ID]; held != nil {
		w.Members = held.Members
		return nil
	}
	of, err := membersOf(r.ctx, r.tx, []int64{w.ID}, 0)
	w.Members = of[w.ID]
	return err
}

func (r *unitReader) readArtists(keys []int64) error {
	keys = unknown(keys, r.artists)
	if len(keys) == 0 {
		return nil
	}
	err := r.pairs(r.artists, keys, "SELECT key, id FROM works WHERE key = ANY ($1) AND kind = 6")
	if err != nil {
		return err
	}
	var ids []int64
	for _, key := range keys {
		ids = append(ids, r.artists[key]...)
	}
	return r.readWorks(ids)
}

// Artists reads which works are the artists of a key, those that are gone too.
func (r *unitReader) Artists(key int64) ([]int64, error) {
	err := r.readArtists([]int64{key})
	return r.artists[key], err
}

// eachCredit reads whom parts name.
func (r *unitReader) eachCredit(fn func(store.CreditPut), where string, args ...any) error {
	rows, err := r.tx.Query(r.ctx, "SELECT key, party, name, sort, mbid, n FROM credits c "+where, args...)
	if err != nil {
		return err
	}
	var key, n int64
	var party, name, sort, mbid []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &party, &name, &sort, &mbid, &n}, func() error {
		fn(store.CreditPut{Key: key, Party: string(party), Name: string(name), Sort: string(sort),
			MBID: string(mbid), N: n})
		return nil
	})
	return err
}

// readCredits reads whom parts name by keys, and by the ids that they say of those.
func (r *unitReader) readCredits(keys []int64) error {
	keys = unknown(keys, r.credits)
	if len(keys) == 0 {
		return nil
	}
	for _, key := range keys {
		r.credits[key] = nil
	}
	var all []store.CreditPut
	err := r.eachCredit(func(c store.CreditPut) {
		r.credits[c.Key] = append(r.credits[c.Key], c)
		all = append(all, c)
	}, "WHERE key = ANY ($1) AND n > 0", keys)
	if err != nil {
		return err
	}
	return r.readSaidAs(all)
}

// readSaidAs reads whom parts name by ids at MusicBrainz.
func (r *unitReader) readSaidAs(credits []store.CreditPut) error {
	var parties, mbids [][]byte
	for i := range credits {
		id := saidAs{credits[i].Party, credits[i].MBID}
		if _, known := r.saidAs[id]; !known && id.mbid != "" {
			r.saidAs[id] = nil
			parties, mbids = append(parties, []byte(id.party)), append(mbids, []byte(id.mbid))
		}
	}
	if len(mbids) == 0 {
		return nil
	}
	return r.eachCredit(func(c store.CreditPut) {
		id := saidAs{c.Party, c.MBID}
		r.saidAs[id] = append(r.saidAs[id], c)
	}, "JOIN unnest($1::bytea[], $2::bytea[]) AS s (of, as_id) ON c.party = s.of AND c.mbid = s.as_id "+
		"AND substring(c.mbid FOR 100) = substring(s.as_id FOR 100) "+
		"WHERE length(c.mbid) > 0 AND c.n > 0", parties, mbids)
}

// CreditsOf reads whom parts name by a key.
func (r *unitReader) CreditsOf(key int64) ([]store.CreditPut, error) {
	err := r.readCredits([]int64{key})
	return r.credits[key], err
}

// CreditsAs reads whom parts name by an id at MusicBrainz.
func (r *unitReader) CreditsAs(party, mbid string) ([]store.CreditPut, error) {
	err := r.readSaidAs([]store.CreditPut{{Party: party, MBID: mbid}})
	return r.saidAs[saidAs{party, mbid}], err
}
