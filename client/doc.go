// Package client asks a catalogizerd daemon, and keeps a copy of its catalog, or of a part of it, true.
//
// Lists are iterators, which follow pages to the end, also those that are empty:
//
//	c, err := client.New("http://127.0.0.1:8780", client.Options{})
//	for item, err := range c.Items(ctx, url.Values{"kind": {"movie"}, "sort": {"-added"}}) {
//
// [Client.Follow] is the feed as an iterator of batches. It connects again, and goes on from its cursor, whatever
// happens to the daemon or the network; a [Replica] is a copy in memory that takes such batches in.
//
// Nothing here starts a goroutine that outlives the call, and everything ends with its context. A daemon's refusal is
// a [Problem], by whose Type a program can tell what is wrong; the values are those of openapi.yaml.
package client
