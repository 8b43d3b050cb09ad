package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/zeebo/xxh3"
	"go.uber.org/zap"
)

// indexBatch is how many changes are indexed in one request: few enough that a change which waits
// behind it is not late.
const (
	indexBatch = 500
	indexBytes = 2 << 20 // of what is known of them
)

// Index keeps what sorts and searches behind the feed, from a cursor of its own, until ctx ends. What a first pass goes
// without is built when it is over.
func (s *Store) Index(ctx context.Context, pass FirstPass) error {
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	keys := newSorter()
	var quiet <-chan time.Time
	asks := asksSoonest
	for {
		for s.indexed.Load() < s.Head() {
			quiet, asks = nil, asksSoonest
			if err := s.indexNews(ctx, keys); err != nil && !s.waitAfter(ctx, err) {
				return nil
			}
		}
		if s.buildNext(ctx, pass) {
			continue
		}
		var asked <-chan struct{}
		if s.vocabularyDue() {
			if asked = s.indexedAsked; quiet == nil {
				quiet = time.After(vocabularyQuiet)
			}
		}
		var again <-chan time.Time
		if s.lacksSorts() {
			again = time.After(asks)
		}
		select {
		case <-wake:
			quiet, asks = nil, asksSoonest
			continue
		case <-again:
			asks = min(2*asks, asksLatest)
			continue
		case <-asked:
		case <-quiet:
		case <-ctx.Done():
			return nil
		}
		quiet = nil
		if err := s.makeVocabulary(ctx); err != nil && !s.waitAfter(ctx, err) {
			return nil
		}
	}
}

// waitAfter waits a while after an error; it reports false where nothing can be indexed any more.
func (s *Store) waitAfter(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if s.Damage() != nil { // which is said already, and does not pass
		<-ctx.Done()
		return false
	}
	s.log.Warn("search index not written", zap.Error(err))
	select {
	case <-time.After(5 * time.Second): // a full disk, say: the feed still has it
		return true
	case <-ctx.Done():
		return false
	}
}

// Indexed reports whether everything in the feed can be sorted and searched by now. Who asks, and sees that it cannot,
// has the vocabulary made: nothing else is to be waited for then.
func (s *Store) Indexed() bool {
	if s.indexed.Load() < s.Head() || s.passing.Load() || s.lacksSorts() {
		return false
	}
	due := s.vocabularyDue()
	if due {
		select {
		case s.indexedAsked <- struct{}{}:
		default:
		}
	}
	return !due
}

// IndexedTo is the feed's number up to which lists show what there is: it follows behind Head.
func (s *Store) IndexedTo() int64 { return s.indexed.Load() }

// cellKey is what a cell is of.
type cellKey struct {
	root  int64
	kind  string
	state State
}

// indexEntry is what the index takes of one change.
type indexEntry struct {
	id, seq int64
	deleted bool
	cell    cellKey
	sort    [wordsAt]driver.Value // of sort_keys, from title to words, which is the hash of text
	text    [len(searchColumns)]string
	facts   []fact
}

