package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

const (
	groupRows   = 4000                   // rows after which a group commits
	groupTime   = 100 * time.Millisecond // time after which it does
	groupPause  = 20 * time.Millisecond  // since the last one, after which none waits
	writerRest  = time.Second            // without a request after which the writer keeps no pages in memory
	writerTries = 30 * time.Second       // between two looks whether what could not be written can be now
	trimPause   = time.Second            // before what transactions have freed is given back to the system again
)

// counts are what the writer carries from transaction to transaction.
type counts struct {
	lastSeq  int64
	savedID  int64 // the last id that the catalog says was given
	lastWork int64 // the last id that a work was given
}

// Run owns the writing connection until ctx ends, then writes what is still queued and returns.
func (s *Store) Run(ctx context.Context) error {
	s.running.Store(true)
	defer close(s.stopped)
	rest := time.NewTimer(writerRest)
	defer rest.Stop()
	for {
		if r, some := s.take(); some {
			s.writeGroup(r)
			s.trim()
			rest.Reset(writerRest)
			continue
		}
		select {
		case r := <-s.requests:
			s.taken = append(s.taken, r)
		case <-rest.C:
			s.letGo()
			if s.failure.Load() != nil {
				s.tryDisk()
				rest.Reset(writerTries)
			}
		case <-ctx.Done():
			for r, some := s.take(); some; r, some = s.take() {
				s.writeGroup(r)
			}
			return nil
		}
	}
}

// letGo gives the pages back that the writer keeps in memory: a first pass fills all that it may have, and they are of
// no use to those who read.
func (s *Store) letGo() {
	if s.Damage() != nil {
		return
	}
	s.stats.Rests.Add(1)
	if err := s.writer.script("PRAGMA shrink_memory"); err != nil {
		s.log.Warn("memory of the catalog's writer not given back", zap.Error(s.noteDamage(err)))
	}
	trimHeap()
}

// trim gives back what transactions have freed, from time to time.
func (s *Store) trim() {
	if now := time.Now(); now.Sub(s.trimmed) >= trimPause {
		s.trimmed = now
		trimHeap()
	}
}

// Update runs fn in a write transaction and returns once it is durable. fn sees its own changes and
// those before it; if it fails or panics, what it did is undone. It must do nothing but work on tx:
// no file system, no network, no lock.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	ch := make(chan error, 1) // one answer
	if err := s.Enqueue(ctx, fn, func(err error) { ch <- err }); err != nil {
		return err
	}
	select {
	case err := <-ch:
		return err
	case <-s.stopped:
		select {
		case err := <-ch:
			return err
		default:
			return ErrClosed
		}
	}
}

// ErrUnwritten says that a transaction could not be committed, such as for a full disk: nothing that was asked for in
// it is in the catalog, through no fault of what was asked.
var ErrUnwritten = errors.New("changes not kept")

// errLost says that SQLite itself gave up the whole transaction (a full disk, an I/O error): a statement after it would
// be a transaction of its own, outside the group and its numbers.
var errLost = errors.New("transaction was given up")

// answer is what came of a request of a group that is committed.
type answer struct {
	done func(error)
	err  error
}

// writeGroup runs a request and as many of those behind it as fit in one transaction, and answers them. A damaged
// catalog is not touched.
func (s *Store) writeGroup(first request) {
	if err := s.Damage(); err != nil {
		s.answer([]answer{{done: first.done}}, unwritten(err))
		return
	}
	before, changes := s.counts, s.changes()
	tx := &Tx{s: s, c: s.writer, tally: map[tallyKey]int64{}}
	var answers []answer
	err := s.allowIDs(floorStep / 2)
	if err != nil {
		answers = []answer{{done: first.done}}
	} else {
		answers, err = s.runGroup(tx, first)
	}
	if err == nil {
		err = s.Damage() // that a reader has met meanwhile
	}
	if err == nil {
		err = s.commit(tx, before)
	}
	if err == nil {
		s.publish(tx)
		s.heal(tx, answers, changes)
	} else {
		s.counts = before
		_ = s.writer.script("ROLLBACK") // where the failure has not rolled back already
		err = s.giveUp(err, len(answers))
	}
	s.answer(answers, err)
	s.checkpointIfLong()
}

// runGroup runs requests in a transaction that it begins. Its error is why the whole of it cannot be committed.
func (s *Store) runGroup(tx *Tx, r request) (answers []answer, err error) {
	err = s.writer.script("BEGIN IMMEDIATE")
	began := time.Now()
	for more := true; more; r, more = s.next(tx) {
		a := answer{done: r.done}
		lost := false
		if err == nil {
			a.err, err = tx.attempt(r.fn, len(answers) == 0)
			lost = err != nil
		}
		answers = append(answers, a)
		if lost || tx.rows >= groupRows || time.Since(began) > groupTime {
			break
		}
	}
	return answers, err
}

