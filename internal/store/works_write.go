package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// WorkKeeper writes works. It belongs to the one goroutine that derives them.
type WorkKeeper struct {
	// FewKeys is how many keys of a batch are put into their tables at once; those of a larger one are noted beside.
	FewKeys int

	s      *Store
	titles *sorter
	rows   *workRows
	kept   int64 // the place that the catalog has
}

// NewWorkKeeper returns what writes works.
func (s *Store) NewWorkKeeper() *WorkKeeper {
	return &WorkKeeper{FewKeys: fewKeys, s: s, titles: newSorter(), rows: newWorkRows(), kept: s.worked.Load()}
}

// Write keeps a batch, and with it the place in the feed up to which works are derived.
func (k *WorkKeeper) Write(ctx context.Context, b *WorkBatch) error {
	if b.empty() && b.Upto >= k.kept && b.Upto-k.kept < keptPlaces && k.s.passOver(b) {
		return nil
	}
	b.titles = make([][]byte, len(b.Puts))
	for i := range b.Puts {
		if p := &b.Puts[i]; p.New.SortTitle != "" && (p.Old == nil || !p.Old.sortsAs(&p.New)) {
			b.titles[i] = k.titles.workTitleKey(p.New.SortTitle)
		}
	}
	k.rows.few = k.FewKeys
	err := k.s.Update(ctx, func(tx *Tx) error { return tx.writeWorks(b, k.rows) })
	if err == nil {
		k.rows.sums.sound, k.rows.roots.sound = true, true
		if b.Settled != nil {
			k.s.settled.Store(*b.Settled)
		}
		k.kept = b.Upto
		if k.rows.noteKeys(k.s.keys) {
			return k.SortKeys(ctx)
		}
	}
	return err
}

// SortKeys puts the keys that are noted beside into their tables. What reads how many share a key needs them there.
func (k *WorkKeeper) SortKeys(ctx context.Context) error {
	if k.s.keys == nil || k.s.keys.n == 0 {
		return nil
	}
	err := k.s.Update(ctx, func(tx *Tx) error {
		k.rows.drop()
		return errors.Join(k.rows.sortIn(tx, k.s.keys.all()), tx.c.exec("DELETE FROM new_keys"))
	})
	if err == nil {
		k.s.keys.clear()
	}
	return err
}

// LetGo gives back what is remembered of keys while many works are written. All of them are in their tables then.
func (k *WorkKeeper) LetGo(ctx context.Context) error {
	k.s.near = nearby{}
	err := k.SortKeys(ctx)
	if err == nil && k.s.keys != nil {
		k.s.keys.seen = nil
	}
	return err
}

// Restart has all works derived anew from the first change on. Their ids stay.
func (k *WorkKeeper) Restart(ctx context.Context, rules int64) error {
	return k.s.Update(ctx, func(tx *Tx) error {
		if err := tx.c.setMeta("works_rules", rules); err != nil {
			return err
		}
		return tx.deriveAnew()
	})
}

const (
	keptPlaces     = 10_000 // changes that nothing came of may be read again after a restart
	maxWorkSortKey = 96     // bytes of a collation key: works that agree that far sort by id
)

// ErrRegrouped says that what works were derived from does not hold any more: they are to be derived once more.
var ErrRegrouped = errors.New("roots are of other groups by now")

