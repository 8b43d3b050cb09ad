// Package setup finds out what a daemon on this machine needs: which places look like media, who may read them, and what
// of it a configuration and a service unit have to say. It changes nothing but the files that it is asked to write, each
// whole or not at all.
package setup
