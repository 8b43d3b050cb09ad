package smb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// Credits are how many requests a server lets a client have on the way at once, one for each 64 KiB that
// it may send back. The library asks for a listing, and for the id of an open file, with a buffer as
// large as the server allows, at most 1 MiB, but does not wait until it has the credits: one too few and
// the server answers INVALID_PARAMETER. So they are counted here, before the library is asked.
const (
	creditsWanted = 1024
	creditUnit    = 64 << 10
	weightSmall   = 1
	weightLarge   = 16 // of 1 MiB
	// creditsSpare stay unused: closing a handle that nobody waits for any more takes one.
	creditsSpare = 2
)

// session is one logged-on connection with the share mounted. It serves any number of calls at once, as
// many as its credits allow, and ends by closing its connection: the library's Logoff panics calls that
// are under way and lets later ones hang.
//
// The library never sees a context that ends before the connection does. A call that takes too long ends
// the whole session, and with it everything that the library may have waiting in it.
type session struct {
	mount   mount
	wire    *wire
	timeout time.Duration // of one request
	idle    time.Duration
	born    time.Time
	server  [16]byte // the GUID that the server gave itself

	credits *semaphore.Weighted
	limit   int64

	alive context.Context // ends after the connection, with what ended it as its cause
	end   context.CancelCauseFunc
	once  sync.Once

	busy      atomic.Int64 // requests on the way
	idleTimer *time.Timer  // ends an idle session
}

// newSession makes a session of a mounted share.
func newSession(alive context.Context, end context.CancelCauseFunc, w *wire, m mount, c Config) *session {
	w.mounted.Store(true)
	s := &session{
		mount: m, wire: w, timeout: c.Timeout, idle: c.idleTimeout, born: time.Now(), server: w.known().guid,
		alive: alive, end: end,
	}
	s.limit = int64(max(min(w.known().credits, creditsWanted)-creditsSpare, 1))
	s.credits = semaphore.NewWeighted(s.limit)
	s.idleTimer = time.AfterFunc(s.idle, s.closeIdle)
	return s
}

// gone reports whether the session has ended.
func (s *session) gone() bool { return s.alive.Err() != nil }

// kill ends the session. Everything under way on it returns soon after.
func (s *session) kill(cause error) {
	s.once.Do(func() {
		s.idleTimer.Stop()
		s.wire.Close()
		s.end(cause)
	})
}

// closeIdle ends the session when nothing was asked of it for a while: connections that nobody uses die
// unnoticed, and each of them keeps the server's disk from being unmounted.
func (s *session) closeIdle() {
	if s.busy.Load() == 0 {
		s.kill(errIdle)
	}
}

// lost is the error of a request that the session's end has cut off.
func (s *session) lost() error {
	cause := context.Cause(s.alive)
	if errors.Is(cause, errClosed) {
		return cause
	}
	return &lostError{cause: cause, again: !errors.Is(cause, errSilent)}
}

// errSilent ends a session on which nothing at all has come for as long as a request may take. A server
// that is like this to one connection is like this to the next, so nobody tries another at once.
var errSilent = fmt.Errorf("%w at all", errNoAnswer)

// do runs op, which asks the server one thing, once there are credits for it. ctx is the caller's: it
// ends the wait for credits, but not op, which lasts until the answer comes, for timeout at most.
func (s *session) do(ctx context.Context, weight int64, op func() error) error {
	weight = min(weight, s.limit)
	if !s.credits.TryAcquire(weight) {
		if err := s.acquire(ctx, s.credits, weight); err != nil {
			return err
		}
	}
	defer s.credits.Release(weight)
	s.busy.Add(1)
	defer s.requestDone()
	if s.gone() {
		return s.lost()
	}
	asked := time.Now()
	var expired atomic.Bool
	guard := time.AfterFunc(s.timeout, func() {
		expired.Store(true)
		if s.wire.lastFrame.Load() < asked.UnixNano() {
			s.kill(errSilent)
		} else {
			s.kill(fmt.Errorf("%w within %s", errNoAnswer, s.timeout))
		}
	})
	err := op()
	guard.Stop()
	return s.interpret(err, expired.Load())
}

// asked is do for what has an answer.
func asked[T any](ctx context.Context, s *session, weight int64, op func() (T, error)) (answer T, err error) {
	err = s.do(ctx, weight, func() (err error) { answer, err = op(); return err })
	return answer, err
}

// interpret turns the error of a request into what it means once the session is taken into account.
func (s *session) interpret(err error, expired bool) error {
	var status *statusError
	var broken *brokenReply
	var lost *lostError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status):
		if sessionGone[status.code] {
			s.kill(err)
			return &lostError{cause: err, again: true}
		}
		return err
	case errors.As(err, &broken), errors.As(err, &lost):
		s.kill(err) // whatever it was, nothing on this connection can be believed any more
	}
	if !s.gone() {
		return err
	}
	if expired { // this request is what the server could not answer: it is not asked again
		return &lostError{cause: context.Cause(s.alive)}
	}
	return s.lost()
}

// acquire waits for its turn (for credits, for a place among listings), for as long as the session lives.
func (s *session) acquire(ctx context.Context, turn *semaphore.Weighted, weight int64) error {
	both, cancel := context.WithCancel(s.alive)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if err := turn.Acquire(both, weight); err != nil {
		if s.gone() {
			return s.lost()
		}
		return ctx.Err()
	}
	return nil
}

// rest ends a request.
func (s *session) requestDone() {
	if s.busy.Add(-1) == 0 && !s.gone() {
		s.idleTimer.Reset(s.idle)
	}
}

