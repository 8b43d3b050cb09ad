package live

import (
	"cmp"
	"time"
)

// Timeouts is how long the live feed waits for what. The zero value of a field stands for its default.
type Timeouts struct {
	Auth     time.Duration // for the token; 10 s
	Stall    time.Duration // for a client to read anything of what is being sent to it; 10 s
	Ping     time.Duration // between pings; 25 s
	Read     time.Duration // for any sign of life; 60 s
	Bookmark time.Duration // between bookmarks; 25 s, so that none is later than 30 s
	Signals  time.Duration // between two rounds of signals; 200 ms
	Passed   time.Duration // before a client is told by a bookmark that all that came was nothing for it; 1 s
}

func (t Timeouts) withDefaults() Timeouts {
	return Timeouts{
		Auth:     cmp.Or(t.Auth, 10*time.Second),
		Stall:    cmp.Or(t.Stall, 10*time.Second),
		Ping:     cmp.Or(t.Ping, 25*time.Second),
		Read:     cmp.Or(t.Read, time.Minute),
		Bookmark: cmp.Or(t.Bookmark, 25*time.Second),
		Signals:  cmp.Or(t.Signals, 200*time.Millisecond),
		Passed:   cmp.Or(t.Passed, time.Second),
	}
}

// closeTime is how long a client may take to hear why the connection ends.
const closeTime = time.Second

// timers are those of one client.
type timers struct {
	auth, signals, passed *time.Timer
	ping, bookmark        *time.Ticker
}

func (t *Timeouts) start() timers {
	passed := time.NewTimer(time.Hour) // which waits until something was not sent
	passed.Stop()
	return timers{
		auth: time.NewTimer(t.Auth), signals: time.NewTimer(t.Signals), passed: passed,
		ping: time.NewTicker(t.Ping), bookmark: time.NewTicker(t.Bookmark),
	}
}

func (t *timers) stop() {
	t.auth.Stop()
	t.signals.Stop()
	t.passed.Stop()
	t.ping.Stop()
	t.bookmark.Stop()
}
