package librarian

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Rules is the version of the rules of package works, and of what is made of them here. Who changes what they make of
// the same items raises it, once for a release: all works are then derived anew, and keep their ids.
const Rules = 4

// Config says when changes are taken in. The zero value takes them in at once.
type Config struct {
	// Quiet is how long nothing must change before changes are taken in: what moves, moves together.
	Quiet time.Duration
	// MaxWait is how long changes may be put off where there is no quiet.
	MaxWait time.Duration
	// Pass is closed when a pass is over during which nobody asks for works; nil: somebody may at any time. Those of a
	// first pass are derived beside it, far behind, all others when it is over. What sorts works is made at the end.
	Pass <-chan struct{}
	// AtOnce is how many changes are taken in at once where nobody says otherwise; 0: as many as cost least memory.
	AtOnce int
	// Unresting has large folders be derived with each batch that changes them, as a Catalog needs it whose reader gives
	// of a unit only what has been taken in by then. What changes behind such a batch waits for as long as that took.
	Unresting bool
}

const (
	batchItems = 400    // changes that are taken in at once: twice as many take 5 MiB more
	passItems  = 1000   // as many in a pass, beside which nobody asks: fewer batches meet a unit twice
	manyItems  = 20_000 // changes that wait for no quiet: the rest of a first scan follows them
	passBehind = 5_000  // and so many behind a first pass that is further: what is left at its end waits for nothing else
	maxKnown   = 100_000
	retryAfter = 5 * time.Second
)

// omitted has no works be derived where it is not empty. Only the linker sets it, of the program that tells what a first
// scan costs without them: see tools/bench.
var omitted string

// Stats counts the librarian's work since it began.
type Stats struct {
	Batches atomic.Int64
	Items   atomic.Int64 // changed ones that were taken in
	Derived atomic.Int64 // units
	Written atomic.Int64 // works that came to be, were looked at again or went
	Beside  atomic.Int64 // works that were read since their artist's sums did not tell
}

// Librarian keeps the works of a catalog.
type Librarian struct {
	cfg     Config
	store   Catalog
	log     *zap.Logger
	stats   Stats
	keeper  Keeper
	renewed atomic.Bool // it is known that the works are those of these rules
	noting  atomic.Bool // keys of works may be noted that are not sorted into their tables yet
	first   bool        // there were no works when it began
	// How far units have been taken in ahead of the place, by unit: not more than so many, since the whole library may be
	// behind the place. What is not known is derived once more, and found as it was.
	known     map[int64]int64
	mostKnown int
	place     int64 // behind the last batch
	waited    int64 // up to here changes have been put off as long as they are to be
	large     large // what was derived last of large units
	room      *room // of batches; nil where none is to come
}

// New returns a librarian of a daemon's catalog.
func New(cfg Config, st *store.Store, log *zap.Logger) *Librarian {
	return NewOf(cfg, ofStore{st}, log)
}

// NewOf returns a librarian of a catalog that is kept anywhere.
func NewOf(cfg Config, of Catalog, log *zap.Logger) *Librarian {
	return &Librarian{cfg: cfg, store: of, log: log, mostKnown: maxKnown}
}

// Counters gives the librarian's statistics.
func (l *Librarian) Counters() *Stats { return &l.stats }

// Idle reports whether works are derived of all that the catalog holds.
func (l *Librarian) Idle() bool {
	return omitted != "" || l.renewed.Load() && l.caughtUp() && !l.noting.Load()
}

func (l *Librarian) caughtUp() bool {
	return l.store.Worked() >= l.store.Head() && l.store.WorksSettled() == store.AllSettled
}

