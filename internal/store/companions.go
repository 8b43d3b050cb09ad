package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"path"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Scope says which items beside a file its content is about.
type Scope struct {
	Stems  []string // those of its directory whose name without extension, or whose whole name, is one of these
	Folder bool     // all of its directory
	Tree   bool     // and of those below
}

// Accompanies reports whether items of a kind can say something of items beside them. They say whose they are in turn.
func Accompanies(k media.Kind) bool {
	return k == media.KindMetadata || k == media.KindArtwork || k == media.KindSubtitle
}

// markDescribed leaves the items that a sidecar describes, or described, to be described anew, where it
// has come, gone, moved, or says something else; and the sidecars of an item that has come, gone or moved, since they
// say whose they are. old is nil for a new item.
func (tx *Tx) markDescribed(old, it *Item) error {
	if tx.s.scope == nil {
		return nil
	}
	moved := old == nil || old.Dir != it.Dir || old.Name != it.Name || (old.State == Present) != (it.State == Present)
	if moved { // what lies beside it is to be read as it is here, and not as it was read for others a moment ago
		it.SiblingSeq = max(it.SiblingSeq, tx.s.lastSeq)
	}
	changed := moved || old.Kind != it.Kind
	if changed {
		if err := tx.markWhose(old, it); err != nil {
			return err
		}
	}
	if !changed && !saysAnother(old, it) {
		return nil
	}
	for _, o := range []*Item{old, it} {
		if o == nil || o == old && !moved {
			continue
		}
		if err := tx.markBeside(o); err != nil {
			return err
		}
	}
	return nil
}

// saysAnother reports whether a sidecar says something else than before of what it describes: metadata all that was
// read of it, a subtitle what is known of it. Of pictures only that they are there matters.
func saysAnother(old, it *Item) bool {
	switch it.Kind {
	case media.KindMetadata:
		return old.Unread != it.Unread || !bytes.Equal(old.Probed, it.Probed)
	case media.KindSubtitle:
		return old.Unread != it.Unread || !bytes.Equal(old.Doc, it.Doc)
	}
	return false
}

// markWhose leaves the sidecars to be described anew that may be those of an item where it was or where it is: their
// names begin with its own.
func (tx *Tx) markWhose(old, it *Item) error {
	for _, o := range []*Item{old, it} {
		if o == nil || o.State != Present || Accompanies(o.Kind) {
			continue
		}
		if old != nil && o == it && old.State == Present && old.Dir == it.Dir && old.Name == it.Name {
			continue
		}
		stem := o.Name[:len(o.Name)-len(path.Ext(o.Name))]
		accompanied, err := tx.Accompanied(o.Dir)
		if err != nil {
			return err
		}
		if stem == "" || !accompanied {
			continue
		}
		const theirs = " WHERE state = {present} AND dir = ? AND name >= ? AND name < ? AND " + companionKinds
		from, to := []byte(stem), append([]byte(stem), 0xff)
		found, err := tx.c.one("SELECT 1 FROM items INDEXED BY items_place"+theirs+" LIMIT 1", func(row) {}, o.Dir, from, to)
		if err != nil {
			return err
		}
		if !found { // nearly always
			continue
		}
		tx.work = true
		err = tx.c.exec("UPDATE items INDEXED BY items_place SET "+markSets+theirs, tx.nextMark(), o.Dir, from, to)
		if err != nil {
			return err
		}
	}
	return nil
}

// nextMark is above every number at which what was before was read, and no number at which what is now is.
func (tx *Tx) nextMark() int64 {
	if tx.s.lastSeq == tx.s.head.Load() {
		tx.nextSeq()
	}
	return tx.s.lastSeq
}

// What is still to be read, and waits for a scan to say that it is quiet, is described once it has been: on the
// analyzer's list to be described only, it would pass for read.
const (
	markSets = "marked = ?, work = CASE WHEN work = {no_work} AND analysis <> {pending} THEN {describe} ELSE work END"
	mark     = "UPDATE items SET " + markSets + " WHERE state = {present} AND id <> ? AND kind NOT IN {companions} AND "
)

