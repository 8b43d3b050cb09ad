package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Head is the number of the last change that may be read.
func (s *Store) Head() int64 { return s.head.Load() }

// IndexedTo is how far lists have come: they are of the rows themselves.
func (s *Store) IndexedTo() int64 { return s.Head() }

// FloorOf is the number below which a reader cannot catch up.
func (s *Store) FloorOf(sorts store.Sorts) int64 {
	if sorts.Works {
		return max(s.floor.Load(), s.worksFloor.Load())
	}
	return s.floor.Load()
}

// raiseFloors notes the floors of a moment. Of several that are read beside each other the highest holds.
func (s *Store) raiseFloors(items, works int64) {
	raise(&s.floor, items)
	raise(&s.worksFloor, works)
}

func raise(floor *atomic.Int64, to int64) {
	for was := floor.Load(); was < to && !floor.CompareAndSwap(was, to); was = floor.Load() {
	}
}

// Instance is the hub's, which is no source's.
func (s *Store) Instance() string { return s.instance }

// Cursor is the place in the hub's feed behind a number.
func (s *Store) Cursor(seq int64) media.Cursor {
	return media.Cursor{Epoch: s.epoch, Run: s.runs.Load().current, Seq: seq}
}

// doubtTime is how long the database may take to say whether it knows of a cursor.
const doubtTime = 10 * time.Second

// Accepts reports whether a cursor is of this database, and of what it holds of its past. One that may be of what another
// hub has given, and this one has not heard of yet, is asked for: where the database is away, whoever asks is told so, and
// is not to forget what it holds.
func (s *Store) Accepts(at media.Cursor) (bool, error) {
	if at.Epoch != s.epoch || s.continues(at) {
		return at.Epoch == s.epoch, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), doubtTime)
	defer cancel()
	err := s.readHead(ctx)
	if err != nil && !errors.Is(err, store.ErrAway) {
		err = fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err == nil && s.continues(at), err
}

func (s *Store) continues(at media.Cursor) bool {
	r := s.runs.Load()
	upto, known := r.ended[at.Run]
	if at.Run == r.current {
		upto, known = s.Head(), true
	}
	return known && max(at.Seq, at.Seen) <= upto
}

// Since reads a cursor of the hub's feed, or a time: what is behind that has changed since, at the hub.
func (s *Store) Since(ctx context.Context, text string, f *store.FeedFilter) (media.Cursor, error) {
	t, err := filter.Since(text)
	if err != nil {
		return media.ParseCursor(text)
	}
	var seq int64
	if m := s.seen.Load(); m != nil && !t.Before(m.at) {
		seq = m.seq
	} else {
		err = s.again(ctx, func() error {
			return s.pool.QueryRow(ctx, "SELECT coalesce(max(seq), 0) FROM moments WHERE at <= $1", t).Scan(&seq)
		})
	}
	return s.Cursor(seq).Forgo(s.FloorOf(f.Sorts())), err
}

// moment is a time, by the database's clock, at which all up to a number had come.
type moment struct {
	seq int64
	at  time.Time
}

// What a change did, as it stands in items.
var whats = map[int16]store.What{1: store.WhatAdded, 2: store.WhatChanged, 3: store.WhatMoved}

const changeColumns = "id, seq, filter_seq, gone, what, was_root, was_path, " + viewColumns

// viewColumns are what an item is shown by.
const viewColumns = "root, path, kind, state, analysis, size, modified, added, error, fingerprint, doc"

// scanned is a row of viewColumns as it is read.
type scanned struct {
	view            store.View
	kind            string
	state, analysis int16
	path, failed    []byte
	fingerprint     pgtype.Int8
}

func (r *scanned) into() []any {
	return []any{&r.view.Root, &r.path, &r.kind, &r.state, &r.analysis, &r.view.Size, &r.view.MTime, &r.view.Added,
		&r.failed, &r.fingerprint, &r.view.Doc}
}

// take gives the item that was read. What is read next is another's.
func (r *scanned) take(id int64) store.View {
	v := r.view
	v.ID, v.Path, v.Name = id, string(r.path), tree.Base(string(r.path))
	v.Kind, v.State, v.Analysis = media.Kind(r.kind), store.State(r.state), store.Analysis(r.analysis)
	v.Error, v.Fingerprint, v.HasFingerprint = string(r.failed), r.fingerprint.Int64, r.fingerprint.Valid
	r.view.Doc = nil
	return v
}

var errFull = errors.New("page is full")

