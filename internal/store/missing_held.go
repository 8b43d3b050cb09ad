package store

import (
	"context"
	"time"
)

// Items of a root that are missing, or held. The first condition is that of their index.
const (
	missingItems = "root = ? AND state IN ({missing}, {held}) AND state = {missing}"
	heldItems    = "root = ? AND state IN ({missing}, {held}) AND state = {held}"
)

// MissingItems reads up to limit items of a root that are missing since before a time and not held, oldest first. Those
// of a time that is far ahead are among them: the clock was, and has been set back.
func (tx *Tx) MissingItems(root, before int64, limit int) ([]Item, error) {
	items, err := tx.items(missingItems+" AND missing_at < ? ORDER BY missing_at LIMIT ?", root, before, int64(limit))
	if err != nil || len(items) == limit {
		return items, err
	}
	const late = missingItems + " AND missing_at > ? ORDER BY missing_at LIMIT ?"
	more, err := tx.items(late, root, ahead(before), int64(limit-len(items)))
	return append(items, more...), err
}

// ahead is what no clock that goes right can have shown by a time, or what is planned from it: further ahead than
// anything is put off.
func ahead(of int64) int64 { return of + int64(8*24*time.Hour) }

// NewestMissing reads up to limit items of a root that are missing and not held, those that vanished last first.
func (tx *Tx) NewestMissing(root int64, limit int) ([]Item, error) {
	return tx.items(missingItems+" ORDER BY missing_at DESC LIMIT ?", root, int64(limit))
}

// HeldItems reads up to limit held items of a root that are missing since before a time, those first that are for
// longest.
func (tx *Tx) HeldItems(root, before int64, limit int) ([]Item, error) {
	return tx.items(heldItems+" AND missing_at < ? ORDER BY missing_at LIMIT ?", root, before, int64(limit))
}

// HeldIDs reads which items of a root are held.
func (tx *Tx) HeldIDs(root int64) (ids []int64, err error) {
	err = tx.c.each("SELECT id FROM items WHERE "+heldItems, func(r row) error {
		ids = append(ids, r.int(0))
		return nil
	}, root)
	return ids, err
}

// MissingCount counts the items of a root that are missing and not held.
func (tx *Tx) MissingCount(root int64) int64 { return tx.rootItemsIn(root, Missing) }

// HeldWith counts what is held of a root and vanished with what is missing: later than span before the first of that.
// It stops at a number that is enough.
func (tx *Tx) HeldWith(root, span, enough int64) (n int64, err error) {
	held := tx.rootItemsIn(root, Held)
	if held == 0 {
		return 0, nil
	}
	const oldest = "SELECT coalesce(min(missing_at), 0) FROM items WHERE "
	first, err := tx.c.number(oldest+missingItems, root)
	if err != nil {
		return 0, err
	}
	firstHeld, err := tx.c.number(oldest+heldItems, root)
	if err != nil || firstHeld >= first-span { // all of it, as nearly always
		return held, err
	}
	return tx.c.number("SELECT count(*) FROM (SELECT 1 FROM items WHERE "+heldItems+" AND missing_at >= ? LIMIT ?)",
		root, first-span, enough)
}

// Tombstones are counted in stretches of numbers of the feed, the last ones first, as far back as one of the feed goes.
const (
	forgottenStretch = 10_000
	forgottenWithin  = 1_000_000
)

// Forgotten counts what was forgotten of a root since a time.
func (tx *Tx) Forgotten(root, since int64) (n int64, err error) {
	last, err := tx.c.number("SELECT coalesce(max(seq), 0) FROM tombstones")
	for high := last; err == nil && high > max(last-forgottenWithin, 0); high -= forgottenStretch {
		var some, newest int64
		_, err = tx.c.one(`SELECT count(*), coalesce(max(at), 0), count(*) FILTER (WHERE root = ? AND at >= ?)
			FROM tombstones WHERE seq > ? AND seq <= ?`,
			func(r row) { some, newest, n = r.int(0), r.int(1), n+r.int(2) }, root, since, high-forgottenStretch, high)
		if some > 0 && newest < since { // those before it are older
			break
		}
	}
	return n, err
}

// Holding is what is held of a root.
type Holding struct {
	Items int64
	Since int64 // 0: nothing is held
	Doubt Total // the file system that is of another size than before, if that is why

	Covered int64  // of the items, those over which another file system is mounted
	Mount   string // the first directory on which it is
}

// Held says what of a root is held.
func (s *Store) Held(ctx context.Context, root int64) (h Holding, err error) {
	err = s.readFeed(ctx, func(c *conn) error {
		found, err := c.one("SELECT missing_at FROM items WHERE "+heldItems+" ORDER BY missing_at LIMIT 1",
			func(r row) { h.Since = r.int(0) }, root)
		if err != nil || !found {
			return err
		}
		h.Items = s.tallies.sum(func(k tallyKey) bool { return k.root == root && k.state == Held })
		if h.Doubt, _, err = doubted(c, root); err != nil {
			return err
		}
		return h.findCovered(c, root)
	})
	return h, err
}

// findCovered counts those of a root's held items that mounts cover.
func (h *Holding) findCovered(c *conn, root int64) error {
	mounts, err := coveredDirs(c, root)
	if err != nil {
		return err
	}
	for _, dir := range mounts {
		n, err := c.number(`SELECT count(*) FROM items WHERE state = {held} AND
			dir IN (SELECT id FROM dirs WHERE root = ? AND (path = ? OR path > ? AND path < ?))`, root, []byte(dir), []byte(dir+"/"), []byte(dir+"0"))
		if err != nil {
			return err
		}
		if h.Covered += n; n > 0 && h.Mount == "" {
			h.Mount = dir
		}
	}
	return nil
}