// markBeside leaves to be described anew what an item goes with by its name, whatever kind it is of: a cue sheet is a
// playlist, a cover may be a photo, and what is called as a subtitle may be something else.
func (tx *Tx) markBeside(it *Item) error {
	r := tx.s.scope(it.Name)
	if len(r.Stems) == 0 && !r.Folder && !r.Tree {
		return nil
	}
	at, mark := tx.nextMark(), mark
	tx.work = true
	if !Accompanies(it.Kind) {
		mark += "kind NOT IN ('photo', 'image') AND " // nothing but what accompanies others goes with those
		r.Stems = slices.DeleteFunc(r.Stems, func(stem string) bool {
			return stem != r.Stems[0] && !strings.HasPrefix(it.Name[len(stem):], "-") // as in film-front.jpg
		})
	}
	switch {
	case r.Tree:
		d, found, err := tx.DirByID(it.Dir)
		if err != nil || !found {
			return err
		}
		low, high := []byte(d.Path+"/"), []byte(d.Path+"0") // '0' follows '/'
		if d.Path == "" {
			low, high = []byte{}, []byte{0xff, 0xff}
		}
		return tx.c.exec(mark+"dir IN (SELECT id FROM dirs WHERE root = ? AND (id = ? OR (path >= ? AND path < ?)))", at, it.ID, d.Root, d.ID, low, high)
	case r.Folder:
		return tx.c.exec(mark+"dir = ?", at, it.ID, it.Dir)
	}
	for _, stem := range r.Stems {
		if err := tx.markStem(mark, it, stem, at); err != nil {
			return err
		}
	}
	return nil
}

// markStem marks what is called by a stem: in two, since SQLite reads the names of the whole directory for both at once.
func (tx *Tx) markStem(mark string, it *Item, stem string, at int64) error {
	err := tx.c.exec(mark+"dir = ? AND name = ?", at, it.ID, it.Dir, []byte(stem))
	if err != nil {
		return err
	}
	return tx.c.exec(mark+"dir = ? AND name > ? AND name < ?", at, it.ID, it.Dir, []byte(stem+"."), []byte(stem+"/"))
}

// Accompanied reports whether anything stands in a directory that may describe the items there: a sidecar, a picture or
// subtitles.
func (tx *Tx) Accompanied(dir int64) (bool, error) {
	if tx.bare[dir] {
		return false, nil
	}
	n, err := tx.c.number("SELECT EXISTS (SELECT 1 FROM items WHERE dir = ? AND state = {present} AND kind IN {companions})", dir)
	if err == nil && n == 0 {
		if tx.bare == nil {
			tx.bare = map[int64]bool{}
		}
		tx.bare[dir] = true
	}
	return n != 0, err
}

// companion notes that an item is written: where it accompanies others, its directory is bare no more.
func (tx *Tx) companion(it *Item) {
	if Accompanies(it.Kind) {
		delete(tx.bare, it.Dir)
	}
}

// Companion is an item beside another.
type Companion struct {
	ID     int64
	Name   string
	Kind   media.Kind
	Probed []byte // of metadata: what it says
	Doc    []byte // of a subtitle: what is known of it
	Long   bool   // it says more than is read of so many at once: see Store.Probed
}

// Beside is what lies in a directory, as far as it matters to the description of its items.
type Beside struct {
	Here  []Companion // in the directory: all of it where All, else what speaks for all of it
	Above []Companion // metadata of the two directories above, the nearer first
	All   bool
	AsOf  int64 // the feed's number at which this was so
}

const (
	maxBeside    = 512 // items of a directory that are all read
	maxSpeaking  = 64  // of a larger one, those that speak for all of it
	maxAbove     = 64
	maxSaid      = 4 << 10 // bytes of what one of them says
	companionSQL = `SELECT id, name, kind, CASE WHEN kind IN ('metadata', 'subtitle') THEN doc END,
		CASE kind WHEN 'metadata' THEN probed END FROM items WHERE state = {present} AND `
	companionKinds = "kind IN {companions}"
)

func companions(c *conn, where string, args ...driver.Value) (out []Companion, err error) {
	err = c.each(companionSQL+where, func(r row) error {
		doc, probed, err := unpackItem(r.bytes(3), r.bytes(4))
		o := Companion{ID: r.int(0), Name: string(r.bytes(1)), Kind: media.Kind(r.text(2)), Long: len(probed) > maxSaid}
		if !o.Long {
			o.Probed = probed
		}
		if o.Kind == media.KindSubtitle && len(doc) <= maxSaid {
			o.Doc = doc
		}
		out = append(out, o)
		return err
	}, args...)
	return out, err
}

