// Package scanner keeps the catalog equal to the disk. Its unit of work is a directory: a scan of it
// (one complete listing, or a few names of it) is compared with what the store holds, and the
// difference is written. Everything else here only decides which directories to look at, and when.
//
// Guarantees: one piece of code, reconcile, changes which items there are and where; a second scan of
// an unchanged tree writes nothing; nothing is removed but by a complete, error-free scan of a root
// that is proven to be itself. Memory holds the largest single directory and a bounded number of
// scans under way, whatever the size of the library.
//
// Concurrency: each root has one goroutine, its runner, that owns all of the root's state and works
// through its own bounded pool, so that a root that hangs costs no other root anything. Two scans of
// the same directory never overlap.
package scanner
