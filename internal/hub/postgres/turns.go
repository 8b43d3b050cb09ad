package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// numbering is a transaction that gives numbers.
type numbering struct {
	s        *Store
	isLittle bool   // what it writes: it goes first
	head     int64  // the last number that was given
	before   int64  // the last one before the transaction's
	done     func() // ends its turn
}

// write is Store.write, with which the turn ends that fn takes by lock.
func (n *numbering) write(ctx context.Context, fn func(pgx.Tx) error) error {
	defer func() {
		if n.done != nil {
			n.done()
			n.done = nil
		}
	}()
	writing := n.s.writing
	if n.isLittle {
		writing = n.s.writingLittle
	}
	return n.s.writeAs(ctx, writing, fn)
}

// lock takes the right to give numbers, until the transaction's end.
func (n *numbering) lock(ctx context.Context, tx pgx.Tx) (err error) {
	if n.done, err = n.s.turns.take(ctx, n.isLittle); err != nil {
		return err
	}
	err = tx.QueryRow(ctx, "SELECT head FROM hub FOR UPDATE").Scan(&n.head)
	n.before = n.head
	return err
}

// unlock says how far numbers were given. Others see it, and are told, once it is committed.
func (n *numbering) unlock(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "UPDATE hub SET head = $1", n.head); err != nil {
		return err
	}
	var since *time.Time
	if m := n.s.seen.Load(); m != nil && m.seq == n.before {
		since = &m.at
	}
	if _, err := tx.Exec(ctx, noteMoment, n.before, since); err != nil {
		return err
	}
	return notifyOf(ctx, tx, "")
}

// noteMoment says from when on the head was one, where the last such word is older than a second. It is said of the head
// before: when that of a transaction is seen shows only once this is committed, and who asks what has come since then is
// to miss nothing.
const noteMoment = `INSERT INTO moments (seq, at) SELECT $1::bigint, coalesce($2, clock_timestamp())
	WHERE NOT EXISTS (SELECT FROM moments WHERE at > coalesce($2, clock_timestamp()) - interval '1 second')
	ON CONFLICT DO NOTHING`

// turns are those in which transactions of this hub give numbers, each until it has ended. The row of table hub would
// keep them apart without that, in the order in which they come: so what a disk has just told of would stand behind loads
// and works. Here who has little to write goes first. The zero value is nobody's turn. It is safe for concurrent use.
type turns struct {
	mu     sync.Mutex // guards what follows; held for these alone
	taken  bool
	little []chan struct{} // of those who wait, in the order in which they came; closed when it is their turn
	much   []chan struct{}
	passed int // how often somebody with little has gone first since it was somebody's turn with much
}

const (
	// littleRows are at most in a group that goes first: what changes from day to day, and no part of a load.
	littleRows = 500
	// mostPassed is how often one who has much to write is passed, so that many sources which say a little all the while
	// hold up no load.
	mostPassed = 16
)

// take waits for its turn, which lasts until done is called, or until ctx ends.
func (t *turns) take(ctx context.Context, isLittle bool) (done func(), err error) {
	mine := t.join(isLittle)
	select {
	case <-mine:
		return sync.OnceFunc(t.next), nil
	case <-ctx.Done():
		t.leave(mine)
		return nil, ctx.Err()
	}
}

// join returns what is closed when it is the turn of who asks.
func (t *turns) join(isLittle bool) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := make(chan struct{})
	switch {
	case !t.taken:
		t.taken = true
		close(mine)
	case isLittle:
		t.little = append(t.little, mine)
	default:
		t.much = append(t.much, mine)
	}
	return mine
}

// next has it be somebody else's turn.
func (t *turns) next() {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := &t.little
	switch {
	case len(t.little) == 0 || len(t.much) > 0 && t.passed >= mostPassed:
		from, t.passed = &t.much, 0
	case len(t.much) > 0:
		t.passed++
	}
	if t.taken = len(*from) > 0; t.taken {
		close((*from)[0])
		*from = slices.Delete(*from, 0, 1)
	}
}

// leave ends a wait: where the turn has come meanwhile it is the next one's.
func (t *turns) leave(mine chan struct{}) {
	if !t.forget(mine) {
		t.next()
	}
}

func (t *turns) forget(mine chan struct{}) (waited bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, from := range []*[]chan struct{}{&t.little, &t.much} {
		if i := slices.Index(*from, mine); i >= 0 {
			*from = slices.Delete(*from, i, i+1)
			return true
		}
	}
	return false
}