// sessions is the one session of a share, made when it is needed. More than one gains nothing: what
// limits a share is the round trip, and one session has as many requests on the way as its server allows.
type sessions struct {
	config Config
	log    *zap.Logger
	spawn  func(string, func()) bool // starts a goroutine that the share waits for; false once it is closed
	life   context.Context           // ends when the share is closed, and with it a dial under way
	end    context.CancelFunc

	mu      sync.Mutex
	current *session
	dialing *dialing
	closed  bool
	tried   secretMark // the password of the last dial
	refusal error      // of the last dial: another waits until the circuit breaker lets it

	dials atomic.Int64
}

// dialing is one attempt to connect, which any number of calls wait for.
type dialing struct {
	done    chan struct{}
	session *session
	err     error
}

// get returns a session that lives, as far as one can know. Its error is classified.
func (p *sessions) get(ctx context.Context) (*session, error) {
	s, d, err := p.currentOrDial()
	if d == nil {
		return s, err
	}
	select {
	case <-d.done:
		return d.session, d.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// now returns the session that lives, or the dial that makes the next one.
func (p *sessions) currentOrDial() (*session, *dialing, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, nil, errClosed
	case p.refusal != nil:
		return nil, nil, p.refusal
	case p.current != nil && !p.current.gone():
		return p.current, nil, nil
	case p.dialing != nil:
		return nil, p.dialing, nil
	}
	d := &dialing{done: make(chan struct{})}
	if !p.spawn("connection to a share", func() { p.dial(d) }) {
		return nil, nil, errClosed
	}
	p.dialing = d
	return nil, d, nil
}

// shortPause is how long a server that is short of something is left alone before it is asked once more.
const shortPause = 200 * time.Millisecond

// dial makes the next session. It is bounded by the dial timeout, by nothing else: calls that gave up
// waiting leave the session to the next.
func (p *sessions) dial(d *dialing) {
	deadline := time.Now().Add(p.config.dialTimeout)
	s, err := p.establish(deadline)
	if shortage(err) && time.Until(deadline) > shortPause {
		select {
		case <-time.After(shortPause):
			s, err = p.establish(deadline)
		case <-p.life.Done():
		}
	}
	p.dialed(d, s, err)
	close(d.done)
}

// dialed takes in what a dial has led to.
func (p *sessions) dialed(d *dialing, s *session, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil && p.closed {
		s.kill(errClosed)
		s, err = nil, errClosed
	}
	p.current, p.dialing = s, nil
	if classify(err) == refused {
		p.refusal = err
	}
	d.session, d.err = s, err
}

// establish is connect, whose panic is an error: the server is foreign, and the password may come from anywhere.
func (p *sessions) establish(deadline time.Time) (made *session, err error) {
	err = run.Safely(p.log, "connection to a share", func() (err error) { made, err = p.connect(deadline); return err })
	return made, err
}

// connect connects, logs on and mounts.
func (p *sessions) connect(deadline time.Time) (*session, error) {
	p.dials.Add(1)
	password, err := p.password()
	if err != nil {
		return nil, &classedError{class: refused, err: err}
	}
	dialer := net.Dialer{Deadline: deadline}
	conn, err := dialer.DialContext(p.life, "tcp", net.JoinHostPort(p.config.Host, strconv.Itoa(p.config.Port)))
	if err != nil {
		return nil, &classedError{class: away, err: dialError(err)}
	}
	return p.logOn(conn, deadline, password)
}

// password asks for the password to log on with.
func (p *sessions) password() (password string, err error) {
	if p.config.Password != nil {
		password, err = p.config.Password()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.tried = secretMark{}
		return "", err
	}
	p.tried.remember(password)
	return password, nil
}

// clearRefusal lets the next dial happen though the last was refused. Calls that were under way when that was
// would each be another attempt to log on.
func (p *sessions) clearRefusal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = nil
}

// logOn makes a session of a connection, or closes it.
func (p *sessions) logOn(conn net.Conn, deadline time.Time, password string) (*session, error) {
	w := newWire(conn, p.config.Timeout)
	w.signed = p.config.RequireSigning
	defer context.AfterFunc(p.life, func() { w.Close() })()
	late := time.AfterFunc(time.Until(deadline), func() { w.Close() })
	alive, end := context.WithCancelCause(context.Background())
	m, err := connect(alive, w, p.config, p.config.credentials(password))
	inTime := late.Stop()
	switch {
	case p.life.Err() != nil:
		err = errClosed
	case err != nil && !inTime:
		err = fmt.Errorf("log on: %w within %s", errNoAnswer, p.config.dialTimeout)
	default: // a stranger may be denied the share, which says nothing of why
		if unknown := p.config.acceptable(w.known()); unknown != nil {
			err = unknown
		}
	}
	if err != nil {
		w.Close()
		end(err)
		return nil, mountClass(err)
	}
	return newSession(alive, end, w, m, p.config), nil
}

// dialError says in a word what the dialer says in a sentence that names the address twice.
func dialError(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		if op.Timeout() {
			return fmt.Errorf("connect: %w", errNoAnswer)
		}
		var call *os.SyscallError // "connect: ..." again
		if errors.As(op.Err, &call) {
			return fmt.Errorf("connect: %w", call.Err)
		}
		return fmt.Errorf("connect: %w", op.Err)
	}
	return fmt.Errorf("connect: %w", err)
}

// newPassword reports whether the password is another now than at the last dial.
func (p *sessions) newPassword() bool {
	if p.config.Password == nil {
		return false
	}
	password, err := p.config.Password()
	p.mu.Lock()
	defer p.mu.Unlock()
	return err == nil && p.tried.differs(password)
}

// close ends the session for good.
func (p *sessions) close() {
	s := p.shut()
	p.end()
	if s != nil {
		s.kill(errClosed)
	}
}

// shut lets no session be made any more, and returns the last.
func (p *sessions) shut() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return p.current
}
