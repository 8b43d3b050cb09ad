package smb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// prover finds out whether the root is there and is the one that is expected. What a server says of a
// name below it is worth no more than that: where its disk is not mounted, every name is "not found", and
// the listing of the empty mount point is complete and free of errors.
//
// A proof serves every call that began before it did, so that a thousand calls at once cost a few.
type prover struct {
	share *Share

	mu      sync.Mutex
	running bool
	next    *proof // not yet begun

	last atomic.Pointer[info] // the root, as it was at provenAt
	// provenAt is when the last proof ended that found the root as expected, in Unix nanoseconds.
	provenAt atomic.Int64
}

// provenFor is how long before a lookup a root may have been proven to count as proven before it. A disk
// that goes and comes back within it, and within the round trip of the lookup, is not seen.
const provenFor = time.Second

// proof is one look at the root.
type proof struct {
	share *Share
	done  chan struct{}
	root  info
	err   error
}

// join returns a proof that begins after join was called.
func (p *prover) join() *proof {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = &proof{share: p.share, done: make(chan struct{})}
	}
	joined := p.next
	if !p.running {
		p.running = p.share.spawn("proof of a share's root", p.run)
		if !p.running {
			joined.err = errClosed
			close(joined.done)
			p.next = nil
		}
	}
	return joined
}

// run makes proofs for as long as there are any to be made.
func (p *prover) run() {
	for {
		now := p.takeNext()
		if now == nil {
			return
		}
		now.err = run.Safely(p.share.log, "proof of a share's root", func() (err error) {
			now.root, err = p.look()
			return err
		})
		if now.err == nil && p.share.expects(now.root) == nil {
			p.remember(now.root)
		}
		close(now.done)
		if classify(now.err) == away {
			p.failNext(now.err)
		}
	}
}

// takeNext takes the next proof to be made; with nil, run ends.
func (p *prover) takeNext() *proof {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.next
	p.next, p.running = nil, now != nil
	return now
}

// failNext ends the proof that has not begun: whoever waits for it has waited while the share was away.
func (p *prover) failNext(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		p.next.err = err
		close(p.next.done)
		p.next = nil
	}
}

// remember remembers a root that is as expected.
func (p *prover) remember(root info) {
	p.last.Store(&root)
	p.provenAt.Store(time.Now().UnixNano())
}

// proveFrom is a proof that costs nothing, since somebody has opened the root anyway.
func (p *prover) proveFrom(ctx context.Context, root info) (info, error) {
	if p.share.expects(root) != nil {
		return p.join().waitExpected(ctx) // which looks again where a session may be what is wrong
	}
	err := p.share.sameDisk(ctx, root)
	if err == nil {
		p.remember(root)
	}
	return root, err
}

// sessionFreshFor is how old a session may be for another root than the expected one to count as what is there now.
const sessionFreshFor = time.Second

// errStale ends a session that may be what is wrong with the root.
var errStale = errors.New("the session is from before its root changed")

// look opens the root. Where that is not as it should be, it does so again on a new session: a server
// enters the directory of a share when it is mounted, and stays in it, also when a disk is mounted over it
// or it was the empty mount point of one that is back. That no root is there at all counts only of a session that is
// as new as the lookup: else the one try that the circuit breaker allows could be lost on a session of a moment ago.
func (p *prover) look() (root info, err error) {
	began := time.Now()
	root, ses, err := p.open()
	if other := err == nil && p.share.expects(root) != nil; ses != nil &&
		(other && time.Since(ses.born) > sessionFreshFor || classify(err) == thisEntry && ses.born.Before(began)) {
		ses.kill(errStale)
		root, _, err = p.open()
	}
	switch {
	case err == nil:
		return root, p.share.sameDisk(context.Background(), root)
	case classify(err) == thisEntry: // denied, not found or no directory, at the root itself
		err = &classedError{class: away, err: fmt.Errorf("open the root: %w", err)}
	}
	return info{}, err
}

// open opens the root and looks at it. The session is the one that said so.
func (p *prover) open() (root info, on *session, err error) {
	ctx := context.Background()
	root, err = withSession(ctx, p.share, func(ses *session) (info, error) {
		on = ses
		return p.share.statOn(ctx, ses, "")
	})
	if err == nil && !root.isDir() {
		err = errors.New("not a directory")
	}
	return root, on, err
}

// wait waits for the proof and returns what root there is.
func (p *proof) wait(ctx context.Context) (info, error) {
	select {
	case <-p.done:
		return p.root, p.err
	case <-ctx.Done():
		return info{}, ctx.Err()
	}
}

// waitExpected waits for the proof that the root is the expected one.
func (p *proof) waitExpected(ctx context.Context) (info, error) {
	root, err := p.wait(ctx)
	if err == nil {
		err = p.share.expects(root)
	}
	return root, err
}

// expects fails where root is on another volume than the expected one.
func (s *Share) expects(root info) error {
	want := s.expected.Load()
	if want == nil || want.ID == "" {
		return nil
	}
	got, who := s.volume(root), ""
	switch {
	case got.ID == want.ID:
		return nil
	case got.Former != "" && got.Former == want.Former:
		who = "another server answers in its place: "
	}
	return &classedError{class: elsewhere, err: fmt.Errorf("%w: %sexpected volume %s, found %s", tree.ErrAway, who,
		want.ID, got.ID)}
}
