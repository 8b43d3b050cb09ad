package api

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Wrong tokens that an address may send in a while before it is told to wait. A right one is let in at any time, since
// many may come from one address; that a guess costs nothing is why a token has a least length.
const (
	wrongTries   = 100
	wrongWhile   = time.Minute
	maxAddresses = 4096
)

// tries counts wrong tokens by address.
type tries struct {
	mu sync.Mutex // guards by
	by map[netip.Addr]try
}

type try struct {
	n     int
	since time.Time
}

// wrong counts one, and says how long the address has to wait where there were too many; 0: there were not.
func (t *tries) wrong(from netip.Addr) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.by == nil || len(t.by) >= maxAddresses {
		t.by = map[netip.Addr]try{}
	}
	one := t.by[from]
	if now.Sub(one.since) >= wrongWhile {
		one = try{since: now}
	}
	one.n++
	t.by[from] = one
	if one.n <= wrongTries {
		return 0
	}
	return one.since.Add(wrongWhile).Sub(now)
}

// wrongToken refuses a token, and tells an address that sends many to wait.
func (s *Server) wrongToken(w http.ResponseWriter, r *http.Request) *problem {
	if wait := s.tries.wrong(clientOf(r)); wait > 0 {
		seconds := int(wait/time.Second) + 1
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		return problemf(http.StatusTooManyRequests, "too-many-tries",
			"too many wrong tokens came from this address: wait %d s", seconds)
	}
	w.Header().Set("WWW-Authenticate", bearerRealm)
	return problemf(http.StatusUnauthorized, "unauthorized", "wrong token")
}
