package smb

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"go.uber.org/zap"
)

// passwordLook is how often the password is looked at while the server refuses the last one.
const passwordLook = 2 * time.Second

// Run tries an open breaker by itself when its time comes, logs every change of the breaker,
// and closes the share when ctx ends. It blocks until then; its error is nil.
//
// Without Run a share works too: an open breaker is then tried by the first call after its time.
func (s *Share) Run(ctx context.Context) error {
	defer s.Close()
	shown := s.Breaker()
	for ctx.Err() == nil {
		if now := s.Breaker(); now.State != shown.State {
			s.logChange(now)
			shown = now
		}
		if s.breaker.due() {
			s.tryReconnect(ctx)
		} else {
			s.waitForWork(ctx)
		}
	}
	return nil
}

// rest waits for what there is to do next. While a log-on is refused that may be another password.
func (s *Share) waitForWork(ctx context.Context) {
	if !s.breaker.seen.Load().refused {
		_ = s.breaker.wait(ctx) // of ctx's end, which the caller sees
		return
	}
	look, cancel := context.WithTimeout(ctx, passwordLook)
	defer cancel()
	if err := s.breaker.wait(look); errors.Is(err, context.DeadlineExceeded) && s.sessions.newPassword() {
		s.breaker.retryNow()
	}
}

// tryReconnect tries an open breaker. Its outcome is the breaker's new state.
func (s *Share) tryReconnect(ctx context.Context) {
	done := make(chan struct{})
	if !s.spawn("try of a share that is away", func() {
		defer close(done)
		_ = s.breaker.do(s.probe, func() error { return nil })
	}) {
		<-ctx.Done() // the share is closed: there is nothing to find any more
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// logChange reports a change.
func (s *Share) logChange(now Breaker) {
	fields := []zap.Field{zap.String("state", string(now.State)), zap.Int("failures", now.Failures)}
	if now.LastError != nil {
		fields = append(fields, zap.String("error", *now.LastError))
	}
	switch now.State {
	case Open:
		s.log.Warn("share is away", append(fields, zap.Timep("retry_at", now.RetryAt))...)
	case Closed:
		s.log.Info("share is back", fields...)
	}
}

// Breaker is the present state of the share's circuit breaker. It never waits.
func (s *Share) Breaker() Breaker { return s.breaker.status() }

// Reconnect lets an open breaker be tried now, also after a refusal.
func (s *Share) Reconnect() { s.breaker.retryNow() }

// secretMark recognizes a password without keeping it.
type secretMark struct {
	key  [32]byte
	mark []byte
}

// remember makes password the one to compare with.
func (m *secretMark) remember(password string) {
	if m.mark == nil {
		rand.Read(m.key[:])
	}
	m.mark = m.of(password)
}

func (m *secretMark) of(password string) []byte {
	h := hmac.New(sha256.New, m.key[:])
	h.Write([]byte(password))
	return h.Sum(nil)
}

// differs reports whether password is another than the remembered one, or none was there to remember.
func (m *secretMark) differs(password string) bool {
	return m.mark == nil || !hmac.Equal(m.mark, m.of(password))
}
