package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/run"
)

// What is taken in by one transaction: as much as comes while the one before is written, until there are so many changes.
// Five times as many are a quarter faster, and keep other sources waiting five times as long.
const (
	groupRows  = 1000
	groupBytes = 16 << 20
	batches    = 16 // of the feed that may wait to be taken in
)

// loadsAtOnce come in of different sources. More would not be faster, and each would wait for the others for so long
// that its source takes the hub for one that has stalled; and changes elsewhere would wait for all of them.
const loadsAtOnce = 2

// How long it takes until a source is tried again, growing, and how often it is asked how its roots are.
const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 5 * time.Second
	rootsEvery    = 5 * time.Second
	settleEvery   = time.Second
)

// errAnew says that what is held of the source is of no use to go on from: its feed is to be loaded anew.
var errAnew = errors.New("the feed cannot be followed on from where it was")

// errOtherDaemon says that what is asked is not of the catalog that is taken in.
var errOtherDaemon = errors.New("another daemon has taken the place of the source while it was asked")

// run follows the source until ctx ends.
func (s *source) run(ctx context.Context) error {
	for failures, anew := 0, false; ctx.Err() == nil; {
		heard := false
		err := run.Safely(s.log, "source", func() error { return s.follow(ctx, anew, &heard) })
		if ctx.Err() != nil {
			break
		}
		if err == nil {
			err = errors.New("its feed has ended")
		}
		if heard {
			failures = 0
		}
		if anew = errors.Is(err, errAnew); anew {
			s.log.Warn("source is loaded anew", zap.Error(err))
			if failures == 0 {
				failures++
				continue
			}
		}
		s.catchUp(false)
		s.failed(err, failures == 0)
		failures++
		if !wait(ctx, pause(failures)) {
			break
		}
	}
	return ctx.Err()
}

// failed notes why the source is not followed any more: because it is away, but where only the hub failed. Then what it
// alone has can still be had.
func (s *source) failed(err error, isFirst bool) {
	if postgres.IsOurs(err) {
		if s.found(s.State().Loading); isFirst {
			s.log.Warn("what the source says is not taken in", zap.Error(err))
		}
		return
	}
	if s.turn(false, err.Error()) || isFirst {
		s.log.Warn("source is away: its items stay as they are", zap.Error(err))
		for _, r := range s.State().Roots {
			s.told(r)
		}
	}
}

// pause is how long to wait after so many failures in a row, differing by up to a half.
func pause(failures int) time.Duration {
	d := min(shortestPause<<min(failures-1, 10), longestPause)
	return d/2 + rand.N(d)
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// follow follows the source for as long as one connection lasts. heard is set once its feed has said something.
func (s *source) follow(ctx context.Context, anew bool, heard *bool) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	is, err := s.ask(ctx, c)
	if err != nil {
		return err
	}
	catalog, err := s.catalog(ctx, is.Instance.ID, anew)
	if err != nil {
		return err
	}
	if err := s.hear(ctx, &is); err != nil {
		return err
	}
	s.change(func(st *State) { st.Catalog = catalog.Number() })
	s.waits(0)
	if err := s.reconsider(ctx, catalog); err != nil {
		return err
	}
	release, err := s.loadTurn(ctx, catalog)
	if err != nil {
		return err
	}
	defer release()
	group := run.NewGroup(ctx, s.log)
	came := make(chan client.Batch, batches)
	group.Go("feed of "+s.Name, func(ctx context.Context) error {
		defer close(came)
		return s.read(ctx, c, catalog.Cursor, is.Instance.ID, came)
	})
	ready := make(chan prepared) // one is made ready while another is taken in
	group.Go("rows of "+s.Name, func(ctx context.Context) error {
		defer close(ready)
		return s.prepare(ctx, catalog, came, ready)
	})
	group.Go("roots of "+s.Name, func(ctx context.Context) error { return s.listen(ctx, c, is.Instance.ID) })
	group.Go("items of "+s.Name, func(ctx context.Context) error {
		return s.take(ctx, c, catalog, is.Instance.ID, ready, heard, release)
	})
	return group.Wait()
}

// reconsider takes in once what could not be taken in before, maybe by an earlier version.
func (s *source) reconsider(ctx context.Context, catalog *postgres.Catalog) error {
	if s.reconsidered {
		return nil
	}
	n, err := catalog.Reconsider(ctx)
	if n > 0 {
		s.log.Info("items of the source that could not be taken in are now", zap.Int("items", n))
	}
	s.reconsidered = err == nil
	return err
}

// catalog is the one that is to be gone on with: a new one where another instance is behind the source's name. A daemon of
// an early version does not say which it is, before it is brought up to date: then its cursor tells, which another
// catalog's feed refuses.
func (s *source) catalog(ctx context.Context, instance string, anew bool) (*postgres.Catalog, error) {
	was, err := s.store.Newest(ctx, s.Name)
	if err != nil {
		return nil, err
	}
	if was != nil && !anew && (was.Instance == instance || was.Cursor != "" && (was.Instance == "" || instance == "")) {
		return was, nil
	}
	return s.store.Begin(ctx, s.Name, instance, was)
}

