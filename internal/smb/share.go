package smb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

const (
	// listingsAtOnce is where more directories at once gained nothing: the server is busy then.
	listingsAtOnce = 7
	// listChunk is how many entries are asked of the library at a time: it holds each reply whole, and a
	// server can send replies for ever.
	listChunk = 4096
	// mostEntries bounds a directory, since it is held in memory.
	mostEntries = 4 << 20
)

// Share is a directory of a share as a file tree. See the package comment. Safe for concurrent use.
type Share struct {
	config   Config
	log      *zap.Logger
	breaker  *circuitBreaker
	sessions *sessions
	prover   prover
	listings *semaphore.Weighted
	expected atomic.Pointer[tree.Volume]

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup // every goroutine of this share's

	underway  atomic.Int64
	abandoned atomic.Int64
}

var _ tree.Tree = (*Share)(nil)

// New validates config. It reaches nothing: that is for the first call to do.
func New(config Config, log *zap.Logger) (*Share, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	s := &Share{
		config:   config,
		log:      log,
		breaker:  newCircuitBreaker(),
		listings: semaphore.NewWeighted(listingsAtOnce),
	}
	s.sessions = &sessions{config: config, spawn: s.spawn}
	s.prover.share = s
	return s, nil
}

// spawn starts a goroutine that Close waits for, unless the share is closed.
func (s *Share) spawn(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.busy.Go(f)
	return true
}

// Close ends the session and waits for everything under way, which that cuts short. Calls fail with
// tree.ErrAway from then on.
func (s *Share) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.sessions.close()
	s.busy.Wait()
	return nil
}

// Identify implements tree.Tree.
func (s *Share) Identify(ctx context.Context) (tree.Volume, error) {
	v, err := perform(ctx, s, func(ctx context.Context) (tree.Volume, error) {
		root, err := s.prover.join().wait(ctx)
		if err != nil {
			return tree.Volume{}, err
		}
		return s.volume(root), nil
	}, nil)
	if err != nil {
		return tree.Volume{}, fmt.Errorf("identify the share: %w", err)
	}
	return v, nil
}

// Expect implements tree.Tree.
func (s *Share) Expect(v tree.Volume) { s.expected.Store(&v) }

// volume is the file system that a root is on.
func (s *Share) volume(root info) tree.Volume {
	return tree.Volume{
		ID:      fmt.Sprintf("smb:%s#%x", s.config.location(), root.id),
		Root:    tree.FileID{Inode: root.id},
		FSType:  "smb",
		WeakIDs: true,
		Remote:  true,
	}
}

