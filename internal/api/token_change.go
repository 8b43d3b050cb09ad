package api

import (
	"context"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// rotation tells those who are connected that who was let in has to be asked again.
type rotation struct {
	mu   sync.Mutex // guards next
	next chan struct{}
}

// changed gives a channel that is closed at the next call of ring.
func (r *rotation) changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = make(chan struct{})
	}
	return r.next
}

func (r *rotation) ring() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next != nil {
		close(r.next)
	}
	r.next = nil
}

// tokenLook is how often the token is looked at for those who were let in with another: its file may be written at any
// time. Everybody else is measured by the token as it is when they come.
const tokenLook = 2 * time.Second

// followToken has everybody who is connected asked again when a token is another. One that cannot be read may be just
// being written: that counts once it lasts.
func (s *Server) followToken(ctx context.Context) error {
	if s.cfg.Token == nil {
		return nil
	}
	last, err := s.readTokens()
	known := err == nil
	failures := 0
	run.Every(ctx, tokenLook, func() {
		now, err := s.readTokens()
		if err != nil {
			if failures++; failures == 2 {
				s.rotation.ring()
				known = false
			}
			return
		}
		if failures = 0; !known || now != last {
			s.rotation.ring()
		}
		last, known = now, true
	})
	return nil
}
