// Package inotify turns the kernel's events into hints: "these names of this directory may have changed". Every root
// has an inotify instance of its own, with a Manager, which alone adds and removes its watches, and a reader, which
// records events in the Debouncer that all roots share, as they share the Budget of watches.
package inotify
