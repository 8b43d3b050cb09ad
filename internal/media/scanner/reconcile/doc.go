// Package reconcile works out what a listing of a directory means against the rows that the catalog has of it, and
// writes the difference, in one transaction of the store.
//
// Guarantees: it is the one piece of code that changes which items there are and where; a second reconciliation of the
// same snapshot writes nothing; an item is missing only where a complete snapshot proves it. What only
// the disk can tell it does not decide, but says so in its result.
//
// Concurrency: none. It starts no goroutine, takes no lock and reads no file: a snapshot is all that it knows of the
// disk.
package reconcile
