// Package media holds the nouns of the catalog: what an item is, what is known of it, and what the
// outside is told of roots, scans and changes. It is values only: it imports no other package of the
// project, starts nothing and blocks on nothing.
package media
