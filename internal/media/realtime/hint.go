package realtime

import "context"

// Hint asks for a look at a directory, because something there may have changed.
type Hint struct {
	Root string // the root's name
	Dir  string // relative to the root; "" is the root itself
	// Names are the names of Dir to look at, sorted; nil means all of it.
	Names []string
	// Recursive asks for everything below Dir too. Names is nil then.
	Recursive bool
	Reason    Reason
}

// Reason says why a hint was sent, for logs and metrics.
type Reason string

// Reasons of hints.
const (
	ReasonEvent     Reason = "event"     // something happened to these names
	ReasonCreated   Reason = "created"   // the directory was made here or moved here
	ReasonCollapsed Reason = "collapsed" // more names changed than are worth remembering one by one
	ReasonOverflow  Reason = "overflow"  // events were lost
	ReasonMoved     Reason = "moved"     // the root's own directory was moved or removed
	ReasonRemounted Reason = "remounted" // what is mounted here changed
)

// Sink receives hints. Hint may wait, which makes hints collect and merge behind it; it must return soon
// after its context ends. The Watcher logs an error and goes on: a Sink that refuses a hint answers for
// what it refused.
type Sink interface {
	Hint(ctx context.Context, h Hint) error
}
