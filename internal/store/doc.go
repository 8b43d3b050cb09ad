// Package store keeps the catalog in SQLite: roots, directories, items, and the feed of their changes.
//
// Guarantees: a change is whole or not at all, and has a number in the feed that it takes in the same
// transaction; what the feed shows is durable (WAL, synchronous=FULL; see ForPass for what a first pass
// waits for); ids and numbers are never used again; a reader sees one moment and holds it for one page. No file system
// or network call happens inside a transaction.
//
// Concurrency: one goroutine, in Run, owns the writing connection and commits requests in groups; a full
// queue makes producers wait. Readers have connections of their own. All methods of Store are safe for
// concurrent use; a Tx belongs to the function that it is given to.
package store
