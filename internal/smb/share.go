package smb

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// listingsAtOnce is where more directories at once gained nothing: the server is busy then.
const listingsAtOnce = 7

// Share is a directory of a share as a file tree. See the package comment. Safe for concurrent use.
type Share struct {
	config   Config
	log      *zap.Logger
	breaker  *circuitBreaker
	sessions *sessions
	prover   prover
	cache    *listingCache
	listings *semaphore.Weighted
	// largeListings has one place: of many listings that are long, one at a time goes on.
	largeListings *semaphore.Weighted
	expected      atomic.Pointer[tree.Volume]

	mu     sync.Mutex
	closed bool
	group  *run.Group // every goroutine of this share's

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
		log:      logs.Sparing(log).With(zap.String("share", config.location())),
		breaker:  newCircuitBreaker(),
		cache:    newListingCache(),
		listings: semaphore.NewWeighted(listingsAtOnce),

		largeListings: semaphore.NewWeighted(1),
	}
	s.group = run.NewGroup(context.Background(), s.log)
	s.sessions = &sessions{config: config, log: s.log, spawn: s.spawn}
	s.sessions.life, s.sessions.end = context.WithCancel(context.Background())
	s.prover.share = s
	return s, nil
}

// spawn starts a goroutine that Close waits for, unless the share is closed.
func (s *Share) spawn(name string, f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.group.Go(name, func(context.Context) error { f(); return nil })
	return true
}

// Close ends the session and waits for everything under way, which that cuts short. Calls fail with
// tree.ErrAway from then on.
func (s *Share) Close() error {
	s.shut()
	s.sessions.close()
	_ = s.group.Wait() // a panic has been logged
	s.group.Stop()
	return nil
}

// shut lets no goroutine start any more.
func (s *Share) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
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
func (s *Share) Expect(v tree.Volume) {
	if old := s.expected.Swap(&v); old == nil || old.ID != v.ID {
		s.cache.forget() // it may be of another volume
	}
}

// volume is the file system that a root is on. That is another one on another server, whatever number its root has.
func (s *Share) volume(root info) tree.Volume {
	id, former := fmt.Sprintf("smb:%s#%x", s.config.location(), root.id), ""
	if root.server != ([16]byte{}) {
		id, former = fmt.Sprintf("%s@%x", id, root.server), id
	}
	return tree.Volume{
		ID:      id,
		Former:  former,
		Root:    tree.FileID{Inode: root.id},
		FSType:  "smb",
		WeakIDs: true,
		Remote:  true,
	}
}

// List implements tree.Tree.
func (s *Share) List(ctx context.Context, dir string) (*tree.Listing, error) {
	return performOn(ctx, s, "list", dir, func(ctx context.Context) (*tree.Listing, error) {
		if err := s.listingTurn(ctx); err != nil {
			return nil, err
		}
		defer s.listings.Release(1)
		return s.listProven(ctx, dir)
	}, nil)
}

// listingTurn waits for a place among the listings. Whoever waits while the server goes silent has waited for that
// answer too: it fails with those that asked, and does not find out anew.
func (s *Share) listingTurn(ctx context.Context) error {
	for {
		ses, err := s.sessions.get(ctx)
		if err != nil {
			return err
		}
		err = ses.acquire(ctx, s.listings, 1)
		if err == nil && ses.gone() {
			s.listings.Release(1)
			err = ses.lost()
		}
		if !cutOff(err) {
			return err
		}
	}
}

// Stat implements tree.Tree. That a name does not exist is believed only if the server says so of the
// name itself, and the root was proven both before it was asked and after.
func (s *Share) Stat(ctx context.Context, path string) (tree.Entry, error) {
	return performOn(ctx, s, "stat", path, func(ctx context.Context) (tree.Entry, error) {
		q := s.beginLookup(s.prover.join())
		e, err := s.stat(ctx, path)
		if err != nil {
			return tree.Entry{}, q.confirm(ctx, err, func() error { _, err := s.stat(ctx, path); return err })
		}
		if _, err = q.proof.waitExpected(ctx); err == nil && s.cache.spelledOtherwise(path, e) {
			err = fmt.Errorf("%w: only a name in another case, or of otherwise composed letters, does",
				tree.ErrNotExist)
		}
		if err == nil && e.Type == tree.Dir {
			var back bool
			if back, err = s.inLoop(ctx, path, e.ID.Inode); back {
				e.Type = tree.Link
			}
		}
		return e, err
	}, nil)
}

// Open implements tree.Tree.
func (s *Share) Open(ctx context.Context, path string) (tree.ReadFile, error) {
	f, err := performOn(ctx, s, "open", path, func(ctx context.Context) (*file, error) {
		q := s.beginLookup(s.prover.join())
		f, err := s.openFile(ctx, path)
		if err != nil {
			return nil, q.confirm(ctx, err, func() error {
				f, err := s.openFile(ctx, path)
				if err == nil {
					f.drop()
				}
				return err
			})
		}
		if _, err := q.proof.waitExpected(ctx); err != nil {
			f.drop()
			return nil, err
		}
		return f, nil
	}, (*file).drop)
	if err != nil {
		return nil, err
	}
	f.ctx = ctx
	return f, nil
}
