package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Task is an item whose bytes are to be read. What they said before is in the catalog: see Probed. Fields mean what
// those of Item mean.
type Task struct {
	ID             int64
	Dir            int64
	Path           string // relative to the root
	Name           string
	FileID         tree.FileID
	Size           int64
	MTime          int64
	CTime          int64
	Work           Work
	Attempts       int64
	Fingerprint    int64
	HasFingerprint bool
	SiblingSeq     int64
	Kind           media.Kind
	Analysis       Analysis
	Described      Version
	Outdated       bool // nothing changed: an older version described it
}

// Tasks reads what is to be analysed of a root: newest directories first, by id inside, since reading a
// disk in random order costs three times as much.
func (s *Store) Tasks(ctx context.Context, root int64, limit int) (out []Task, err error) {
	err = s.read(ctx, func(c *conn) error {
		// One directory after the other: else all of a large one would be sorted for a few of it, again and again.
		for dir := int64(math.MaxInt64); len(out) < limit; {
			found, err := c.one("SELECT dir FROM items WHERE work > {no_work} AND root = ? AND state = {present} "+
				"AND dir < ? ORDER BY dir DESC LIMIT 1", func(r row) { dir = r.int(0) }, root, dir)
			if err != nil || !found {
				return err
			}
			const inDir = "i.work > {no_work} AND i.root = ? AND i.dir = ? AND i.state = {present} ORDER BY i.id LIMIT ?"
			err = c.each(taskSQL+inDir,
				func(r row) error { out = append(out, scanTask(r)); return nil }, root, dir, int64(limit-len(out)))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

const taskSQL = `SELECT i.id, i.dir, d.path, i.name, i.inode, i.birth, i.size, i.mtime, i.work, i.attempts, i.fingerprint, i.kind, i.analysis, i.marked,
	i.ctime, i.described FROM items i JOIN dirs d ON d.id = i.dir WHERE `

func scanTask(r row) Task {
	name := string(r.bytes(3))
	return Task{
		ID: r.int(0), Dir: r.int(1), Path: tree.Join(string(r.bytes(2)), name), Name: name,
		FileID: tree.FileID{Inode: uint64(r.int(4)), Birth: r.int(5)}, Size: r.int(6), MTime: r.int(7),
		Work: Work(r.int(8)), Attempts: r.int(9), Fingerprint: r.int(10), HasFingerprint: !r.null(10),
		Kind: media.Kind(r.text(11)), Analysis: Analysis(r.int(12)), SiblingSeq: r.int(13), CTime: r.int(14), Described: Version(r.int(15)),
	}
}

// Probed reads what the bytes of an item said.
func (s *Store) Probed(ctx context.Context, id int64) (b []byte, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each("SELECT doc, probed FROM items WHERE id = ?", func(r row) (err error) {
			_, b, err = unpackItem(r.bytes(0), r.bytes(1))
			return err
		}, id)
	})
	return b, err
}

// WorkGeneration counts the commits that left work for the analyzer. It moves before those who asked for
// such a commit hear of it.
func (s *Store) WorkGeneration() int64 { return s.workGen.Load() }

// Analysed is what came of a task.
type Analysed struct {
	Task           *Task
	Kind           media.Kind
	Doc            []byte
	Probed         []byte
	Analysis       Analysis
	Error          string
	RetryAt        int64
	Fingerprint    int64
	HasFingerprint bool
	AsOf           int64 // the feed's number when what lies beside the file was read
}

// Ahead is what was found out of all files of a directory before it has a row.
type Ahead struct {
	First int64      // the id reserved for the first of them; those of the others follow
	Files []Analysed // in the order of the listing; of those that were not read only what their names say, as pending
	AsOf  int64      // the feed's number when what lies above was read, which has been joined to them
	Since int64      // likewise, of what speaks for all of a directory, of which they are a part
	Moved []Item     // the items that they are, as they were read where they stood; nil: they are new
}

// ErrTooLong says that more was said of an item than the catalog keeps of one.
var ErrTooLong = errors.New("more than the catalog keeps of one file")

// bounded refuses what is longer than media.MaxText and media.MaxDocument say: pages, feed and memory count on it.
// Whoever describes files has cut it by then.
func (a *Analysed) bounded() error {
	for _, f := range []struct {
		what      string
		have, may int
	}{{"description", len(a.Doc), media.MaxDocument}, {"findings", len(a.Probed), media.MaxDocument}, {"error", len(a.Error), media.MaxText}} {
		if f.have > f.may {
			return fmt.Errorf("keep the %s of %q: %d bytes: %w", f.what, a.Task.Path, f.have, ErrTooLong)
		}
	}
	return nil
}

// current reads the item of a task, if it is still the file that the task was about.
func (tx *Tx) current(t *Task) (Item, bool, error) {
	it, found, err := tx.Item(t.ID)
	same := it.Size == t.Size && it.MTime == t.MTime && it.CTime == t.CTime && it.FileID == t.FileID
	return it, err == nil && found && it.State == Present && (it.Work != NoWork || t.Outdated) && same, err
}

// Record stores what analysis found. Where the item has changed or moved since the task was made,
// nothing is stored and it reports false: the item is to be analysed anew. An item of which the same is known as before
// takes no number of the feed.
func (tx *Tx) Record(a *Analysed) (bool, error) {
	if err := a.bounded(); err != nil {
		return false, err
	}
	it, ok, err := tx.current(a.Task)
	if err != nil || !ok || it.Dir != a.Task.Dir || it.Name != a.Task.Name {
		return false, err
	}
	old := it
	it.Kind, it.Doc, it.Probed = a.Kind, a.Doc, a.Probed
	it.Analysis, it.Error, it.RetryAt = a.Analysis, a.Error, a.RetryAt
	it.Work = described(&it, a.AsOf)
	it.Fingerprint, it.HasFingerprint = a.Fingerprint, a.HasFingerprint
	it.Attempts = 0
	if a.Analysis == Failed {
		it.Attempts = old.Attempts + 1
	}
	it.Described = tx.s.described
	if !old.looksLike(&it) {
		if err := tx.number(&old, &it); err != nil {
			return false, err
		}
	}
	return true, tx.saveAnalysis(&old, &it)
}

// looksLike reports whether analysis made nothing of an item that the outside sees.
func (it *Item) looksLike(o *Item) bool {
	return it.Kind == o.Kind && it.Analysis == o.Analysis && it.Error == o.Error && it.Fingerprint == o.Fingerprint && it.HasFingerprint == o.HasFingerprint &&
		bytes.Equal(it.Doc, o.Doc)
}

// saveAnalysis writes what analysis changes.
func (tx *Tx) saveAnalysis(old, it *Item) error {
	tx.wrote(it)
	tx.reaches(old)
	if old.Kind != it.Kind || old.Analysis != it.Analysis {
		tx.count(old, -1)
		tx.count(it, 1)
	}
	if err := tx.markDescribed(old, it); err != nil {
		return err
	}
	return tx.updateItem(old, it)
}

// saveWork writes only what is left to do for an item.
func (tx *Tx) saveWork(old, it *Item) error {
	tx.wrote(it)
	return tx.updateItem(old, it)
}

// described is the work that is left once an item has been described by what lay beside it at a number
// of the feed: none, unless that has changed since.
func described(it *Item, asOf int64) Work {
	if it.SiblingSeq > asOf {
		return Describe
	}
	return NoWork
}

// Redescribed stores what is known of an item by what lies beside it now. An item of which the same is
// known takes no number of the feed. What its bytes said stays, unless it is longer than what is kept today.
func (tx *Tx) Redescribed(a *Analysed) error {
	if err := a.bounded(); err != nil {
		return err
	}
	it, ok, err := tx.current(a.Task)
	if err != nil || !ok || it.Dir != a.Task.Dir || it.Name != a.Task.Name {
		return err
	}
	old := it
	it.Work, it.Described = described(&it, a.AsOf), tx.s.redescribes(&it)
	if len(it.Probed) > media.MaxDocument {
		it.Probed = a.Probed
	} else if it.Kind == a.Kind && bytes.Equal(it.Doc, a.Doc) {
		return tx.saveWork(&old, &it)
	}
	it.Kind, it.Doc = a.Kind, a.Doc
	if err := tx.number(&old, &it); err != nil {
		return err
	}
	return tx.saveAnalysis(&old, &it)
}

// unseenCTime is no file's ctime: the next scan of the directory finds the file changed, and asks for what was
// deferred.
const unseenCTime = math.MinInt64

// DropWork takes an item off the analyzer's list that is not where the catalog says. If it has been read before, its
// content may be another wherever it is found, also where its ctime is the one that asked for a look at it.
func (it *Item) DropWork() {
	if it.Analysis != Pending && (it.Work == Analyse || it.Work == Verify) {
		it.CTime = unseenCTime
	}
	it.Work = NoWork
}

// Defer takes a task off the analyzer's list until a scan of its directory puts it back: the file is not what the
// catalog says, or not there. An item that has moved since stays on the list.
func (tx *Tx) Defer(t *Task) error {
	it, ok, err := tx.current(t)
	if err != nil || !ok || it.Dir != t.Dir || it.Name != t.Name {
		return err
	}
	old := it
	it.DropWork()
	it.RetryAt = 0
	if t.Outdated { // the same scan puts it back on the list, as a file that has not been read
		it.Analysis = Pending
		err = tx.Save(&old, &it)
	} else {
		err = tx.saveWork(&old, &it)
	}
	if err != nil {
		return err
	}
	return tx.Unsettle(it.Dir)
}

// Retry puts failed items whose time has come back on the analyzer's list, at most limit of them. Those that are not
// there keep their time: they are tried once they are back. The time of what was put off while the clock was ahead has
// come too.
func (tx *Tx) Retry(at int64, limit int) (int, error) {
	items, err := tx.items("retry_at > 0 AND retry_at <= ? AND state = {present} LIMIT ?", at, int64(limit))
	if err == nil && len(items) == 0 {
		items, err = tx.items("retry_at > ? AND retry_at > 0 AND state = {present} LIMIT ?", ahead(at), int64(limit))
	}
	if err != nil {
		return 0, err
	}
	for i := range items {
		old := items[i]
		items[i].RetryAt, items[i].Work = 0, Analyse
		if err := tx.SaveQuietly(&old, &items[i]); err != nil {
			return 0, err
		}
	}
	return len(items), nil
}

// NextRetry is when the next failed item that is there is to be tried again; 0: none is.
func (s *Store) NextRetry(ctx context.Context) (at int64, err error) {
	err = s.read(ctx, func(c *conn) error {
		at, err = c.number("SELECT coalesce(min(retry_at), 0) FROM items WHERE retry_at > 0 AND state = {present}")
		if err != nil || at == 0 {
			return err
		}
		const tooLate = "SELECT EXISTS (SELECT 1 FROM items WHERE retry_at > ? AND retry_at > 0 AND state = {present})"
		late, err := c.number(tooLate, ahead(now()))
		if late != 0 {
			at = min(at, now())
		}
		return err
	})
	return at, err
}
