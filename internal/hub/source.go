package hub

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media"
)

// Source is a daemon whose items are taken in.
type Source struct {
	Name string // without postgres.Separator
	URL  string
	// Token gives what the source asks for, and is asked for every connection; nil: it asks for none.
	Token func() (string, error)
}

// State is how a source is, as the hub that leads sees it.
type State struct {
	Name   string    `json:"-"`
	Online bool      `json:"online"` // its feed is followed
	Since  time.Time `json:"since"`  // when that became so
	Reason string    `json:"reason"` // why it is away; ""
	// Idle says that the source has nothing to do, and that all that it has told is taken in.
	Idle    bool `json:"idle"`
	Loading bool `json:"loading"` // not all has come yet since a load began
	// Version is the source's.
	Version string `json:"version"`
	// Catalog is the one that is taken in.
	Catalog int32 `json:"catalog"`
	// Roots are the source's, by the hub's names, as it last said.
	Roots []media.Root `json:"-"`
}

// source is a Source as it is followed.
type source struct {
	Name  string
	store *postgres.Store
	http  *http.Client
	log   *zap.Logger
	told  func(media.Root)
	loads chan struct{} // of all sources
	stir  func()        // called when the state may have changed

	mu       sync.Mutex // guards what follows; held for look-ups only
	at       Source     // as it is configured
	token    string     // the last that was shown
	state    State
	idle     bool // as it said itself
	caughtUp bool
	waiting  int  // groups that have come and are not taken in yet
	unkept   bool // what it said last of its roots is not in the database yet

	reconsidered bool // what could not be taken in, by this version; of the goroutine that follows
}

// State is how the source is now.
func (s *source) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	st.Idle = st.Online && s.idle && s.caughtUp && s.waiting == 0
	return st
}

// change changes the state.
func (s *source) change(fn func(*State)) {
	defer s.stir() // once it is unlocked
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(&s.state)
}

// turn notes that the source is there or away, since now where that is new.
func (s *source) turn(online bool, reason string) (isNew bool) {
	s.change(func(st *State) {
		isNew = st.Online != online || st.Since.IsZero()
		if isNew {
			st.Since = time.Now().UTC()
		}
		st.Online, st.Reason = online, reason
	})
	return isNew
}

func (s *source) catchUp(caughtUp bool) {
	defer s.stir()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.caughtUp = caughtUp
}

// waits counts groups that have come, or were taken in; 0: none is there any more.
func (s *source) waits(more int) {
	defer s.stir()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting += more; more == 0 {
		s.waiting = 0
	}
}

// client makes a client of the source with its token of now.
func (s *source) client() (*client.Client, error) {
	at := s.configured()
	token, err := at.token()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
	return client.New(at.URL, client.Options{HTTP: s.http, Token: token})
}

func (s *source) configured() Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// configure has the source be asked elsewhere, or with another token, from the next connection on, and reports whether
// that differs from how it is asked now.
func (s *source) configure(at Source, token string) (differs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	differs = s.at.URL != at.URL || s.token != token
	s.at = at
	return differs
}

func (s *Source) token() (string, error) {
	if s.Token == nil {
		return "", nil
	}
	return s.Token()
}

// said is what a source says of itself. Its roots are kept as they come: later versions may say more.
type said struct {
	Version  string            `json:"version"`
	Instance media.Instance    `json:"instance"`
	Idle     bool              `json:"idle"`
	Roots    []json.RawMessage `json:"roots"`
}

// allOnline reports whether all of its roots are there.
func (s *said) allOnline() bool {
	for _, b := range s.Roots {
		var r struct {
			State string `json:"state"`
		}
		if json.Unmarshal(b, &r) != nil || r.State != media.Online {
			return false
		}
	}
	return true
}

// askTime is how long a source may take to say how it is.
const askTime = 15 * time.Second

// ask asks the source how it is.
func (s *source) ask(ctx context.Context, c *client.Client) (is said, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return is, c.Get(ctx, "status", nil, &is)
}

// hear takes in what the source says of itself and its roots, and keeps these for when it is away.
func (s *source) hear(ctx context.Context, is *said) error {
	raw := make(map[string][]byte, len(is.Roots))
	for _, b := range is.Roots {
		var r media.Root
		if json.Unmarshal(b, &r) == nil && postgres.IsName(r.Name) { // another version's may be unreadable
			raw[r.Name] = b
		}
	}
	if !s.setRoots(raw, is) {
		return nil
	}
	if err := s.store.Say(ctx, s.Name, raw); err != nil {
		return err // it is tried again when the source is heard next
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unkept = false
	return nil
}

// setRoots notes what the source says, has everybody told of roots that are otherwise than before, and reports whether
// what is kept of them is otherwise.
func (s *source) setRoots(raw map[string][]byte, is *said) (unkept bool) {
	roots := rootsOf(s.Name, raw)
	var news []media.Root
	func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		differ := len(roots) != len(s.state.Roots)
		before := make(map[string]media.Root, len(s.state.Roots))
		for _, r := range s.state.Roots {
			before[r.Name] = r
		}
		for _, r := range roots {
			was, there := before[r.Name]
			if !there || !same(was, r) {
				news = append(news, r)
			}
		}
		s.unkept = s.unkept || differ || len(news) > 0
		unkept = s.unkept
		s.state.Roots, s.state.Version, s.idle = roots, is.Version, is.Idle
	}()
	s.stir()
	for _, r := range news {
		s.told(r)
	}
	return unkept
}