func (tx *Tx) writeWorks(b *WorkBatch, rows *workRows) error {
	rows.drop()
	if tx.isVoid(b) {
		return ErrRegrouped
	}
	before := tx.s.lastSeq
	rows.roots.begin()
	tx.c.forgetRoots()
	tx.held, tx.sums = newHeldBits(tx.c), rows.sums.begin(tx)
	for i := range b.Puts {
		p := &b.Puts[i]
		if p.New.ID == 0 {
			tx.s.lastWork++
			p.New.ID = tx.s.lastWork
		}
		if p.ParentAt >= 0 {
			p.New.Parent = b.Puts[p.ParentAt].New.ID
		}
	}
	for i := range b.Puts {
		if err := tx.putWork(rows, &b.Puts[i], b.titles[i]); err != nil {
			return err
		}
	}
	for i := range b.Gone {
		if err := tx.endWork(rows, &b.Gone[i], b.GoneAt); err != nil {
			return err
		}
	}
	for i := range b.Units {
		if err := tx.putUnit(rows, &b.Units[i]); err != nil {
			return err
		}
	}
	for _, p := range b.Placed {
		if err := tx.place(rows, p); err != nil {
			return err
		}
	}
	for i := range b.Credits {
		if err := tx.putCredit(&b.Credits[i]); err != nil {
			return err
		}
	}
	if err := rows.flush(tx); err != nil {
		return err
	}
	if err := errors.Join(tx.held.save(), tx.sums.save()); err != nil { // which looks for members
		return err
	}
	if b.Settled != nil {
		if err := tx.c.setMeta("works_settled", *b.Settled); err != nil {
			return err
		}
	}
	if b.Upto >= before { // what follows are these works, of which nothing is to be derived
		return tx.deriveTo(tx.s.lastSeq)
	}
	return tx.deriveTo(b.Upto)
}

// putWork writes what of a work is another. It takes a number of the feed where anything is, or where an item of it has
// changed: works come behind what they are made of.
func (tx *Tx) putWork(rows *workRows, p *WorkPut, title []byte) error {
	w := &p.New
	members, err := tx.putMembers(rows, p)
	if err != nil {
		return err
	}
	if p.Old == nil {
		return tx.insertWork(rows, p, title)
	}
	if !p.isNews(members) {
		rows.putKeys(workKeys, w.ID, p.OldKeys, p.Keys)
		return nil
	}
	p.number(tx.nextSeq())
	return tx.updateWork(rows, p, title)
}

// isNews reports whether a work that is kept is another one by what is put, or stands behind an item of it that has
// changed. changed says that its members are others, or stand elsewhere.
func (p *WorkPut) isNews(changed bool) bool {
	w := &p.New
	w.FilterSeq = p.Old.FilterSeq
	rises := slices.ContainsFunc(w.Members, func(m Member) bool { return m.Seq > p.Old.Seq })
	return changed || rises || p.Old.Gone > 0 || p.Old.untitled || !sameRow(p.Old, w)
}

// number has the work have changed now, with a number of the feed.
func (p *WorkPut) number(seq int64) {
	w := &p.New
	w.Seq, w.UpdatedAt = seq, wholeMilliseconds(now())
	if p.Old != nil && (p.Old.Gone > 0 || !slices.Equal(w.Roots, p.Old.Roots)) {
		w.FilterSeq = seq
	}
}

func (tx *Tx) insertWork(rows *workRows, p *WorkPut, title []byte) error {
	w := &p.New
	p.number(tx.nextSeq())
	tx.rows++
	if err := tx.numberRoots(&rows.roots, w.Roots); err != nil {
		return err
	}
	rows.works.values = w.appendRow(append(rows.works.values, w.ID), title, rows.roots.of)
	if err := rows.works.flushFull(tx); err != nil {
		return err
	}
	if err := errors.Join(tx.putWords(rows, nil, w), tx.sums.count(w, 1)); err != nil {
		return err
	}
	rows.putKeys(workKeys, w.ID, p.OldKeys, p.Keys)
	return nil
}

// workRow are the columns of a work but for its id.
var workRow = []string{"parent", "kind", "key", "seq", "gone", "updated", "title", "added",
	"year", "number", "size", "duration", "doc"}

func milliseconds(ns int64) int64 { return ns / int64(time.Millisecond) }

func wholeMilliseconds(ns int64) int64 { return ns - ns%int64(time.Millisecond) }

// appendRow appends the values of workRow, with numbers for roots that have one.
func (w *WorkView) appendRow(to []driver.Value, title []byte, roots map[string]int64) []driver.Value {
	return append(to, w.Parent, workKindNumber(w.Kind), w.Key, w.Seq, w.Gone,
		milliseconds(w.UpdatedAt)-milliseconds(w.AddedAt),
		blob(title), w.AddedAt, unlessZero(int64(w.Year)), fraction(w.Number), w.Size, unlessZero(w.Duration), w.doc(roots))
}