// List implements tree.Tree.
func (s *Share) List(ctx context.Context, dir string) (*tree.Listing, error) {
	if err := checkPath(dir); err != nil {
		return nil, fmt.Errorf("list %q: %w", dir, err)
	}
	l, err := perform(ctx, s, func(ctx context.Context) (*tree.Listing, error) {
		if err := s.listings.Acquire(ctx, 1); err != nil {
			return nil, err
		}
		defer s.listings.Release(1)
		q := s.question()
		l, err := s.list(ctx, dir)
		if err != nil {
			return nil, q.believe(ctx, err, func() error { _, err := s.list(ctx, dir); return err })
		}
		root, err := q.proof.ours(ctx)
		if err != nil {
			return nil, err
		}
		l.Volume = s.volume(root)
		return l, nil
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list %q: %w", dir, err)
	}
	return l, nil
}

// list reads a directory, from whatever disk it is on.
func (s *Share) list(ctx context.Context, dir string) (*tree.Listing, error) {
	var l *tree.Listing
	err := s.attempt(ctx, func(ses *session) error {
		h, err := s.openOn(ctx, ses, s.full(dir))
		if err != nil {
			return asDirectory(err)
		}
		defer s.closeLater(ses, h)
		var self info
		if err := ses.do(ctx, weightLarge, func() (err error) { self, err = h.stat(); return err }); err != nil {
			return err
		}
		if !self.isDir() {
			return tree.ErrNotDir
		}
		l = &tree.Listing{Self: self.entry(""), Provisional: true}
		return s.readEntries(ctx, ses, h, l)
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// readEntries fills l from an open directory.
func (s *Share) readEntries(ctx context.Context, ses *session, h handle, l *tree.Listing) error {
	seen := make(map[string]bool)
	for {
		var some []info
		var end bool
		err := ses.do(ctx, weightLarge, func() (err error) {
			some, err = h.list(listChunk)
			if end = err == io.EOF; end {
				err = nil
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, i := range some {
			// A name that no path can hold, or a second time, comes from a server that is broken or hostile.
			// It is left out: a listing is provisional, so nothing is concluded from that.
			if checkName(i.name) == nil && !seen[i.name] {
				seen[i.name] = true
				l.Entries = append(l.Entries, i.entry(i.name))
			}
		}
		if end || len(some) < listChunk {
			return nil
		}
		if len(l.Entries) > mostEntries {
			return fmt.Errorf("read directory: more than %d entries", mostEntries)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// asDirectory is the error of opening a path that should be a directory.
func asDirectory(err error) error {
	var status *statusError
	if errors.As(err, &status) && (status.code == statusStoppedOnSymlink || status.code == statusNotADirectory) {
		return fmt.Errorf("%w: %w", tree.ErrNotDir, err)
	}
	return err
}

// Stat implements tree.Tree. That a name does not exist is believed only if the server says so of the
// name itself, and the root was proven both before it was asked and after.
func (s *Share) Stat(ctx context.Context, path string) (tree.Entry, error) {
	if err := checkPath(path); err != nil {
		return tree.Entry{}, fmt.Errorf("stat %q: %w", path, err)
	}
	e, err := perform(ctx, s, func(ctx context.Context) (tree.Entry, error) {
		q := s.question()
		e, err := s.stat(ctx, path)
		if err != nil {
			return tree.Entry{}, q.believe(ctx, err, func() error { _, err := s.stat(ctx, path); return err })
		}
		_, err = q.proof.ours(ctx)
		return e, err
	}, nil)
	if err != nil {
		return tree.Entry{}, fmt.Errorf("stat %q: %w", path, err)
	}
	return e, nil
}

// stat looks at one name, on whatever disk it is.
func (s *Share) stat(ctx context.Context, path string) (tree.Entry, error) {
	var i info
	err := s.attempt(ctx, func(ses *session) error {
		h, err := s.openOn(ctx, ses, s.full(path))
		if err != nil {
			return err
		}
		defer s.closeLater(ses, h)
		return ses.do(ctx, weightLarge, func() (err error) { i, err = h.stat(); return err })
	})
	if err == nil {
		return i.entry(base(path)), nil
	}
	var status *statusError
	if !errors.As(err, &status) || status.notFound() {
		return tree.Entry{}, err
	}
	// It is there, but may not be opened for reading: denied, in use, a link.
	return s.lookAt(ctx, path)
}

// lookAt looks at a name without opening it for reading. Its id is known to its directory only.
func (s *Share) lookAt(ctx context.Context, path string) (tree.Entry, error) {
	var i info
	err := s.attempt(ctx, func(ses *session) error {
		return ses.do(ctx, weightSmall, func() (err error) { i, err = ses.mount.lookAt(s.full(path)); return err })
	})
	if err != nil || path == "" {
		return i.entry(""), err
	}
	l, err := s.list(ctx, parent(path))
	if err != nil {
		return tree.Entry{}, err
	}
	for _, e := range l.Entries {
		if e.Name == base(path) {
			return e, nil
		}
	}
	return i.entry(base(path)), nil
}

// Open implements tree.Tree.
func (s *Share) Open(ctx context.Context, path string) (tree.ReadFile, error) {
	if err := checkPath(path); err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	f, err := perform(ctx, s, func(ctx context.Context) (*file, error) {
		q := s.question()
		f, err := s.openFile(ctx, path)
		if err != nil {
			return nil, q.believe(ctx, err, func() error {
				f, err := s.openFile(ctx, path)
				if err == nil {
					f.drop()
				}
				return err
			})
		}
		if _, err := q.proof.ours(ctx); err != nil {
			f.drop()
			return nil, err
		}
		return f, nil
	}, (*file).drop)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	f.ctx = ctx
	return f, nil
}

// full is the path below the share of a path below the root.
func (s *Share) full(path string) string {
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
	var h handle
	err := ses.do(ctx, weightSmall, func() (err error) { h, err = ses.mount.open(full); return err })
	return h, err
}

// closeLater closes a handle without anybody waiting for it.
func (s *Share) closeLater(ses *session, h handle) {
	if ses.gone() {
		return // the server closes what a connection had open
	}
	s.spawn(func() {
		// Its error would tell nothing that the next call does not find out.
		_ = ses.do(context.Background(), weightSmall, h.close)
	})
}

// attempt runs f on a session, and once more on a new one if the first was cut off under it: servers are
// restarted, and end connections that were idle.
func (s *Share) attempt(ctx context.Context, f func(*session) error) error {
	for again := true; ; again = false {
		ses, err := s.sessions.get(ctx)
		if err != nil {
			return err
		}
		err = f(ses)
		var lost *lostError
		if !again || !errors.As(err, &lost) || !lost.again || ctx.Err() != nil {
			return err
		}
	}
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
	started := s.spawn(func() {
		s.underway.Add(1)
		defer s.underway.Add(-1)
		err = s.breaker.do(s.probe, func() (err error) {
			defer recovered(&err)
			value, err = f(ctx)
			return err
		})
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

// probe is what a half-open breaker asks: whether there is a session to be had, and a root on it.
func (s *Share) probe() (err error) {
	defer recovered(&err)
	_, err = s.prover.join().wait(context.Background())
	return err
}
