// Package api is the daemon's HTTP surface: the catalog to read, scans to steer, the feed to follow, the
// bytes of items, and what monitors want to know. Errors are RFC 9457 problems. Every request passes the
// guard first: its Host, its Origin and its token.
package api