func unlessZero(n int64) driver.Value {
	if n == 0 {
		return nil
	}
	return n
}

func fraction(n *float64) driver.Value {
	if n == nil {
		return nil
	}
	return *n
}

// sameRow reports whether two works say the same, whatever their numbers in the feed.
func sameRow(old, w *WorkView) bool {
	a, b := old.appendRow(nil, nil, nil), w.appendRow(nil, nil, nil)
	for i, column := range workRow {
		if column == "seq" || column == "updated" || column == "gone" {
			continue
		}
		if x, ok := a[i].([]byte); ok {
			if y, ok := b[i].([]byte); !ok || !bytes.Equal(x, y) {
				return false
			}
		} else if a[i] != b[i] {
			return false
		}
	}
	return true
}

// sortsAs reports whether a work as it is kept has the key of another one's title.
func (w *WorkView) sortsAs(other *WorkView) bool {
	return w.SortTitle == other.SortTitle && !w.untitled
}

// updateWork writes the columns in which a work differs: SQLite writes every index of which a column is set.
func (tx *Tx) updateWork(rows *workRows, p *WorkPut, title []byte) error {
	tx.rows++
	w := &p.New
	if err := tx.numberRoots(&rows.roots, w.Roots); err != nil {
		return err
	}
	was, is := p.Old.appendRow(nil, nil, rows.roots.of), w.appendRow(nil, title, rows.roots.of)
	var set []string
	var values []driver.Value
	for i, column := range workRow {
		same := sameValue(was[i], is[i])
		if column == "title" {
			same = p.Old.sortsAs(w)
		}
		if !same {
			set, values = append(set, column+" = ?"), append(values, is[i])
		}
	}
	err := tx.c.exec("UPDATE works SET "+strings.Join(set, ", ")+" WHERE id = ?", append(values, w.ID)...)
	if err != nil {
		return err
	}
	old := p.Old
	if old.Gone > 0 {
		old = nil
	} else if err := tx.sums.count(old, -1); err != nil {
		return err
	}
	if err := errors.Join(tx.putWords(rows, old, w), tx.sums.count(w, 1)); err != nil {
		return err
	}
	rows.putKeys(workKeys, w.ID, p.OldKeys, p.Keys)
	return nil
}

// endWork has a work gone. Its row and its members stay for as long as it may come back, whatever the clock shows now.
func (tx *Tx) endWork(rows *workRows, e *WorkEnd, at int64) error {
	tx.rows++
	was, err := worksWhere(tx.c, "w.id = ? AND w.gone = 0", e.Work)
	for i := range was {
		err = errors.Join(err, tx.sums.count(&was[i], -1))
	}
	if err != nil {
		return err
	}
	err = tx.c.exec("UPDATE works SET gone = ?, seq = ?, updated = ? - added/1000000 WHERE id = ?",
		tx.s.NotBefore(at), tx.nextSeq(), milliseconds(at), e.Work)
	if err == nil {
		err = tx.c.exec("DELETE FROM work_search WHERE rowid = ?", e.Work)
	}
	if err != nil {
		return err
	}
	rows.putKeys(workKeys, e.Work, e.OldKeys, nil)
	return nil
}

// words are what a work is searched by.
func (w *WorkView) words() [2]string {
	people := slices.Concat(w.Artists, w.Authors, w.Narrators)
	return [2]string{words.Of(w.Title + " " + w.Series), words.Of(strings.Join(people, " "))}
}

func (tx *Tx) putWords(rows *workRows, old, w *WorkView) error {
	is := w.words()
	if old != nil {
		if old.words() == is {
			return nil
		}
		if err := tx.c.exec("DELETE FROM work_search WHERE rowid = ?", w.ID); err != nil {
			return err
		}
	}
	rows.words = append(rows.words, workWords{w.ID, is})
	return nil
}