// changes reads rows as changes, as many as the bytes of the bounds let. full says that these ended it.
func changes(
	ctx context.Context, tx pgx.Tx, most store.Bounds, where string, args ...any,
) (out []store.Change, full bool, err error) {
	rows, err := tx.Query(ctx, "SELECT "+changeColumns+" FROM items WHERE "+where, args...)
	if err != nil {
		return nil, false, err
	}
	var id, seq, filterSeq int64
	var isGone bool
	var what int16
	var wasRoot pgtype.Text
	var wasPath []byte
	var r scanned
	into := append([]any{&id, &seq, &filterSeq, &isGone, &what, &wasRoot, &wasPath}, r.into()...)
	bytes := 0
	_, err = pgx.ForEachRow(rows, into, func() error {
		v := r.take(id)
		ch := store.Change{Seq: seq, ID: id, Delete: isGone, Root: v.Root, Kind: v.Kind, FilterSeq: filterSeq,
			Was: store.Spot{Root: v.Root, Path: v.Path}}
		if !isGone {
			ch.What, ch.Item = whats[what], v.AppendJSON(nil)
			if wasRoot.Valid {
				ch.Previous = store.Spot{Root: wasRoot.String, Path: string(wasPath)}
			}
		}
		if bytes += ch.Size(); bytes > most.Bytes && len(out) > 0 {
			return errFull
		}
		out = append(out, ch)
		return nil
	})
	if errors.Is(err, errFull) {
		return out, true, nil
	}
	return out, false, err
}

// headIn is the head in a transaction's moment. What is read of that moment is of a run that is known from then on, and
// lacks no end above a floor that is.
func (s *Store) headIn(ctx context.Context, tx pgx.Tx) (head int64, err error) {
	var current string
	var floor, works int64
	const now = "SELECT head, hub.floor, w.floor, (SELECT id FROM runs ORDER BY n DESC LIMIT 1) FROM hub, works_place w"
	if err := tx.QueryRow(ctx, now).Scan(&head, &floor, &works, &current); err != nil {
		return 0, err
	}
	if !s.runs.Load().knows(current) {
		others, err := s.learnRuns(ctx, tx)
		if err != nil {
			return 0, err
		}
		if others != nil {
			s.forsake(others, feedState{head, floor, works})
		}
	}
	s.raiseFloors(floor, works)
	return head, nil
}

// ChangesOf reads the hub's feed above after, in order, within bounds and none above upto (0: the head).
func (s *Store) ChangesOf(
	ctx context.Context, sorts store.Sorts, after, upto int64, most store.Bounds,
) (p store.Page, err error) {
	most = most.Within()
	err = s.read(ctx, func(tx pgx.Tx) error {
		p = store.Page{}
		if p.Head, err = s.headIn(ctx, tx); err != nil {
			return err
		}
		if p.Upto = p.Head; upto > 0 {
			p.Upto = min(upto, p.Head)
		}
		if err := byOrder(ctx, tx); err != nil {
			return err
		}
		if sorts.Items {
			var full bool
			const next = "seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3"
			p.Changes, full, err = changes(ctx, tx, most, next, after, p.Upto, most.Rows)
			if n := len(p.Changes); full || n > 0 && n >= most.Rows {
				p.Upto = p.Changes[n-1].Seq
			}
		}
		if !sorts.Works || err != nil {
			return err
		}
		works, upto, err := changedWorks(ctx, tx, after, p.Upto, most)
		p.AddWorks(works, upto, most)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("read the hub's feed: %w", err)
	}
	return p, nil
}

// LoadOf reads the page of a first load before which a cursor stands, of what passes a filter: all items come first,
// and works behind them. next is the cursor behind it.
func (s *Store) LoadOf(
	ctx context.Context, f *store.FeedFilter, at media.Cursor, most store.Bounds,
) (out []store.Change, next media.Cursor, err error) {
	most = most.Within()
	var head, position int64
	var done bool
	var page []store.Change
	works := f.NoItems || at.Works
	err = s.read(ctx, func(tx pgx.Tx) error {
		page, position, done = nil, at.Position, false
		if head, err = s.headIn(ctx, tx); err != nil {
			return err
		}
		if err := byOrder(ctx, tx); err != nil {
			return err
		}
		if works {
			page, position, done, err = loadWorks(ctx, tx, at.Seq, at.Position, most)
			return err
		}
		var full bool
		page, full, err = changes(ctx, tx, most, "id > $1 AND NOT gone ORDER BY id LIMIT $2", at.Position, most.Rows)
		if done = !full && len(page) < most.Rows; len(page) > 0 {
			position = page[len(page)-1].ID
		}
		return err
	})
	if err != nil {
		return nil, at, fmt.Errorf("read a first load of the hub's feed: %w", err)
	}
	for i := range page {
		if page[i].Seq <= at.Seq && f.Match(&page[i]) { // a later change comes by its number
			out = append(out, page[i])
		}
	}
	next = s.Cursor(at.Seq).Read(max(at.Seen, head))
	next.Bound = f.Bound()
	switch {
	case !done:
		next.Load, next.Works, next.Position = true, works, position
	case !works && f.Works:
		next.Load, next.Works = true, true
	}
	return out, next, nil
}
