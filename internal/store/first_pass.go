package store

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

// FirstPass tells how far a first pass is, for what is better made when all is there. It is asked often.
type FirstPass struct {
	Over    func() bool // nothing is scanned or analysed; nil: it never was
	Derived func() bool // works are made of all; nil: they always are
}

func (p FirstPass) isOver() bool { return p.Over == nil || p.Over() }

func (p FirstPass) isDerived() bool { return p.isOver() && (p.Derived == nil || p.Derived()) }

// How often it is asked whether a first pass is over, once all of it that is there is indexed: less and less often,
// while nothing changes.
const (
	asksSoonest = 10 * time.Millisecond
	asksLatest  = time.Second
)

// buildNext builds one index of what sorts that a first pass went without, and that it is time for. It reports whether
// it has. One that cannot be built is left alone for a while, so that the next call comes to another.
func (s *Store) buildNext(ctx context.Context, pass FirstPass) bool {
	if !s.lacksSorts() { // all is to come, or there
		return false
	}
	var names []string
	if pass.isOver() {
		names = s.due.names("sort_keys")
	}
	if len(names) == 0 && pass.isDerived() {
		names = s.due.names("works")
	}
	if len(names) == 0 {
		return false
	}
	err := s.buildDue(ctx, names[0])
	if err != nil && !errors.Is(err, ErrClosed) && ctx.Err() == nil && s.Damage() == nil {
		s.log.Warn("what sorts is not built", zap.Error(err))
	}
	return err == nil
}

// beginsBehind is how many changes there must be, and none indexed, for indexing to begin beside a first pass during
// which nobody asks.
const beginsBehind = 10_000

// behindPass is how many changes a first pass is ahead of what is indexed beside it: what was written before it could
// be analysed has been written again by then, and is indexed once. It is more than is indexed in one request.
const behindPass = 2 * atOnce * indexBatch

// IndexAtOnce is Index for a pass during which nobody asks for anything; over is closed when that has come to its
// end, and all is indexed then. Where nothing is indexed yet, and much is to be, it begins beside the pass, a distance
// behind it, and the indexes of what sorts are built when all of it is there; those of works when derived reports that
// they are made of it.
func (s *Store) IndexAtOnce(ctx context.Context, over <-chan struct{}, derived func() bool) error {
	s.passing.Store(true)
	err := s.indexFirst(ctx, over)
	s.passing.Store(false)
	if err != nil && ctx.Err() == nil && s.Damage() == nil {
		s.log.Warn("search index not written", zap.Error(err))
	}
	return s.Index(ctx, FirstPass{Over: func() bool { return isClosed(over) }, Derived: derived})
}

func (s *Store) indexFirst(ctx context.Context, over <-chan struct{}) error {
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	enough := int64(beginsBehind)
	if s.indexed.Load() > 0 {
		enough = math.MaxInt64
	}
	err := s.awaitPass(ctx, wake, over, enough)
	keys := newSorter()
	for err == nil && !isClosed(over) {
		if err = s.indexInSteps(ctx, keys, atOnce, behindPass); err == nil {
			err = s.awaitPass(ctx, wake, over, s.indexed.Load()+behindPass+atOnce*indexBatch)
		}
	}
	if err != nil || !s.due.any() { // a few changes: as those that come later
		return err
	}
	if err = s.indexInSteps(ctx, keys, atOnce, 0); err != nil {
		return err
	}
	vocabulary := run.NewGroup(ctx, s.log)
	defer vocabulary.Stop()
	if s.vocabularyDue() {
		vocabulary.Go("vocabulary", s.makeVocabulary) // it reads while the writer builds
	}
	names := s.due.names("sort_keys")
	for i := 0; i < len(names) && err == nil; i++ {
		err = s.buildDue(ctx, names[i])
	}
	return errors.Join(err, vocabulary.Wait())
}

// awaitPass waits until a pass has come to a number of the feed, or is over.
func (s *Store) awaitPass(ctx context.Context, wake, over <-chan struct{}, head int64) error {
	for s.Head() < head {
		select {
		case <-wake:
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
