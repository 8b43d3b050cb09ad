package store

import (
	"context"
	"path"
)

// SpeaksForAll reports whether a file of that name describes all that lies beside it, if it describes anything.
func (s *Store) SpeaksForAll(name string) bool {
	if s.scope == nil {
		return false
	}
	r := s.scope(name)
	return r.Folder || r.Tree
}

// Speakers reads the companions that stand at some names of a directory.
func (s *Store) Speakers(ctx context.Context, root int64, dir string, names []string) (out []Companion, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	err = s.read(ctx, func(c *conn) error {
		out = nil
		var id int64
		const sql = "SELECT id FROM dirs WHERE root = ? AND path = ?"
		found, err := c.one(sql, func(r row) { id = r.int(0) }, root, []byte(dir))
		for i := 0; found && err == nil && i < len(names); i++ {
			var at []Companion
			at, err = companions(c, "dir = ? AND name = ? AND "+companionKinds, id, []byte(names[i]))
			out = append(out, at...)
		}
		return err
	})
	return out, err
}

// InsertPart adds an item of a directory that comes in parts, under an id that was reserved for it. What its part has at
// the names from one up to before another ("": without an end) has been joined to it. What stands there of other parts
// and may go with it, or it with that, is described anew.
func (tx *Tx) InsertPart(it *Item, from, to string) error {
	tx.begins(it)
	it.SiblingSeq = it.Seq
	if err := tx.markOther(it, from, to); err != nil {
		return err
	}
	return tx.insert(it)
}

// markOther leaves what stands in a directory outside of a part of it to be described anew that may go with an item of
// the part, and the item where it may go with that.
func (tx *Tx) markOther(it *Item, from, to string) (err error) {
	outside := func(stem string) bool { return stem < from || to != "" && stem+"\xff" > to }
	alone := true
	if Accompanies(it.Kind) {
		alone, err = tx.markOutside(it, outside)
	} else if stem := it.Name[:len(it.Name)-len(path.Ext(it.Name))]; outside(stem) {
		alone, err = false, tx.markWhose(nil, it)
		if err == nil {
			_, err = tx.markOutside(it, outside)
		}
	}
	if err == nil && !alone && it.Work == NoWork {
		it.Work, tx.work = Describe, true
	}
	return err
}

// markOutside leaves the items to be described anew that a sidecar may describe and that stand outside of its part. It
// reports whether there are none.
func (tx *Tx) markOutside(it *Item, outside func(stem string) bool) (alone bool, err error) {
	alone = true
	if tx.s.scope == nil {
		return alone, nil
	}
	for _, stem := range tx.s.scope(it.Name).Stems {
		if !outside(stem) {
			continue
		}
		const like = "SELECT 1 FROM items INDEXED BY items_place WHERE state = {present} AND dir = ? " +
			"AND kind NOT IN {companions} AND "
		found, err := tx.c.one(like+"name = ? LIMIT 1", func(row) {}, it.Dir, []byte(stem))
		if err == nil && !found {
			from, to := []byte(stem+"."), []byte(stem+"/")
			found, err = tx.c.one(like+"name > ? AND name < ? LIMIT 1", func(row) {}, it.Dir, from, to)
		}
		if err != nil {
			return false, err
		}
		if !found {
			continue
		}
		alone, tx.work = false, true
		if err := tx.markStem(mark, it, stem, tx.nextMark()); err != nil {
			return false, err
		}
	}
	return alone, nil
}

// SpeaksWider reports whether an item speaks for more than another: for all of its directory, or for those below too.
func (tx *Tx) SpeaksWider(it, other *Item) bool { return tx.reach(it) > tx.reach(other) }

func (tx *Tx) reach(it *Item) int {
	if tx.s.scope == nil || !Accompanies(it.Kind) {
		return 0
	}
	switch r := tx.s.scope(it.Name); {
	case r.Tree:
		return 2
	case r.Folder:
		return 1
	}
	return 0
}

// MarkAll leaves all to be described anew that an item speaks for, where it speaks for all of its directory.
func (tx *Tx) MarkAll(it *Item) error {
	if tx.reach(it) == 0 {
		return nil
	}
	return tx.markBeside(it)
}

// SpokenSince reports whether an item that speaks for all of a directory has come, or become another, behind a number
// of the feed.
func (tx *Tx) SpokenSince(dir, seq int64) (spoken bool, err error) {
	err = tx.c.each("SELECT name FROM items WHERE seq > ? AND dir = ? AND "+companionKinds, func(r row) error {
		spoken = spoken || tx.s.SpeaksForAll(string(r.bytes(0)))
		return nil
	}, seq, dir)
	return spoken, err
}