// read hands on what the feed says behind a cursor, until the connection ends.
func (s *source) read(ctx context.Context, c *client.Client, since, instance string, came chan<- client.Batch) error {
	for b, err := range c.Follow(ctx, client.Follow{Since: since, Raw: true}) {
		switch {
		case err != nil:
			return err
		case b.Lost != nil:
			return b.Lost
		case b.Reset != "":
			return fmt.Errorf("%w: %s", errAnew, b.Reset)
		case b.Instance != "" && b.Instance != instance:
			return errOtherDaemon
		case b.Cursor == "": // what follows could not be gone on from, and nothing would be taken away any more
			return errors.New("the feed does not say how far it has come")
		}
		select {
		case came <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// prepared is a group that is ready to be taken in.
type prepared struct {
	*postgres.Prepared
	caughtUp bool
}

// prepare makes ready what the feed says, as much at once as has come.
func (s *source) prepare(
	ctx context.Context, catalog *postgres.Catalog, came <-chan client.Batch, ready chan<- prepared,
) error {
	for {
		var g gathered
		select {
		case b, more := <-came:
			if !more {
				return ctx.Err() // its reader says why
			}
			s.waits(1)
			g.add(&b)
		case <-ctx.Done():
			return ctx.Err()
		}
		g.more(came)
		of := catalog.Prepare(postgres.Group{Changes: g.changes, Cursor: g.cursor})
		select {
		case ready <- prepared{of, g.caughtUp}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// loadTurn waits until few other loads come in, where one is to. release, which may be called again, lets the next one.
func (s *source) loadTurn(ctx context.Context, catalog *postgres.Catalog) (release func(), err error) {
	if !catalog.Loading {
		return func() {}, nil
	}
	s.change(func(st *State) { st.Loading = true })
	s.catchUp(false)
	s.found(true) // it answers, whenever its turn comes
	select {
	case s.loads <- struct{}{}:
		return sync.OnceFunc(func() { <-s.loads }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// take takes in what is ready, and says when all has come that there was.
func (s *source) take(
	ctx context.Context, c *client.Client, catalog *postgres.Catalog, instance string, ready <-chan prepared,
	heard *bool, loaded func(),
) error {
	again := time.NewTicker(settleEvery)
	defer again.Stop()
	for all := false; ; {
		var due <-chan time.Time
		if all && catalog.Loading {
			due = again.C
		}
		var g prepared
		var more bool
		select {
		case g, more = <-ready:
			if !more {
				return ctx.Err() // its reader says why
			}
		case <-due:
			if err := s.settle(ctx, c, catalog); err != nil {
				return err
			}
			continue
		case <-ctx.Done():
			return ctx.Err()
		}
		s.catchUp(false)
		taken, err := catalog.Apply(ctx, g.Prepared)
		if err != nil {
			return err
		}
		if err := catalog.Name(ctx, instance); err != nil {
			return err
		}
		s.waits(-1)
		if taken.Poison > 0 {
			s.log.Error("items of the source cannot be taken in: what was held of them stays",
				zap.Int("items", taken.Poison))
		}
		if g.caughtUp {
			loaded()
		}
		if all = all || g.caughtUp; g.caughtUp && catalog.Loading {
			if err := s.settle(ctx, c, catalog); err != nil {
				return err
			}
		}
		s.catchUp(!catalog.Loading)
		s.change(func(st *State) { st.Loading = catalog.Loading })
		*heard = true
		s.found(catalog.Loading)
	}
}

// found notes that the source is there, and has everybody told where it was away.
func (s *source) found(loading bool) {
	if !s.turn(true, "") {
		return
	}
	s.log.Info("source is followed", zap.Bool("loading", loading))
	for _, r := range s.State().Roots {
		s.told(r)
	}
}

// settle ends a load, all of which has come, once the source has nothing to do and all its roots are there: one that
// has just got another catalog, or is about to find its disks, tells of less than there is. Where nothing was held
// before there is nothing to lose, and no root is waited for.
func (s *source) settle(ctx context.Context, c *client.Client, catalog *postgres.Catalog) error {
	is, err := s.ask(ctx, c)
	if err != nil || !is.Idle {
		return nil // where it is away the feed says so
	}
	if !is.allOnline() {
		if replaces, err := catalog.Replaces(ctx); err != nil || replaces {
			return err
		}
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	behind, err := c.Changes(asking, client.Follow{Since: catalog.Cursor, Raw: true}, 0)
	if err != nil || len(behind.Changes) > 0 || behind.More {
		return nil // what has come since may be what it has just found
	}
	if err := catalog.Complete(ctx); err != nil {
		return err
	}
	s.catchUp(true)
	s.change(func(st *State) { st.Loading = false })
	return nil
}

// listen asks how the source and its roots are, time after time.
func (s *source) listen(ctx context.Context, c *client.Client, instance string) error {
	for wait(ctx, rootsEvery) {
		is, err := s.ask(ctx, c)
		if err != nil {
			continue // the feed says when the source is away
		}
		if is.Instance.ID != "" && is.Instance.ID != instance { // of which long polls do not tell
			return errOtherDaemon
		}
		if err := s.hear(ctx, &is); err != nil && ctx.Err() == nil {
			s.log.Warn("what the source says of its roots is not kept", zap.Error(err))
		}
	}
	return ctx.Err()
}
