package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// tellEvery is how often the hub that leads tells others of how its sources are, at most: they change with each group.
const tellEvery = 100 * time.Millisecond

// lead has this hub go by what it sees of the sources itself, or by what another says. What that said last stands until
// something else is seen; that nothing is left to be taken in is to be seen first.
func (s *Sources) lead(leads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leads = leads
	for _, one := range s.all {
		one.catchUp(false)
		one.waits(0)
	}
}

// tell keeps how the sources are, for the hubs that follow, until ctx ends.
func (s *Sources) tell(ctx context.Context) error {
	told := map[string][]byte{}
	for wait(ctx, tellEvery) {
		news := map[string][]byte{}
		for _, st := range s.States() {
			b, err := json.Marshal(st)
			if err == nil && !bytes.Equal(told[st.Name], b) {
				news[st.Name] = b
			}
		}
		if len(news) == 0 {
			select {
			case <-s.stirred:
			case <-ctx.Done():
			}
			continue
		}
		if err := s.store.Tell(ctx, news); err != nil {
			if ctx.Err() == nil {
				s.log.Warn("other hubs are not told of how the sources are", zap.Error(err))
			}
			wait(ctx, settleEvery)
			continue
		}
		maps.Copy(told, news)
	}
	return ctx.Err()
}

// Watch shows the sources as the hub that leads sees them, while that is another one, until ctx ends.
func (s *Sources) Watch(ctx context.Context) error {
	for {
		select {
		case <-s.store.Told():
		case <-ctx.Done():
			return ctx.Err()
		}
		if !s.store.Follows() {
			continue
		}
		if err := s.adopt(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("nothing is known of how the sources are", zap.Error(err))
		}
	}
}

// adopt takes in how the sources are, unless this hub leads by now.
func (s *Sources) adopt(ctx context.Context) error {
	standings, err := s.store.Standings(ctx)
	if err != nil {
		return err
	}
	for _, one := range s.each() {
		raw, err := s.store.Said(ctx, one.Name)
		if err != nil {
			return err
		}
		var st State
		if b := standings[one.Name]; b == nil || json.Unmarshal(b, &st) != nil {
			continue // the leader has not told of it, or is of a version that tells otherwise
		}
		st.Roots = rootsOf(one.Name, raw)
		for _, r := range s.adoptOne(one, st) {
			s.told(r)
		}
	}
	return nil
}

// adoptOne gives the roots that are otherwise than before.
func (s *Sources) adoptOne(one *source, st State) []media.Root {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leads {
		return nil
	}
	return one.become(st)
}

// become has a source be as another hub sees it, and gives its roots that are otherwise than before.
func (s *source) become(st State) (news []media.Root) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.state
	st.Name = s.Name
	s.state, s.idle, s.caughtUp, s.waiting = st, st.Idle, st.Idle, 0
	before := make(map[string]media.Root, len(was.Roots))
	for _, r := range was.Roots {
		before[r.Name] = r
	}
	for _, r := range st.Roots {
		if old, there := before[r.Name]; !there || was.Online != st.Online || !same(old, r) {
			news = append(news, r)
		}
	}
	return news
}
