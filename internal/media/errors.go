package media

import "errors"

// Errors of what people ask of the daemon.
var (
	ErrNoRoot  = errors.New("no such root")
	ErrNoPath  = errors.New("no such path")
	ErrNoScan  = errors.New("no such scan")
	ErrOffline = errors.New("root is offline")
	ErrNotHeld = errors.New("no removals are held")

	ErrNotOffered    = errors.New("no other file system is offered")
	ErrVolumeChanged = errors.New("another file system is there by now")
)
