package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

// sortsLater is how many changes there must be to index at once, and none indexed, for the indexes of what sorts to be
// built afterwards: each row put into them in the order of the feed writes a page of each.
const sortsLater = 10_000

// mayBeUnbuilt reports whether a catalog is whole without an object of the schema: an index of what sorts, which is
// built after a first pass, or by the next start where that was broken off.
func (o object) mayBeUnbuilt() bool { return o.sorts("sort_keys") || o.sorts("works") }

// sorts reports whether an object is an index of what sorts the rows of a table.
func (o object) sorts(table string) bool {
	if o.kind != "index" || o.table != table || o.sql == "" {
		return false
	}
	return table == "sort_keys" || table == "works" && slices.Contains(worksBuiltLater, o.name)
}

// IndexAtOnce is Index for a pass during which nobody asks for anything; over is closed when that has come to its end,
// and all is indexed then. Where nothing is indexed yet, and much is to be, it begins beside the pass, a distance behind
// it, and the indexes of what sorts are built when all of it is there.
func (s *Store) IndexAtOnce(ctx context.Context, over <-chan struct{}) error {
	s.unbuilt.Store(true)
	err := s.indexFirst(ctx, over)
	s.unbuilt.Store(false)
	if err != nil && ctx.Err() == nil && s.Damage() == nil {
		s.log.Warn("search index not written", zap.Error(err))
	}
	return s.Index(ctx)
}

// behindPass is how many changes a first pass is ahead of what is indexed beside it: what was written before it could
// be analysed has been written again by then, and is indexed once. It is more than is indexed in one request.
const behindPass = 2 * atOnce * indexBatch

func (s *Store) indexFirst(ctx context.Context, over <-chan struct{}) error {
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	enough := int64(sortsLater)
	if s.indexed.Load() > 0 {
		enough = math.MaxInt64
	}
	if err := s.awaitPass(ctx, wake, over, enough); err != nil {
		return err
	}
	dropped, err := s.dropSorts(ctx)
	if err != nil || len(dropped) == 0 {
		return errors.Join(err, s.awaitPass(ctx, wake, over, math.MaxInt64))
	}
	keys := newSorter()
	for err == nil && !isClosed(over) {
		if err = s.indexInSteps(ctx, keys, atOnce, behindPass); err == nil {
			err = s.awaitPass(ctx, wake, over, s.indexed.Load()+behindPass+atOnce*indexBatch)
		}
	}
	if err == nil {
		err = s.indexInSteps(ctx, keys, atOnce, 0)
	}
	vocabulary := run.NewGroup(ctx, s.log)
	defer vocabulary.Stop()
	if err == nil && s.vocabularyDue() {
		vocabulary.Go("vocabulary", s.makeVocabulary) // it reads while the writer builds
	}
	err = errors.Join(err, s.buildDropped(ctx, dropped)) // whatever has become of the rest
	return errors.Join(err, vocabulary.Wait())
}

// buildDropped builds indexes that were dropped. Those that it does not come to the next start builds.
func (s *Store) buildDropped(ctx context.Context, dropped []object) (err error) {
	for _, o := range dropped {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err = errors.Join(err, s.buildSort(ctx, o))
	}
	return err
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

// dropSorts drops the indexes of what sorts, if they are to be built afterwards.
func (s *Store) dropSorts(ctx context.Context) (dropped []object, err error) {
	if s.indexed.Load() > 0 {
		return nil, nil
	}
	return s.dropSortsOf(ctx, "sort_keys")
}

// dropSortsOf drops the indexes of what sorts the rows of a table, if there are none and much is to come.
func (s *Store) dropSortsOf(ctx context.Context, table string) (dropped []object, err error) {
	if s.Head() < sortsLater {
		return nil, nil
	}
	err = s.Update(ctx, func(tx *Tx) error {
		rows, err := tx.c.number("SELECT EXISTS (SELECT 1 FROM " + table + ")")
		if err != nil || rows > 0 {
			return err
		}
		err = eachObject(tx.c, func(o object) error {
			if o.sorts(table) {
				dropped = append(dropped, o)
			}
			return nil
		})
		for _, o := range dropped {
			err = errors.Join(err, tx.c.script("DROP INDEX "+o.name))
		}
		return err
	})
	return dropped, err
}

// buildSort builds an index that was dropped.
func (s *Store) buildSort(ctx context.Context, o object) error {
	return inFileOrMemory(func(place string) error {
		return s.Update(ctx, func(tx *Tx) error { return tx.c.buildIndex(o, place) })
	})
}

// buildSorts builds the indexes that a catalog lacks, before anybody asks by them.
func (s *Store) buildSorts(c *conn, unbuilt []object) error {
	if len(unbuilt) > 0 {
		s.log.Info("sorts of a pass that was not finished are built", zap.Int("indexes", len(unbuilt)))
	}
	for _, o := range unbuilt {
		if err := inFileOrMemory(func(place string) error { return c.buildIndex(o, place) }); err != nil {
			return err
		}
	}
	return nil
}

// inFileOrMemory has something sorted in a temporary file if it is much, or in memory where there is no place for one.
func inFileOrMemory(build func(place string) error) error {
	err := build("FILE")
	if err == nil || isDamage(err) || errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled) {
		return err
	}
	return build("MEMORY")
}

func (c *conn) buildIndex(o object, place string) error {
	err := c.script("PRAGMA temp_store=" + place)
	if err == nil {
		err = c.script(o.sql)
	}
	if err = errors.Join(err, c.script("PRAGMA temp_store=MEMORY")); err != nil {
		return fmt.Errorf("build %s: %w", o.name, c.interrupted(err))
	}
	return nil
}
