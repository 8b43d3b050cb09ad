// Package hub has the items of several daemons, its sources, be one catalog. It follows the feed of each as any client
// does, has package postgres take in what they say, and asks them for what only they have: the bytes of files, and what
// is to be done with roots.
//
// A source that is away changes nothing of what is held of it: its items stay, and its roots are shown to be offline.
package hub
