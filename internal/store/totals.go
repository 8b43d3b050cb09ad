package store

// Total is how large a file system was that proves nothing by a listing alone, when all that a root has of it was last
// found there.
type Total struct {
	Root   int64
	Volume int64
	Dir    string // one on it, by which it is asked
	Bytes  int64  // 0: whatever it is next
	Seen   int64  // how large it was when something was missing at another size; 0: nothing is held for that
	Since  int64  // when that began
}

// InDoubt reports whether removals are held: the file system has not been seen with its size of before since. Where it
// has, as large as that and not 0, what was held is being released.
func (t *Total) InDoubt() bool { return t.Seen != 0 && !t.Releases() }

// Releases reports whether what was held is being released.
func (t *Total) Releases() bool { return t.Seen != 0 && t.Seen == t.Bytes }

const totalColumns = "SELECT root, volume, dir, total, seen, since FROM totals WHERE root = ?"

func totalOf(r row) Total {
	return Total{Root: r.int(0), Volume: r.int(1), Dir: string(r.bytes(2)), Bytes: r.int(3), Seen: r.int(4), Since: r.int(5)}
}

// Total reads what a root knows of a file system.
func (tx *Tx) Total(root, volume int64) (t Total, found bool, err error) {
	found, err = tx.c.one(totalColumns+" AND volume = ?", func(r row) { t = totalOf(r) }, root, volume)
	return t, found, err
}

// Totals reads what a root knows of file systems.
func (tx *Tx) Totals(root int64) (out []Total, err error) {
	err = tx.c.each(totalColumns+" ORDER BY volume", func(r row) error { out = append(out, totalOf(r)); return nil }, root)
	return out, err
}

// Doubted reads what a root holds removals for: a file system of another size than before.
func (tx *Tx) Doubted(root int64) (t Total, found bool, err error) { return doubted(tx.c, root) }

func doubted(c *conn, root int64) (t Total, found bool, err error) {
	found, err = c.one(totalColumns+" AND seen <> 0 AND seen <> total ORDER BY volume LIMIT 1",
		func(r row) { t = totalOf(r) }, root)
	return t, found, err
}

// SaveTotal writes what a root knows of a file system.
func (tx *Tx) SaveTotal(t *Total) error {
	return tx.c.exec(`INSERT INTO totals (root, volume, dir, total, seen, since) VALUES (?,?,?,?,?,?)
		ON CONFLICT (root, volume) DO UPDATE SET dir = excluded.dir, total = excluded.total, seen = excluded.seen, since = excluded.since`,
		t.Root, t.Volume, []byte(t.Dir), t.Bytes, t.Seen, t.Since)
}

// TrustTotals takes the file systems of a root for whatever size they have next.
func (tx *Tx) TrustTotals(root int64) error {
	return tx.c.exec("UPDATE totals SET total = 0, seen = 0, since = 0 WHERE root = ? AND (total <> 0 OR seen <> 0)", root)
}