// toIndex reads what of the feed follows a stretch, and adds it to that.
func (s *Store) toIndex(ctx context.Context, keys *sorter, stretch *indexStretch) error {
	after, had := stretch.upto, len(stretch.entries)
	out := slices.Grow(stretch.entries, int(min(indexBatch, max(s.Head()-after, 0))))
	var upto int64
	var facts factRoom
	var doc []byte // of one after the other
	err := s.read(ctx, func(c *conn) (err error) {
		if upto, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		n, read, last := 0, 0, after
		errFull := errors.New("enough")
		err = c.each(`SELECT i.id, i.seq, i.root, i.kind, i.state, i.added, i.mtime, i.size,
				i.doc, i.name, d.path, i.fingerprint, i.analysis, i.error IS NOT NULL
			FROM items i JOIN dirs d ON d.id = i.dir WHERE i.seq > ? ORDER BY i.seq LIMIT ?`, func(r row) error {
			if doc, err = appendUnpacked(doc[:0], r.bytes(8)); err != nil {
				return err
			}
			n, last = n+1, r.int(1)
			out = append(out, entryFor(r, doc, keys, &facts))
			if read += len(doc); read >= indexBytes {
				return errFull
			}
			return nil
		}, after, int64(indexBatch))
		full := errors.Is(err, errFull)
		if err != nil && !full {
			return err
		}
		if full || n == indexBatch {
			upto = last
		}
		gone := 0
		err = c.each("SELECT id, seq FROM tombstones WHERE seq > ? AND seq <= ? "+
			"ORDER BY seq LIMIT ?", func(r row) error {
			out = append(out, indexEntry{id: r.int(0), seq: r.int(1), deleted: true})
			gone, last = gone+1, r.int(1)
			return nil
		}, after, upto, int64(indexBatch))
		if gone == indexBatch { // those behind are for the next stretch
			upto = last
			more := slices.DeleteFunc(out[had:], func(e indexEntry) bool { return e.seq > upto })
			out = out[:had+len(more)]
		}
		return err
	})
	if err == nil {
		stretch.entries, stretch.upto = out, upto
	}
	return err
}

func entryFor(r row, doc []byte, keys *sorter, facts *factRoom) indexEntry {
	e := indexEntry{id: r.int(0), seq: r.int(1), deleted: State(r.int(4)) == Detached}
	if e.deleted {
		return e
	}
	k := knownOf(doc)
	title := k.SortTitle
	if title == "" {
		title = k.Title
	}
	var key, year, duration driver.Value
	if title != "" {
		key = keys.titleKey(title)
	}
	if k.Year != 0 {
		year = k.Year
	}
	if k.DurationSeconds > 0 {
		duration = k.DurationSeconds
	}
	path := joinPath(r.bytes(10), r.bytes(9))
	e.cell = cellKey{r.int(2), r.text(3), State(r.int(4))}
	e.text = keys.texts.of(&k, path)
	hash := keys.hashOf(e.text[:])
	taken, track, episode := k.places(keys)
	e.sort = [...]driver.Value{key, r[5], r[6], r[7], year, duration, taken, track, episode, r[11], hash}
	v := View{Name: tree.Base(path), Path: path, Analysis: Analysis(r.int(12)), Doc: doc}
	if r.int(13) != 0 {
		v.Error = "there is one"
	}
	e.facts = facts.of(&v)
	return e
}

// hashOf is a hash of texts.
func (s *sorter) hashOf(texts []string) int64 {
	s.joined = s.joined[:0]
	for i, text := range texts {
		if i > 0 {
			s.joined = append(s.joined, 0)
		}
		s.joined = append(s.joined, text...)
	}
	return int64(xxh3.HashSeed(s.joined, wordsVersion)) //nolint:gosec // any number
}

// wordsVersion is of what words are: where it is another, all are written anew.
const wordsVersion = 2

var (
	sortColumns = [...]string{"cell", "title", "added", "modified", "size", "year", "duration", "taken", "track",
		"episode", "fingerprint", "words", "facts"}
	selectSort = "SELECT " + strings.Join(sortColumns[:], ", ") + " FROM sort_keys WHERE id = ?"
	insertSort = "INSERT OR FAIL INTO sort_keys (id, " + strings.Join(sortColumns[:], ", ") + ") VALUES"
)

// wordsAt is where words stand in sortColumns, the facts behind them.
const wordsAt = len(sortColumns) - 2

// keyedOf are the values of sortColumns.
func keyedOf(v []driver.Value) keyed {
	r := row(v)
	k := keyed{cell: r.int(0), added: r.int(2), size: r.int(4), year: v[5], duration: v[6], taken: v[7]}
	if facts, some := v[len(v)-1].([]byte); some {
		k.facts = facts
	}
	return k
}

const (
	deleteText = "DELETE FROM search WHERE rowid = ?"
	insertText = "INSERT INTO search (rowid, title, people, album, path) VALUES (?,?,?,?,?)"
)

