package hub

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media"
)

// Sources are all that a hub takes in. Its methods are safe for concurrent use.
type Sources struct {
	store *postgres.Store
	log   *zap.Logger
	http  *http.Client
	told  func(media.Root)
	again chan struct{} // other sources are to be followed, or otherwise
	loads chan struct{} // holds one for each source whose load comes in

	stirred chan struct{} // how sources are may have changed

	mu    sync.Mutex // guards what follows; held for look-ups only
	leads bool       // this hub sees by itself how the sources are
	all   []*source
	stale map[*source]bool // is to be asked otherwise than it is
}

// New returns the sources of a hub. Root is called with a root of theirs, by the hub's name, whenever it is otherwise
// than before; nil: nobody wants to know. Run must run for anything to be taken in, while the store's hub leads, and Watch
// all the while.
func New(of []Source, store *postgres.Store, root func(media.Root), log *zap.Logger) *Sources {
	if root == nil {
		root = func(media.Root) {}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true                // within one house the network is faster
	transport.ResponseHeaderTimeout = 90 * time.Second // longer than any answer waits
	s := &Sources{store: store, log: log, http: &http.Client{Transport: transport}, told: root,
		again: make(chan struct{}, 1), stirred: make(chan struct{}, 1), // one pending says all that there is to say
		loads: make(chan struct{}, loadsAtOnce), stale: map[*source]bool{}}
	for _, one := range of {
		s.all = append(s.all, s.make(one))
	}
	return s
}

func (s *Sources) make(one Source) *source {
	return &source{Name: one.Name, at: one, store: s.store, http: s.http, told: s.told, loads: s.loads, stir: s.stir,
		log: s.log.With(zap.String("source", one.Name)), state: State{Name: one.Name, Since: time.Now().UTC()}}
}

func (s *Sources) stir() {
	select {
	case s.stirred <- struct{}{}:
	default: // whoever is to look has not done so yet
	}
}

// Recall has the sources' roots be known that they spoke of before the hub was started.
func (s *Sources) Recall(ctx context.Context) error {
	for _, one := range s.each() {
		if err := s.recall(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sources) recall(ctx context.Context, one *source) error {
	raw, err := s.store.Said(ctx, one.Name)
	if err != nil {
		return err
	}
	one.change(func(st *State) { st.Roots = rootsOf(one.Name, raw) })
	return nil
}

// each gives the sources of now, in the order of the configuration.
func (s *Sources) each() []*source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all // which nobody changes: another slice takes its place
}

// States are how the sources are, in the order of the configuration.
func (s *Sources) States() []State {
	all := s.each()
	out := make([]State, len(all))
	for i, one := range all {
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
	for _, one := range s.each() {
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
	if name == "" { // of an item there is one
		return nil, 0, fmt.Errorf("%w: %d", media.ErrNoScan, id)
	}
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
