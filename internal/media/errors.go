package media

import "errors"

// Errors of what people ask of the daemon.
var (
	ErrNoRoot  = errors.New("no such root")
	ErrNoScan  = errors.New("no such scan")
	ErrOffline = errors.New("root is offline")
	ErrNotHeld = errors.New("no removals are held")
)