// attempt runs one request, the first of its group or another. It tells a failure of the request's own from what loses
// the whole group.
func (tx *Tx) attempt(fn func(*Tx) error, first bool) (own, lost error) {
	err := tx.run(fn, inGroup(first))
	switch {
	case tx.c.c.AutoCommit():
		return nil, fmt.Errorf("%w: %w", errLost, err)
	case isDamage(err), diskFailed(err): // what others in the group have done leans on the same pages
		return nil, err
	}
	return err, nil
}

// answer tells those who asked what came of it: err, where their request had no failure of its own.
func (s *Store) answer(answers []answer, err error) {
	for _, a := range answers {
		if a.err == nil {
			a.err = err
		}
		s.stats.Queue.Add(-1)
		a.done(a.err)
	}
}

// undo says how what a request did is taken back where it fails, and the group goes on.
type undo struct{ begin, back, keep string }

// inGroup is how a request of a group is taken back. Of each page that is written within a savepoint SQLite keeps a
// copy of before, which nearly no request needs: the first one, before which the transaction is empty, has none.
func inGroup(first bool) undo {
	if first {
		return undo{back: "ROLLBACK; BEGIN IMMEDIATE"}
	}
	return undo{"SAVEPOINT request", "ROLLBACK TO request; RELEASE request", "RELEASE request"}
}

// run executes one request. What it did is undone where it fails.
func (tx *Tx) run(fn func(*Tx) error, u undo) (err error) {
	if err := tx.step(u.begin); err != nil {
		return err
	}
	tx.pending, tx.bare, tx.dir = tx.pending[:0], nil, lastDir{}
	before := tx.places
	defer func() {
		if err != nil {
			tx.places = before // which others in the group publish
			if !tx.c.c.AutoCommit() {
				err = errors.Join(err, tx.c.script(u.back))
			}
			return
		}
		if err = tx.step(u.keep); err == nil {
			for _, t := range tx.pending {
				tx.tally[t.key] += t.n
			}
		}
	}()
	return run.Safely(tx.s.log, "change of the catalog", func() error { return fn(tx) })
}

// step runs a statement of a request's way, if there is one.
func (tx *Tx) step(sql string) error {
	if sql == "" {
		return nil
	}
	return tx.c.exec(sql)
}

// commit writes the counters that changed and commits. A group that changed nothing writes nothing.
func (s *Store) commit(tx *Tx, before counts) error {
	set := func(key string, from, to int64) error {
		if from == to {
			return nil
		}
		return tx.c.setMeta(key, to)
	}
	s.savedID = s.lastID.Load()
	if err := s.allowIDs(0); err != nil { // a single group that has given more than are allowed ahead of one
		return err
	}
	if err := errors.Join(set("head", before.lastSeq, s.lastSeq), set("last_id", before.savedID, s.savedID),
		set("last_work", before.lastWork, s.lastWork)); err != nil {
		return err
	}
	if s.lastSeq != before.lastSeq {
		var err error
		if tx.ran, err = tx.beginRun(before.lastSeq); err != nil {
			return err
		}
		if err := tx.noteMoment(before.lastSeq, time.Now()); err != nil {
			return err
		}
	}
	for k, n := range tx.tally {
		if n == 0 {
			continue
		}
		err := tx.c.exec(`INSERT INTO tally (root, kind, state, analysis, n) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (root, kind, state, analysis) DO UPDATE SET n = n + excluded.n`, k.root, k.kind, int64(k.state), int64(k.analysis), n)
		if err != nil {
			return err
		}
	}
	return tx.c.exec("COMMIT")
}

// publish makes a durable commit visible to those who wait for changes.
func (s *Store) publish(tx *Tx) {
	s.stats.Commits.Add(1)
	s.committed = time.Now()
	if tx.rows > 0 || tx.rootsChanged || s.head.Load() != s.lastSeq {
		s.stats.Changed.Add(1)
	}
	s.stats.Rows.Add(int64(tx.rows))
	s.stats.Removed.Add(tx.removed)
	s.tallies.add(tx.tally)
	if tx.floor > 0 {
		s.floor.Store(tx.floor)
	}
	if tx.worksFloor > 0 {
		s.worksFloor.Store(tx.worksFloor)
	}
	s.publishPlace(tx.worksPlace)
	if tx.vacatedFloor > 0 {
		s.vacatedFloor.Store(tx.vacatedFloor)
	}
	if tx.keptMoment > 0 {
		s.keptMoment.Store(tx.keptMoment)
	}
	if s.lastMoment.Load().seq != s.lastSeq {
		s.lastMoment.Store(s.newMoment(s.lastSeq, s.committed.UnixNano()))
	}
	if tx.rootsChanged {
		if err := s.noteDamage(s.loadRootNames(s.writer)); err != nil {
			s.log.Error("root names not read", zap.Error(err))
		}
	}
	if tx.ran != nil {
		s.ran.Store(tx.ran)
	}
	if tx.dirsChanged {
		s.dirsGen.Add(1)
	}
	if s.head.Swap(s.lastSeq) != s.lastSeq {
		s.wakers.wake()
	}
	if tx.work {
		s.workGen.Add(1)
		s.wakers.wakeWork()
	}
}
