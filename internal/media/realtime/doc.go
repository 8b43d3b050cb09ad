// Package realtime is what happens while the daemon runs: changes of files come in as hints, changes
// of the catalog go out to whoever listens. Its Watcher stands before package inotify, its EventBus before
// package live.
//
// # Hints
//
// A Watcher turns the kernel's events into hints (media.Hint): "these names of this directory may have
// changed". It never touches the catalog, and it is never believed: a hint only makes somebody list a
// directory, and the listing is the truth. So it may be wrong in one direction only. Its guarantees:
//
//   - Watch returns once the directory is watched, or is known to be one that must be polled. Whoever
//     calls Watch before listing a directory misses nothing: what is made before the watch is in the
//     listing, what is made after it comes as a hint.
//   - A change in a watched directory is followed by a hint that covers its name, sent no earlier than
//     Debounce after the last event of that name or MaxWait after its first, whichever comes first. A
//     name that is written to without pause delays no other name.
//   - Where events were lost (the queue overran, a watch died, more is pending than memory allows), a
//     recursive hint covers what they were about.
//   - Memory is bounded: by the number of directories for the watches (see inotify's registry), by a
//     constant for what is pending.
//   - After Run has returned no hint is sent.
//
// # Concurrency
//
// All methods of Watcher are safe for concurrent use. One goroutine sends the hints, one at a time. Every
// root has an inotify instance of its own with two goroutines: a reader that records events, and a watch
// manager that alone adds and removes watches, in the order of the events that ask for it. The reader waits
// for nothing but the disk: it asks whether what was created is a directory. No lock is held over a system
// call, over the sending of a hint or over a call of Ignore.
package realtime
