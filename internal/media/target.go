package media

import (
	"errors"
	"time"
)

// ErrNoTarget says that no program that is told of changes has a name.
var ErrNoTarget = errors.New("no [[notify]] has this name")

// States of a Target.
const (
	TargetOK       = "ok"
	TargetRetrying = "retrying"
	TargetOff      = "off"
)

// Target is a program that is told of changes, and how it is.
type Target struct {
	Name      string     `json:"name"`
	Type      string     `json:"type"`
	State     string     `json:"state"`
	Lag       int64      `json:"lag"`        // changes of the feed that it has not been told of
	LastError string     `json:"last_error"` // why it did not take a message; empty once it has
	RetryAt   *time.Time `json:"retry_at"`
}
