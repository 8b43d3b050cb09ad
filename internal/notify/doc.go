// Package notify tells other programs of what changes in the catalog.
//
// Guarantees: each target gets, at least once and in the order of the feed, one telling for each item whose place or
// file differs from what the target was last told, with the place that it was told of last. What is to be sent is
// written to the catalog before it is sent, and sent as it is until the target has taken it: over failures, and over
// restarts of either side. A target that fails is tried again after 1 s, and after twice as long each time up to 1 h;
// one that is more than 30 days or 100,000 changes behind is told once to look at everything. Targets wait for nobody
// but themselves: each has a goroutine of its own that holds one message at a time, and nobody waits for it.
package notify
