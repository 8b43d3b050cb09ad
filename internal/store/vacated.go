package store

import (
	"database/sql/driver"
	"encoding/base64"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// What is what the newest change of an item did.
type What string

// What changes do.
const (
	WhatUnknown What = "" // it was made before this was kept, or too long ago
	WhatAdded   What = "added"
	WhatChanged What = "changed"
	WhatMoved   What = "moved"
)

// Spot is a path of a root by its name. The zero value stands for one that is not known.
type Spot struct{ Root, Path string }

// Known reports whether it is known.
func (p Spot) Known() bool { return p.Root != "" }

// AppendJSON appends {"root", "path"} to dst, and the path's bytes where they are no text.
func (p Spot) AppendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"root":`...), p.Root)
	dst = AppendString(append(dst, `,"path":`...), p.Path)
	if !utf8.ValidString(p.Path) {
		dst = append(dst, `,"path_bytes":"`...)
		dst = append(base64.StdEncoding.AppendEncode(dst, []byte(p.Path)), '"')
	}
	return append(dst, '}')
}

// keptVacated bounds what is kept of places that items left, in rows.
const keptVacated = 100_000

// lastDir is the path of the directory that was asked for last.
type lastDir struct {
	id   int64
	path string
}

// pathOf is where an item stands, as the catalog has it; false: its directory is not known.
func (tx *Tx) pathOf(it *Item) (path string, known bool, err error) {
	if tx.dir.id != it.Dir {
		d := lastDir{}
		_, err := tx.c.one("SELECT id, path FROM dirs WHERE id = ?", func(r row) { d = lastDir{r.int(0), string(r.bytes(1))} }, it.Dir)
		if err != nil || d.id == 0 {
			return "", false, err
		}
		tx.dir = d
	}
	return tree.Join(tx.dir.path, it.Name), true, nil
}

// number gives an item that was before as old the feed's next number, and notes what the change does to it: whoever
// writes an item that the outside sees otherwise than before comes by here.
func (tx *Tx) number(old, it *Item) error {
	it.Seq = tx.nextSeq()
	if old.passesOtherwise(it) {
		it.FilterSeq = it.Seq
	}
	if err := tx.cameAt(old); err != nil {
		return err
	}
	return tx.leave(old, it)
}

// passesOtherwise reports whether a filter may let through the one and not the other.
func (it *Item) passesOtherwise(o *Item) bool {
	return it.Root != o.Root || it.Kind != o.Kind || (it.State == Detached) != (o.State == Detached)
}

// rewritten reports whether a file holds something else.
func (it *Item) rewritten(o *Item) bool { return it.Size != o.Size || it.MTime != o.MTime }

// rootLeft reads the root of a row of vacated: below zero where the file was rewritten as well as moved.
func rootLeft(kept int64) (root int64, rewritten bool) { return max(kept, -kept), kept < 0 }

// cameAt keeps, for programs that are told of changes, the number at which an item came: at its first change since, its
// place in the feed is another.
func (tx *Tx) cameAt(old *Item) error {
	if tx.s.targets.Load() == 0 || old.FilterSeq != -old.Seq {
		return nil
	}
	return tx.c.exec("INSERT OR IGNORE INTO vacated (item, seq, root, path) VALUES (?,?,NULL,x'')",
		old.ID, -old.FilterSeq)
}

// leave notes what a change does to an item beside what the row shows: the place that it leaves, and, for programs that
// are told of changes, that its file holds something else or that filters see it otherwise. The item has the change's
// number.
func (tx *Tx) leave(old, it *Item) error {
	var root, was driver.Value
	switch {
	case old.Dir != it.Dir || old.Name != it.Name || old.Root != it.Root:
		path, known, err := tx.pathOf(old)
		if err != nil || !known {
			return err
		}
		root, was = old.Root, []byte(path)
		if old.rewritten(it) {
			root = -old.Root // see rootLeft
		}
	case tx.s.targets.Load() == 0, !old.rewritten(it) && !old.passesOtherwise(it):
		return nil
	}
	return tx.c.exec("INSERT INTO vacated (item, seq, root, path) VALUES (?,?,?,?)", it.ID, it.Seq, root, was)
}

// what says what the newest change of an item did, by its numbers and the row that the change left in vacated.
func (s *Store) what(seq, filterSeq int64, movedFrom bool) What {
	switch {
	case filterSeq == -seq:
		return WhatAdded
	case movedFrom:
		return WhatMoved
	case seq <= s.vacatedFloor.Load():
		return WhatUnknown
	}
	return WhatChanged
}

// PruneVacated forgets places that were left, where neither the feed nor any program that is told of changes needs
// them: all up to a number that are not of an item's newest change, and the oldest of more than are kept.
func (tx *Tx) PruneVacated(told, before int64) error {
	err := tx.c.exec(`DELETE FROM vacated WHERE seq <= ?
		AND NOT EXISTS (SELECT 1 FROM items i WHERE i.id = vacated.item AND i.seq = vacated.seq)`, told)
	if err != nil {
		return err
	}
	floor, err := tx.c.number("SELECT coalesce((SELECT seq FROM vacated ORDER BY seq DESC LIMIT 1 OFFSET ?), 0)", int64(keptVacated))
	if err != nil {
		return err
	}
	if floor = max(floor, min(before, tx.s.lastSeq)); floor <= tx.s.vacatedFloor.Load() {
		return nil
	}
	if err := tx.c.exec("DELETE FROM vacated WHERE seq <= ?", floor); err != nil {
		return err
	}
	tx.vacatedFloor = floor
	return tx.c.setMeta("vacated_floor", floor)
}
