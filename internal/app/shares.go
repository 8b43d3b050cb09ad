package app

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/smb"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// share is a share as a root's tree, with what the daemon adds to it.
type share struct {
	*smb.Share
	location string
	catalog  atomic.Pointer[witnessing]
}

// witnessing is where a share's root finds paths that the catalog believes to be present.
type witnessing struct {
	store *store.Store
	root  int64
}

const witnesses = 24

func (s *share) witnesses() []string {
	w := s.catalog.Load()
	if w == nil {
		return nil
	}
	paths, err := w.store.SomePaths(context.Background(), w.root, witnesses)
	if err != nil {
		return nil // no witness: the share stays away until it is itself beyond doubt
	}
	return paths
}

func (s *share) breaker() *media.Breaker {
	b := s.Breaker()
	return &media.Breaker{State: string(b.State), Failures: b.Failures, RetryAt: b.RetryAt, LastError: b.LastError}
}

// shareRuns are the shares that run, by the root's name.
type shareRuns struct {
	mu sync.Mutex // guards of
	of map[string]shareRun
}

type shareRun struct {
	*share
	stop context.CancelFunc
}

// runShares runs the shares among the roots, and ends those that left.
func (c *core) runShares(roots []scanner.RootConfig) {
	wanted := map[string]*share{}
	for _, r := range roots {
		if s, ok := c.scanner.Tree(r.Name).(*share); ok {
			wanted[r.Name] = s
			if id, ok := c.scanner.RootID(r.Name); ok {
				s.catalog.Store(&witnessing{c.store, id})
			}
		}
	}
	c.shares.mu.Lock()
	defer c.shares.mu.Unlock()
	for name, s := range c.shares.of {
		if wanted[name] != s.share {
			s.stop()
			delete(c.shares.of, name)
		}
	}
	for name, s := range wanted {
		if _, runs := c.shares.of[name]; !runs {
			ctx, cancel := context.WithCancel(context.WithoutCancel(c.stages.group.Context()))
			c.shares.of[name] = shareRun{s, cancel}
			c.stages.group.Go("share "+name, func(context.Context) error { return s.Run(ctx) })
		}
	}
}

// stopShares ends every share that runs.
func (c *core) stopShares() {
	c.shares.mu.Lock()
	defer c.shares.mu.Unlock()
	for _, s := range c.shares.of {
		s.stop()
	}
}
