package postgres

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// alike are items of the same size and fingerprint, by their place in the order: by what they waste, then by what tells
// them from others.
type alike struct {
	Wasted, Size, Fingerprint int64

	files int64
	most  *alike // by what all do of which these pass; nil: these are all
}

func (a *alike) compare(b *alike) int {
	return cmp.Or(cmp.Compare(a.Wasted, b.Wasted), cmp.Compare(a.Size, b.Size),
		cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// sameEnd is where a page of duplicates ended.
type sameEnd struct {
	Given *alike `json:"g,omitempty"` // the last that was given; nil: none
	Most  alike  `json:"m"`           // of those that are not given, the first by the most that it may waste
}

func parseSameEnd(text string) (e sameEnd, err error) {
	e.Most = alike{Wasted: math.MaxInt64, Size: math.MaxInt64, Fingerprint: math.MaxInt64}
	if text == "" {
		return e, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err != nil {
		return e, fmt.Errorf("%w: after: not the end of a page of duplicates", store.ErrQuery)
	}
	return e, nil
}

func (e *sameEnd) String() string {
	b, err := json.Marshal(e)
	if err != nil {
		return "" // numbers alone
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Duplicates reads a page of groups of present items that pass the filters and hold the same, as far as size and
// fingerprint tell, of whatever sources: what wastes most comes first. Sources do not say which names are of one file.
func (s *Store) Duplicates(ctx context.Context, q store.Query) (res store.DuplicateResult, err error) {
	return s.duplicates(ctx, q, fewSame)
}

func (s *Store) duplicates(ctx context.Context, q store.Query, few float64) (res store.DuplicateResult, err error) {
	q.Sort = "added" // an order of items, which does not matter here
	if err := check(&q); err != nil {
		return res, err
	}
	at, err := parseSameEnd(q.After)
	if err != nil {
		return res, err
	}
	err = s.read(ctx, func(tx pgx.Tx) error {
		res = store.DuplicateResult{}
		if res.AsOf, err = s.asOf(ctx, tx, &q); err != nil {
			return err
		}
		wanted, err := s.ask(ctx, tx, &q)
		if err != nil || wanted.none {
			return err
		}
		d := &sameSearch{tx: tx, q: wanted, at: at, few: few, ends: time.Now().Add(pageTime)}
		if err := d.run(ctx); err != nil {
			return err
		}
		return d.give(ctx, &res)
	})
	return res, asSlow(err)
}

// sameSearch looks at groups in the order of the most that they may waste, until a page is sure.
type sameSearch struct {
	tx    pgx.Tx
	q     *asked
	at    sameEnd
	few   float64 // items that are counted by what they hold at once
	ends  time.Time
	next  *alike  // of those that were not looked at the first by that; nil: none is left
	found []alike // not given yet, the most wasted first
	sure  int     // of found: whatever follows wastes less
}

func (d *sameSearch) run(ctx context.Context) error {
	l := &looking{tx: d.tx, q: d.q}
	narrowed := d.q.isNarrow()
	if narrowed {
		n, byWords, err := l.estimate(ctx)
		if err != nil {
			return err
		}
		few := d.few
		if d.q.words != nil { // whose items lie anywhere
			few = min(few, 2*fewFound)
		}
		if n < few {
			done, err := within(ctx, d.tx, sortTime, func(tx pgx.Tx) error { return d.lookAtAll(ctx, tx, byWords) })
			if done || err != nil {
				return err
			}
		}
	}
	d.found, d.sure, d.next = nil, 0, &d.at.Most // what a look that took too long has found is not all
	for first := true; d.next != nil && d.sure <= d.q.Limit && (first || !d.isOver()); first = false {
		if err := d.piece(ctx, narrowed); err != nil {
			return err
		}
		d.sort()
	}
	if d.sure == 0 && len(d.found) > 0 { // which the next page would have to find again
		return fmt.Errorf("%w: narrow duplicates by more, or by less", store.ErrSlow)
	}
	return nil
}

// isOver reports whether the page ends. One that has found something goes on for a while until some of that is sure.
func (d *sameSearch) isOver() bool {
	ends := d.ends
	if d.sure == 0 && len(d.found) > 0 {
		ends = ends.Add(sureTime)
	}
	return time.Now().After(ends)
}

// sureTime is how long a page looks on for what wastes less than what it has found may.
const sureTime = 5 * time.Second

// fewSame is how many items are counted by what they hold, and samePiece of how many groups, at once.
const fewSame, samePiece = 20_000, 1000

// lookAtAll finds all groups of what passes.
func (d *sameSearch) lookAtAll(ctx context.Context, tx pgx.Tx, byWords bool) error {
	s := statement{byFacts: true}
	from := s.matching(d.q, byWords)
	return d.count(ctx, tx, from, &s)
}

// count counts what passes by what it holds.
func (d *sameSearch) count(ctx context.Context, tx pgx.Tx, from string, s *statement) error {
	s.must("state = 0 AND fingerprint IS NOT NULL")
	rows, err := tx.Query(ctx, "SELECT size, fingerprint, count(*) FROM "+from+" WHERE "+s.condition()+
		" GROUP BY size, fingerprint HAVING count(*) > 1", s.args...)
	if err != nil {
		return err
	}
	var g alike
	_, err = pgx.ForEachRow(rows, []any{&g.Size, &g.Fingerprint, &g.files}, func() error {
		one := g
		one.Wasted = store.Wasted(g.Size, g.files)
		d.add(one)
		return nil
	})
	d.sort()
	return err
}

// ofGroup is what items must be that pass, and hold the same as a group t.
func (d *sameSearch) ofGroup() (s statement) {
	s.must("NOT gone")
	s.wanted(d.q.Query)
	d.q.in(&s)
	s.must("state = 0 AND items.size = t.size AND items.fingerprint = t.fingerprint")
	return s
}

// countOf counts what passes of some groups. Their items are looked up group by group, and checked one by one.
func (d *sameSearch) countOf(ctx context.Context, of []alike) error {
	s := d.ofGroup()
	sizes, fingerprints := make([]int64, len(of)), make([]int64, len(of))
	for i := range of {
		sizes[i], fingerprints[i] = of[i].Size, of[i].Fingerprint
	}
	these := s.arg(sizes) + "::bigint[], " + s.arg(fingerprints) + "::bigint[]"
	rows, err := d.tx.Query(ctx, "SELECT t.n, count(*) FROM unnest("+these+") WITH ORDINALITY AS t (size, fingerprint, n) "+
		"CROSS JOIN LATERAL (SELECT FROM items WHERE "+s.condition()+" OFFSET 0) i GROUP BY t.n HAVING count(*) > 1",
		s.args...)
	if err != nil {
		return err
	}
	var n, files int64
	_, err = pgx.ForEachRow(rows, []any{&n, &files}, func() error {
		most := &of[n-1]
		one := alike{Size: most.Size, Fingerprint: most.Fingerprint, files: files, most: most}
		one.Wasted = store.Wasted(one.Size, files)
		d.add(one)
		return nil
	})
	d.sort()
	return err
}

func (d *sameSearch) add(g alike) {
	if d.at.Given == nil || g.compare(d.at.Given) < 0 {
		d.found = append(d.found, g)
	}
}

// sort says how many of those found are sure to be the next.
func (d *sameSearch) sort() {
	slices.SortFunc(d.found, func(a, b alike) int { return b.compare(&a) })
	isSure := func(i int) bool { return d.next == nil || d.found[i].compare(d.next) > 0 }
	for d.sure = 0; d.sure < len(d.found) && isSure(d.sure); d.sure++ {
	}
}

// piece looks at the next groups.
func (d *sameSearch) piece(ctx context.Context, narrowed bool) error {
	n := samePiece
	if !narrowed {
		n = d.q.Limit + 2
	}
	rows, err := d.tx.Query(ctx, `SELECT wasted, size, fingerprint, n FROM same
		WHERE (wasted, size, fingerprint) <= ($1, $2, $3)
		ORDER BY wasted DESC, size DESC, fingerprint DESC LIMIT $4`,
		d.next.Wasted, d.next.Size, d.next.Fingerprint, n+1)
	if err != nil {
		return err
	}
	var all []alike
	var g alike
	_, err = pgx.ForEachRow(rows, []any{&g.Wasted, &g.Size, &g.Fingerprint, &g.files}, func() error {
		all = append(all, g)
		return nil
	})
	if err != nil {
		return err
	}
	d.next = nil
	if len(all) > n {
		d.next = &all[n]
		all = all[:n]
	}
	if !narrowed {
		for i := range all {
			d.add(all[i])
		}
		return nil
	}
	return d.countOf(ctx, all)
}

// give reads the items of what is sure, as far as the page takes them, and says where the next goes on.
func (d *sameSearch) give(ctx context.Context, res *store.DuplicateResult) error {
	given, bytes := 0, 0
	most := min(d.sure, d.q.Limit)
	for given < most && (given == 0 || bytes < store.PageBytes) {
		upto, items := given, int64(0) // some groups at once
		for upto < most && (upto == given || items+d.found[upto].files <= store.MaxSame) {
			items += d.found[upto].files
			upto++
		}
		groups, err := d.read(ctx, d.found[given:upto])
		if err != nil {
			return err
		}
		for i := range groups {
			if given > 0 && bytes >= store.PageBytes {
				break
			}
			for n := range groups[i].Items {
				bytes += groups[i].Items[n].Weight()
			}
			res.Groups = append(res.Groups, groups[i])
			d.at.Given = &d.found[given]
			given++
		}
	}
	end := sameEnd{Given: d.at.Given, Most: alike{Wasted: math.MinInt64}}
	for i := range d.found[given:] {
		f := &d.found[given+i]
		if f.most != nil {
			f = f.most
		}
		end.Most = slices.MaxFunc([]alike{end.Most, *f}, func(a, b alike) int { return a.compare(&b) })
	}
	if d.next != nil {
		end.Most = slices.MaxFunc([]alike{end.Most, *d.next}, func(a, b alike) int { return a.compare(&b) })
	}
	if given < len(d.found) || d.next != nil {
		res.Next = end.String()
	}
	return nil
}

// read reads the items of groups.
func (d *sameSearch) read(ctx context.Context, of []alike) ([]store.Duplicates, error) {
	s := d.ofGroup()
	out := make([]store.Duplicates, len(of))
	sizes, fingerprints := make([]int64, len(of)), make([]int64, len(of))
	for i := range of {
		sizes[i], fingerprints[i] = of[i].Size, of[i].Fingerprint
		out[i] = store.Duplicates{Size: of[i].Size, Files: of[i].files}
	}
	these := s.arg(sizes) + "::bigint[], " + s.arg(fingerprints) + "::bigint[]"
	most := s.arg(store.MaxSame)
	rows, err := d.tx.Query(ctx, "SELECT t.n, found.* FROM unnest("+these+") WITH ORDINALITY AS t "+
		"(size, fingerprint, n), LATERAL (SELECT id, "+viewColumns+" FROM items WHERE "+s.condition()+
		" ORDER BY id LIMIT "+most+") found "+
		"ORDER BY t.n, found.id", s.args...)
	if err != nil {
		return nil, err
	}
	var n, id int64
	var r scanned
	_, err = pgx.ForEachRow(rows, append([]any{&n, &id}, r.into()...), func() error {
		g := &out[n-1]
		g.Items, g.RootOf = append(g.Items, r.take(id)), append(g.RootOf, math.MaxInt64) // no number
		return nil
	})
	return out, err
}
