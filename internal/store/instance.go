package store

import (
	"crypto/rand"
	"fmt"
)

// Instance is the UUID of this catalog. Unlike the epoch it stays through a restore: cursors are worth nothing then,
// but it is the same daemon that answers.
func (s *Store) Instance() string { return s.instance }

// nameInstance gives a UUID to a catalog that has none yet: a new one, or one of an older version.
func (s *Store) nameInstance(c *conn) error {
	if s.instance != "" {
		return nil
	}
	id := newUUID()
	if err := c.setMeta("instance", id); err != nil {
		return fmt.Errorf("name the catalog: %w", err)
	}
	s.instance = id
	return nil
}

// newUUID makes a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
