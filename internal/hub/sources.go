package hub

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run"
)

// Sources are all that a hub takes in. Its methods are safe for concurrent use.
type Sources struct {
	store *postgres.Store
	log   *zap.Logger
	all   []*source
	http  *http.Client
}

// New returns the sources of a hub. Root is called with a root of theirs, by the hub's name, whenever it is otherwise
// than before; nil: nobody wants to know. Run must run for anything to be taken in.
func New(of []Source, store *postgres.Store, root func(media.Root), log *zap.Logger) *Sources {
	if root == nil {
		root = func(media.Root) {}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true                // within one house the network is faster
	transport.ResponseHeaderTimeout = 90 * time.Second // longer than any answer waits
	s := &Sources{store: store, log: log, http: &http.Client{Transport: transport}}
	for _, one := range of {
		s.all = append(s.all, &source{Source: one, store: store, http: s.http, told: root,
			log: log.With(zap.String("source", one.Name)), state: State{Name: one.Name, Since: time.Now().UTC()}})
	}
	return s
}

// Run takes in what the sources say until ctx ends. What sources that the hub has no longer have left behind goes at
// first.
func (s *Sources) Run(ctx context.Context) error {
	defer s.http.CloseIdleConnections()
	group := run.NewGroup(ctx, s.log)
	group.Go("sources that left", s.leave)
	for _, one := range s.all {
		group.Go("source "+one.Name, one.run)
	}
	return group.Wait()
}

// leave ends the items of sources that have left, as soon as the database lets it.
func (s *Sources) leave(ctx context.Context) error {
	names := make([]string, len(s.all))
	for i, one := range s.all {
		names[i] = one.Name
	}
	for ctx.Err() == nil {
		err := s.store.Leave(ctx, names)
		if err == nil || ctx.Err() != nil {
			break
		}
		s.log.Warn("what has left is still shown", zap.Error(err))
		if !wait(ctx, longestPause) {
			break
		}
	}
	return ctx.Err()
}

// Recall has the sources' roots be known that they spoke of before the hub was started.
func (s *Sources) Recall(ctx context.Context) error {
	for _, one := range s.all {
		raw, err := s.store.Said(ctx, one.Name)
		if err != nil {
			return err
		}
		one.change(func(st *State) { st.Roots = rootsOf(one.Name, raw) })
	}
	return nil
}

// States are how the sources are, in the order of the configuration.
func (s *Sources) States() []State {
	out := make([]State, len(s.all))
	for i, one := range s.all {
		out[i] = one.State()
	}
	return out
}

// Idle reports whether all that there is to be taken in of sources that are there has been, and none of them has
// anything to do.
func (s *Sources) Idle() bool {
	for _, st := range s.States() {
		if st.Online && !st.Idle {
			return false
		}
	}
	return true
}

func (s *Sources) named(name string) *source {
	for _, one := range s.all {
		if one.Name == name {
			return one
		}
	}
	return nil
}

// ofItem finds the source of an item, and the item's id there. It fails with media.ErrOffline where that source's
// catalog is another by now.
func (s *Sources) ofItem(ctx context.Context, id int64) (*source, int64, error) {
	catalog, at := postgres.SourceID(id)
	name, err := s.store.SourceOf(ctx, catalog)
	if err != nil {
		return nil, 0, err
	}
	one := s.named(name)
	if one == nil {
		return nil, 0, fmt.Errorf("%w: source %q is none of the hub's", media.ErrOffline, name)
	}
	switch st := one.State(); {
	case !st.Online:
		return nil, 0, fmt.Errorf("%w: %s", media.ErrOffline, awayText(&st))
	case st.Catalog != catalog:
		return nil, 0, fmt.Errorf("%w: another catalog is in the place of source %s, and is being taken in",
			media.ErrOffline, name)
	}
	return one, at, nil
}
