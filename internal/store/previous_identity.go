package store

import "github.com/catalogizer/catalogizerd/internal/tree"

// RememberPreviousIdentity notes that an item had an identity until now, for as long as a move may still show. it is as
// it was.
func (tx *Tx) RememberPreviousIdentity(it *Item, until int64) error {
	return tx.c.exec(`INSERT INTO former (inode, birth, volume, item, size, mtime, until) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT (inode, birth, volume) DO UPDATE
	SET item = excluded.item, size = excluded.size, mtime = excluded.mtime, until = excluded.until`,
		int64(it.FileID.Inode), it.FileID.Birth, it.Volume, it.ID, it.Size, it.MTime, until)
}

// PreviousIdentity is an identity that an item had.
type PreviousIdentity struct {
	Item        Item  // as it is now
	Size, MTime int64 // of the file that had the identity
	Until       int64 // when a move may still show, as it was remembered with
}

// PreviousIdentity finds the item that had an identity until it was rewritten in place.
func (tx *Tx) PreviousIdentity(volume int64, id tree.FileID, at int64) (f PreviousIdentity, found bool, err error) {
	var item int64
	_, err = tx.c.one("SELECT item, size, mtime, until FROM former WHERE inode=? AND birth=? AND volume=? AND until > ?",
		func(r row) { item, f.Size, f.MTime, f.Until = r.int(0), r.int(1), r.int(2), r.int(3) },
		int64(id.Inode), id.Birth, volume, at)
	if err != nil || item == 0 {
		return f, false, err
	}
	f.Item, found, err = tx.Item(item)
	return f, found, err
}

// ForgetPreviousIdentity drops an identity that was found again.
func (tx *Tx) ForgetPreviousIdentity(volume int64, id tree.FileID) error {
	return tx.c.exec("DELETE FROM former WHERE inode=? AND birth=? AND volume=?", int64(id.Inode), id.Birth, volume)
}

// PrunePreviousIdentities drops the identities whose grace is over.
func (tx *Tx) PrunePreviousIdentities(at int64) error {
	return tx.c.exec("DELETE FROM former WHERE until <= ?", at)
}
