// Package librarian keeps the works of the catalog: a consumer of the feed with a place of its own in it, which has
// changed items' works derived anew by the rules of package works and writes what is another.
//
// What it reads is of one moment, and what it writes is one transaction with its place: so a process that is killed
// goes on where it was, and whatever the order and however often, the works are those that all items give when they are
// derived anew. Only a unit in which something changed is derived, and what may be one work with that.
//
// Librarian is one goroutine, in Run.
package librarian
