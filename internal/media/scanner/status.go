package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// maxScansKept is how many ended scans are remembered.
const maxScansKept = 1000

// rootState is what a runner publishes of itself.
type rootState struct {
	State, Reason string
	Scanning      bool
	ident         string
	polled        bool
	offer         *media.VolumeOffer
	skipped       *media.Skipped
	remotes       string
	id            int64
}

// unasked says that it is not known yet whether the root is there.
func (st *rootState) unasked() bool { return st.State == media.Offline && st.Reason == "" }

// publish makes the runner's state visible. It is called on every turn of its loop, so it writes only
// what changed.
func (r *runner) publish() {
	st := rootState{State: media.Offline, Reason: r.reason, ident: r.row.Ident, polled: r.polled.Load(), id: r.id, offer: r.offered(), skipped: r.skipped,
		remotes: r.remoteText()}
	if r.online {
		st.State, st.Reason = media.Online, ""
	}
	st.Scanning = slices.ContainsFunc(r.walks, func(p *walk) bool { return p.State == media.ScanRunning })
	if old := r.state.Load(); old == nil || *old != st {
		now := st // of its own, so that nothing is allocated where nothing changed
		r.state.Store(&now)
		r.tell()
	}
	r.noPending.Store(r.nothingPending())
	r.listsLater.Store(r.delayed.has(resting))
	r.busy.Store(!r.idle())
}

// tell has those who asked for it told of the root as it is now.
func (r *runner) tell() {
	if r.s.onRoot != nil {
		r.s.onRoot(r.name)
	}
}

// nothingPending reports whether the runner itself has nothing to do that could find a missing item.
func (r *runner) nothingPending() bool {
	if !r.online {
		return false
	}
	return !r.delayed.has(unresolved) && r.queue.idle() && len(r.walks) == 0 && r.flying == 0
}

// Roots describes every root. The watch and the breaker are for others to fill in.
func (s *Scanner) Roots(ctx context.Context) ([]media.Root, error) {
	var out []media.Root
	var broken error // what of them a damaged catalog does not say
	for _, r := range s.all() {
		m, err := s.describeRoot(ctx, r)
		if err != nil && !errors.Is(err, store.ErrCorrupt) {
			return nil, err
		}
		out, broken = append(out, m), errors.Join(broken, err)
	}
	return out, broken
}

// Root describes one root.
func (s *Scanner) Root(ctx context.Context, name string) (media.Root, error) {
	r := s.runner(name)
	if r == nil {
		return media.Root{}, fmt.Errorf("%w: %q", media.ErrNoRoot, name)
	}
	return s.describeRoot(ctx, r)
}

func (s *Scanner) describeRoot(ctx context.Context, r *runner) (media.Root, error) {
	st := r.state.Load()
	m := media.Root{
		Name: r.name, Kind: r.cfg.Kind, Location: r.cfg.Location, State: st.State, Reason: st.Reason, Scanning: st.Scanning, VolumeOffer: st.offer,
		Items: s.store.RootItems(st.id), Watch: media.Watch{Mode: media.WatchPoll},
	}
	if st.skipped != nil {
		m.Skipped = *st.skipped
	}
	h, err := s.store.Held(ctx, st.id)
	if err != nil {
		return m, err
	}
	if h.Items > 0 {
		m.Held = &media.Held{Count: h.Items, Since: time.Unix(0, h.Since).UTC(), Reason: whyHeld(&h, r.cfg.Location)}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if l, ok := s.last[r.name]; ok {
		m.LastScan = &l
	}
	return m, nil
}

// Polled reports whether a root is polled because no events come from it.
func (s *Scanner) Polled(name string) bool {
	r := s.runner(name)
	return r == nil || r.polled.Load()
}

// PolledBelow says which file systems below a root are polled because no events come from them, though the root's own
// sends some; "" where there is none.
func (s *Scanner) PolledBelow(name string) string {
	if r := s.runner(name); r != nil {
		return r.state.Load().remotes
	}
	return ""
}

// remember keeps a scan's state for those who ask, and tells of it.
func (s *Scanner) remember(p *walk) {
	if p.quiet {
		return
	}
	v := p.view()
	s.keepScan(p, v)
	if s.onChange != nil {
		s.onChange(v)
	}
}

func (s *Scanner) keepScan(p *walk, v media.Scan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scans[p.ID] = v
	if p.FinishedAt == nil {
		s.walks[p.ID] = p
	} else {
		delete(s.walks, p.ID)
		delete(s.scans, p.ID-maxScansKept)
	}
	if p.State != media.ScanQueued {
		s.last[v.Root] = v
	}
}

// Scans gives the scans that are remembered, newest first.
func (s *Scanner) Scans() []media.Scan {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]media.Scan, 0, len(s.scans))
	for _, v := range s.scans {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b media.Scan) int { return int(b.ID - a.ID) })
	return out
}

// ScanByID gives one scan.
func (s *Scanner) ScanByID(id int64) (media.Scan, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.scans[id]
	if !ok {
		return v, fmt.Errorf("%w: %d", media.ErrNoScan, id)
	}
	return v, nil
}

// Online reports whether a root is configured and can be reached.
func (s *Scanner) Online(name string) bool {
	r := s.runner(name)
	return r != nil && r.state.Load().State == media.Online
}
