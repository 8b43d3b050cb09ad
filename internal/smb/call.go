package smb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// sharePath is the path below the share of a path below the root.
func (s *Share) sharePath(path string) string {
	switch {
	case s.config.Path == "":
		return path
	case path == "":
		return s.config.Path
	}
	return s.config.Path + "/" + path
}

// openOn opens a path below the share.
func (s *Share) openOn(ctx context.Context, ses *session, full string) (handle, error) {
	return asked(ctx, ses, weightSmall, func() (handle, error) { return ses.mount.open(full) })
}

// statHandle looks at an open file.
func statHandle(ctx context.Context, ses *session, h handle) (info, error) {
	i, err := asked(ctx, ses, weightLarge, h.stat)
	i.server = ses.server
	return i, err
}

// statOn opens a path below the root and looks at what it opened.
func (s *Share) statOn(ctx context.Context, ses *session, path string) (info, error) {
	h, err := s.openOn(ctx, ses, s.sharePath(path))
	if err != nil {
		return info{}, err
	}
	defer s.closeLater(ses, h)
	return statHandle(ctx, ses, h)
}

// closeLater closes a handle without anybody waiting for it.
func (s *Share) closeLater(ses *session, h handle) {
	if ses.gone() {
		return // the server closes what a connection had open
	}
	s.spawn("close of a file of a share", func() {
		// Its error would tell nothing that the next call does not find out.
		_ = ses.do(context.Background(), weightSmall, h.close)
	})
}

// withSession runs f on a session, and once more on a new one if the first was cut off under it: servers are
// restarted, and end connections that were idle.
func withSession[T any](ctx context.Context, s *Share, f func(*session) (T, error)) (T, error) {
	for again := true; ; again = false {
		ses, err := s.sessions.get(ctx)
		if err != nil {
			return *new(T), err
		}
		v, err := f(ses)
		if !again || !cutOff(err) || ctx.Err() != nil {
			return v, err
		}
	}
}

// cutOff tells an error that a new session may not have.
func cutOff(err error) bool {
	var lost *lostError
	return errors.As(err, &lost) && lost.again
}

// perform runs a call of the tree in a goroutine of its own, through the circuit breaker. If ctx ends
// first it returns at once; the call goes on until the server answers or its time is up, is counted by the
// breaker as what it turns out to be, and its value is given to drop.
func perform[T any](ctx context.Context, s *Share, f func(context.Context) (T, error), drop func(T)) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	var value T
	var err error
	var taken atomic.Bool // by the caller leaving, or by the result arriving
	done := make(chan struct{})
	started := s.spawn("call to a share", func() {
		s.underway.Add(1)
		defer s.underway.Add(-1)
		err = s.breaker.do(s.probe, func() error {
			return run.Safely(s.log, "call to a share", func() (err error) { value, err = f(ctx); return err })
		})
		s.logPanic(err)
		if taken.CompareAndSwap(false, true) {
			close(done)
			return
		}
		s.abandoned.Add(-1)
		if err == nil && drop != nil {
			drop(value)
		}
	})
	if !started {
		return zero, public(errClosed)
	}
	select {
	case <-done:
	case <-ctx.Done():
		s.abandoned.Add(1)
		if taken.CompareAndSwap(false, true) {
			return zero, ctx.Err()
		}
		s.abandoned.Add(-1)
		<-done
	}
	if err != nil {
		return zero, public(err)
	}
	return value, nil
}

// performOn performs a call about a path, which is asked once more where that may help. what names it in its error.
func performOn[T any](
	ctx context.Context, s *Share, what, path string, f func(context.Context) (T, error), drop func(T),
) (v T, err error) {
	if err = checkPath(path); err == nil {
		v, err = perform(ctx, s, retryDenied(s, f), drop)
	}
	if err != nil {
		return v, fmt.Errorf("%s %q: %w", what, path, err)
	}
	return v, nil
}

// retryDenied asks once more where an entry is denied though the root is there, or was not found and then was. A server
// whose disk is gone denies everything, and may have it back when the root is looked at; and it denies a request that
// came damaged, as its own answer may. What it answers brokenly of one entry, while it shows the root well, is said of
// that entry alone.
func retryDenied[T any](s *Share, f func(context.Context) (T, error)) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		v, err := f(ctx)
		denied := errors.Is(err, fs.ErrPermission) && classify(err) == thisEntry
		if (denied || damaged(err) || errors.Is(err, errUnsettled)) && ctx.Err() == nil {
			v, err = f(ctx)
		}
		return v, s.unlessRootWorks(ctx, err)
	}
}

// damaged reports whether an answer is not as the server signed it.
func damaged(err error) bool {
	var broken *brokenReply
	return errors.As(err, &broken) && broken.damaged
}

// unlessRootWorks returns err, unless it is a broken reply and the root turns out to be there: the share is not
// away then, but something about this entry cannot be told, and will not be any better at once.
func (s *Share) unlessRootWorks(ctx context.Context, err error) error {
	var broken *brokenReply
	if !errors.As(err, &broken) || broken.damaged || classify(err) != away {
		return err
	}
	_, gone := s.prover.join().waitExpected(ctx)
	if errors.As(gone, new(*brokenReply)) { // its session may have been ended by what is asked about
		_, gone = s.prover.join().waitExpected(ctx)
	}
	if gone != nil {
		return gone
	}
	return &classedError{class: thisEntry, err: fmt.Errorf(
		"%w: the share is there otherwise; a server that goes on like this wants an update, or a check of its disk", broken)}
}

// probe is what a half-open breaker asks: whether there is a session to be had, and a root on it.
func (s *Share) probe() error {
	s.sessions.clearRefusal()
	_, err := s.prover.join().wait(context.Background())
	return err
}

// logPanic logs where the library panicked, on a reply that it did not expect.
func (s *Share) logPanic(err error) {
	var broken *brokenReply
	if errors.As(err, &broken) && len(broken.stack) > 0 {
		s.log.Error("panic in the library of shares", zap.Error(broken), zap.ByteString("stack", broken.stack))
	}
}