// Beside reads what lies in a directory and above it.
func (s *Store) Beside(ctx context.Context, dir int64) (b Beside, err error) {
	b.AsOf = s.Head() // what is read is at least as new
	err = s.read(ctx, func(c *conn) error {
		if b.Here, err = companions(c, "dir = ? LIMIT ?", dir, int64(maxBeside+1)); err != nil {
			return err
		}
		if b.All = len(b.Here) <= maxBeside; !b.All {
			if b.Here, err = s.speaking(c, dir); err != nil {
				return err
			}
		}
		var above, higher int64
		_, err := c.one("SELECT d.parent, coalesce(p.parent, 0) FROM dirs d LEFT JOIN dirs p ON p.id = d.parent WHERE d.id = ?",
			func(r row) { above, higher = r.int(0), r.int(1) }, dir)
		if err != nil || above == 0 {
			return err
		}
		b.Above, err = metadataIn(c, above, higher)
		return err
	})
	return b, err
}

// speaking reads what speaks for all of a large directory, wherever it stands among its sidecars.
func (s *Store) speaking(c *conn, dir int64) (out []Companion, err error) {
	var ids []int64
	err = c.each("SELECT id, name FROM items WHERE dir = ? AND state = {present} AND "+companionKinds, func(r row) error {
		if len(ids) < maxSpeaking && s.SpeaksForAll(string(r.bytes(1))) {
			ids = append(ids, r.int(0))
		}
		return nil
	}, dir)
	for i := 0; err == nil && i < len(ids); i++ {
		var one []Companion
		one, err = companions(c, "id = ?", ids[i])
		out = append(out, one...)
	}
	return out, err
}

// metadataIn reads the metadata of a directory, and that of another behind it.
func metadataIn(c *conn, dir, other int64) (out []Companion, err error) {
	for _, d := range []int64{dir, other} {
		more, err := companions(c, "dir = ? AND kind = 'metadata' AND "+companionKinds+" LIMIT ?", d, int64(maxAbove-len(out)))
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// Above is what lies above a directory, as far as it matters to the description of its items.
type Above struct {
	Metadata []Companion // of two directories, the nearer first
	AsOf     int64       // the feed's number at which this was so
}

// Above reads what lies in a directory and the one above it that says something of those below.
func (s *Store) Above(ctx context.Context, root int64, parent string) (a Above, err error) {
	a.AsOf = s.Head() // what is read is at least as new
	err = s.read(ctx, func(c *conn) error {
		var dir, higher int64
		found, err := c.one("SELECT id, parent FROM dirs WHERE root = ? AND path = ?", func(r row) { dir, higher = r.int(0), r.int(1) },
			root, []byte(parent))
		if err != nil || !found {
			return err
		}
		a.Metadata, err = metadataIn(c, dir, higher)
		return err
	})
	return a, err
}

// StandsAbove reports whether nothing that says something of directories below it has been written since a number of
// the feed, as far as the writer has come.
func (s *Store) StandsAbove(asOf int64) bool { return s.reached.Load() <= asOf }

// StandsAbove is that of the store, with what the transaction has written.
func (tx *Tx) StandsAbove(asOf int64) bool { return tx.s.StandsAbove(asOf) }

// reaches notes that an item is written, or is not any more what it was, that says something of directories below it.
func (tx *Tx) reaches(it *Item) {
	if it.Kind == media.KindMetadata && tx.s.scope != nil && tx.s.scope(it.Name).Tree {
		tx.s.reached.Store(tx.s.lastSeq + 1)
	}
}

// Namesakes reads the items of a directory whose names begin alike: first those in which a dot or a hyphen follows, since
// of all that begin like a short name only so many are read.
func (s *Store) Namesakes(ctx context.Context, dir int64, prefix string) (out []Companion, err error) {
	err = s.read(ctx, func(c *conn) error {
		const between = "dir = ? AND name >= ? AND name < ? LIMIT ?"
		out, err = companions(c, between, dir, []byte(prefix+"-"), []byte(prefix+"/"), int64(MaxNamesakes))
		if err != nil {
			return err
		}
		more, err := companions(c, between, dir, []byte(prefix), []byte(prefix+"\xff"), int64(MaxNamesakes))
		for i := range more {
			if !slices.ContainsFunc(out, func(o Companion) bool { return o.ID == more[i].ID }) {
				out = append(out, more[i])
			}
		}
		return err
	})
	return out, err
}

// MaxNamesakes is how many items of each sort Namesakes reads.
const MaxNamesakes = 64