// Run keeps works behind the feed until ctx ends.
func (l *Librarian) Run(ctx context.Context) error {
	if omitted != "" {
		<-ctx.Done()
		return nil
	}
	wake, unsubscribe := l.store.Subscribe()
	defer unsubscribe()
	l.begin()
	if l.first = l.store.Worked() == 0; !l.passes(ctx, wake) {
		return nil
	}
	for ctx.Err() == nil {
		err := l.catchUp(ctx, wake)
		switch {
		case ctx.Err() != nil:
			return nil
		case l.store.Damage() != nil: // which is said already, and does not pass
			<-ctx.Done()
			return nil
		case err != nil:
			l.log.Warn("works not derived", zap.Error(err))
			if !sleep(ctx, retryAfter) { // a full disk, say: the feed still has it
				return nil
			}
			continue
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// CatchUp takes in all that has changed at once, in place of Run.
func (l *Librarian) CatchUp(ctx context.Context) error {
	wake, unsubscribe := l.store.Subscribe()
	defer unsubscribe()
	l.begin()
	return l.catchUp(ctx, wake)
}

func (l *Librarian) begin() {
	l.keeper = l.store.NewKeeper()
	l.known = make(map[int64]int64)
}

// catchUp takes in all that has changed.
func (l *Librarian) catchUp(ctx context.Context, wake <-chan struct{}) error {
	if err := l.renew(ctx); err != nil {
		return err
	}
	l.renewed.Store(true)
	if err := l.takeIn(ctx, wake); err != nil {
		return err
	}
	if err := l.keeper.LetGo(ctx); err != nil {
		return fmt.Errorf("sort keys of works: %w", err)
	}
	l.noting.Store(false)
	return nil
}

// takeIn takes in stretch after stretch.
func (l *Librarian) takeIn(ctx context.Context, wake <-chan struct{}) error {
	defer func() {
		l.room = nil
		if len(l.known) == 0 {
			l.known = make(map[int64]int64) // a map keeps the room of all that it ever had
		}
	}()
	for !l.caughtUp() {
		l.noting.Store(true)
		var err error
		if l.mayRest() {
			err = l.takeInBeside(ctx, wake)
		} else if !l.calm(ctx, wake) {
			return ctx.Err()
		}
		if err == nil && !l.caughtUp() {
			err = l.next(ctx, false)
		}
		if err != nil && !errors.Is(err, store.ErrRegrouped) {
			return err
		}
	}
	return nil
}

// renew has all works derived anew where the rules were others.
func (l *Librarian) renew(ctx context.Context) error {
	rules, err := l.store.WorkRules(ctx)
	if err != nil || rules == Rules {
		return err
	}
	if rules != 0 {
		l.log.Info("works are derived anew by other rules")
	}
	return l.keeper.Restart(ctx, Rules)
}

// passes waits until a pass is over, or a first one so far ahead that the folders that come next are rarely those that
// are taken in. It reports whether ctx goes on.
func (l *Librarian) passes(ctx context.Context, wake <-chan struct{}) bool {
	for l.cfg.Pass != nil && !(l.first && l.manyWait()) {
		select {
		case <-l.cfg.Pass:
			return ctx.Err() == nil
		case <-wake:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// calm waits until nothing changes, or too much has, or for too long. What has been waited for is taken in without
// another wait, in however many batches. It reports whether ctx goes on.
func (l *Librarian) calm(ctx context.Context, wake <-chan struct{}) bool {
	if l.cfg.Pass != nil {
		return l.passes(ctx, wake)
	}
	if l.cfg.Quiet == 0 || l.pause() <= 0 && l.hasWaited() || l.large.covers(l.store.Worked(), l.atOnce()) {
		return ctx.Err() == nil
	}
	deadline := time.NewTimer(max(l.cfg.MaxWait, l.pause()))
	defer deadline.Stop()
	quiet := time.NewTimer(max(l.cfg.Quiet, l.pause()))
	defer quiet.Stop()
	first := l.store.Head()
	for head := first; !l.manyWait(); {
		select {
		case <-quiet.C:
			l.waited = head
			return true
		case <-deadline.C:
			l.waited = first
			return true
		case <-wake:
			if now := l.store.Head(); now != head {
				head = now
				quiet.Reset(max(l.cfg.Quiet, l.pause()))
			}
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// hasWaited reports whether what comes next has been waited for: nothing of the feed is left but keys to settle, or it
// was there when it was quiet last.
func (l *Librarian) hasWaited() bool {
	place := max(l.store.Worked(), l.large.beside)
	return place < l.waited || place >= l.store.Head()
}

// manyWait reports whether so much has changed that it is taken in without quiet.
func (l *Librarian) manyWait() bool {
	head, place, many := l.store.Head(), l.store.Worked(), int64(manyItems)
	if l.cfg.Pass != nil && place > 0 {
		many = passBehind
	}
	return head-place >= many && !l.large.rests(place, head, l.atOnce())
}

// atOnce is how many changes are taken in at once.
func (l *Librarian) atOnce() int {
	if l.cfg.Pass != nil {
		return passItems
	}
	return cmp.Or(l.cfg.AtOnce, batchItems)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// next takes in the next stretch of the feed: of all, or beside large units that rest.
func (l *Librarian) next(ctx context.Context, beside bool) error {
	if l.room == nil {
		l.room = &room{most: 2 * l.atOnce()}
	}
	l.room.clear()
	began := time.Now()
	if l.store.Worked() >= l.store.Head() { // what is left is to settle keys that are shared
		if err := l.keeper.SortKeys(ctx); err != nil {
			return fmt.Errorf("sort keys of works: %w", err)
		}
	}
	var b *batch
	err := l.store.ReadUnits(ctx, func(r Reader) (err error) {
		b, err = l.plan(ctx, r, beside)
		return err
	})
	if err != nil {
		return fmt.Errorf("derive works: %w", err)
	}
	if err := l.keeper.Write(ctx, b.out); err != nil {
		return fmt.Errorf("write works: %w", err)
	}
	l.stats.Batches.Add(1)
	l.stats.Items.Add(int64(b.items))
	l.stats.Derived.Add(int64(b.derived))
	l.stats.Written.Add(int64(len(b.out.Puts) + len(b.out.Gone)))
	l.stats.Beside.Add(int64(b.reread))
	l.noteAhead(b)
	l.large.note(b, l.atOnce(), began, l.store.Head())
	return nil
}
