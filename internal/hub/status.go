package hub

import (
	"context"
	"errors"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Daemons are the sources as the API shows them: with store.ErrAway but for their poison.
func (s *Sources) Daemons(ctx context.Context) ([]media.Source, error) {
	poison, err := s.store.Poison(ctx)
	if err != nil && !errors.Is(err, store.ErrAway) {
		return nil, err
	}
	states := s.States()
	out := make([]media.Source, len(states))
	for i, st := range states {
		out[i] = media.Source{Name: st.Name, State: media.Offline, Reason: st.Reason, Since: st.Since,
			Version: st.Version, Loading: st.Loading, Poison: poison[st.Name]}
		if st.Online {
			out[i].State = media.Online
		}
	}
	return out, err
}