// indexOne has the index say what it takes of an item. What it says already is not written again: SQLite rewrites every
// index of which a column is set, and the search all words of a text.
func (tx *Tx) indexOne(e *indexEntry, cells map[cellKey]int64, all factSums) error {
	var was []driver.Value
	found, err := tx.c.one(selectSort, func(r row) { was = slices.Clone(r) }, e.id)
	if err != nil {
		return err
	}
	if found {
		if err := tx.countFacts(all, keyedOf(was), -1); err != nil {
			return err
		}
	}
	if e.deleted {
		if !found {
			return nil
		}
		return errors.Join(tx.c.exec(deleteText, e.id), tx.c.exec("DELETE FROM sort_keys WHERE id = ?", e.id))
	}
	rows := tx.s.sortRows
	if err := tx.addKeys(e, cells, all); err != nil {
		return err
	}
	if !found {
		return errors.Join(rows.flush(tx), tx.addText(e))
	}
	now := slices.Clone(rows.values[1:])
	rows.drop()
	var set []string
	var values []driver.Value
	for i, column := range sortColumns {
		if !sameValue(was[i], now[i]) {
			set, values = append(set, column), append(values, now[i])
		}
	}
	if len(set) == 0 {
		return nil
	}
	err = tx.c.exec("UPDATE sort_keys SET "+strings.Join(set, "=?, ")+"=? WHERE id=?", append(values, e.id)...)
	if err != nil {
		return err
	}
	if sameValue(was[wordsAt], now[wordsAt]) {
		return nil
	}
	return errors.Join(tx.c.exec(deleteText, e.id), tx.addText(e))
}

// indexNew has the index say of items what it takes of them of which it says nothing: in the order of their ids, which
// are above all others, rows before texts. What the search holds it would write out between them.
func (tx *Tx) indexNew(entries []indexEntry, cells map[cellKey]int64, all factSums) error {
	rows := tx.s.sortRows
	for i := range entries {
		if entries[i].deleted {
			continue
		}
		if err := tx.addKeys(&entries[i], cells, all); err != nil {
			return err
		}
		if err := rows.flushFull(tx); err != nil {
			return err
		}
	}
	err := rows.flush(tx)
	for i := 0; i < len(entries) && err == nil; i++ {
		if !entries[i].deleted {
			err = tx.addText(&entries[i])
		}
	}
	return err
}

// addKeys adds what sorts an item to the rows that are to be written, and counts its facts.
func (tx *Tx) addKeys(e *indexEntry, cells map[cellKey]int64, all factSums) error {
	cell, err := tx.cell(cells, e.cell)
	if err != nil {
		return err
	}
	var room [usualFacts]int64
	ids := room[:0]
	for _, f := range e.facts {
		id, err := tx.factID(tx.s.factNames, f)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	rows := tx.s.sortRows
	from := len(rows.values) + 1 // behind the id
	rows.values = append(append(append(rows.values, e.id, cell), e.sort[:]...), blob(packFacts(ids)))
	return tx.countFacts(all, keyedOf(rows.values[from:]), 1)
}

// addText gives the search the words of an item.
func (tx *Tx) addText(e *indexEntry) error {
	return tx.c.exec(insertText, e.id, e.text[0], e.text[1], e.text[2], e.text[3])
}

// sameValue reports whether two values are the same in SQLite.
func sameValue(a, b driver.Value) bool {
	x, isBytes := a.([]byte)
	if y, also := b.([]byte); isBytes && also {
		return bytes.Equal(x, y)
	}
	return !isBytes && a == b
}

// cell gives the id of a cell, which it makes where it is new.
func (tx *Tx) cell(known map[cellKey]int64, k cellKey) (id int64, err error) {
	if id, ok := known[k]; ok {
		return id, nil
	}
	err = tx.c.exec("INSERT INTO cells (root, kind, state) VALUES (?,?,?) ON CONFLICT DO NOTHING",
		k.root, k.kind, int64(k.state))
	if err != nil {
		return 0, err
	}
	id, err = tx.c.number("SELECT id FROM cells WHERE root = ? AND kind = ? AND state = ?", k.root, k.kind, int64(k.state))
	known[k] = id
	return id, err
}
