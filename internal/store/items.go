package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// State is where an item stands.
type State int64

// States of items. Held is missing as far as the outside is concerned; detached items are invisible.
const (
	Present State = iota
	Missing
	Held
	Detached
)

// Analysis is how far the reading of an item's bytes has come.
type Analysis int64

// States of analysis, as the public surface names them.
const (
	Pending Analysis = iota
	Done
	Failed
	None
)

func (a Analysis) String() string { return [...]string{"pending", "done", "failed", "none"}[a] }

// Work is what the analyzer has to do for an item.
type Work int64

// Kinds of work.
const (
	NoWork   Work = iota
	Analyse       // read the bytes
	Verify        // compare the fingerprint; read the bytes only where it differs
	Describe      // join anew what is known: what lies beside the file has changed
)

// Item is a row of the catalog. Times are Unix nanoseconds; 0 where there is none.
type Item struct {
	ID     int64
	Dir    int64 // id of its directory
	Root   int64
	Name   string
	Volume int64 // id of the file system that it was seen on
	FileID tree.FileID
	Links  uint32 // hard links, its own name among them
	Size   int64  // bytes
	MTime  int64
	CTime  int64
	Added  int64 // when it came into the catalog
	State  State
	Kind   media.Kind
	Work   Work
	Seq    int64 // the feed's number of its last change
	Doc    []byte
	Probed []byte
	// MissingAt is since when it is missing.
	MissingAt int64
	// FilterSeq is the feed's number of its last change of root or kind; until there was one, its first number below
	// zero.
	FilterSeq int64
	// SiblingSeq is the feed's number at which what lies beside it changed last: who has read that before reads it
	// anew.
	SiblingSeq int64

	Analysis       Analysis
	Described      Version // that described it
	Attempts       int64   // analyses in a row that failed
	RetryAt        int64   // when a failed analysis is to be tried again
	Error          string  // of the last analysis
	Fingerprint    int64
	HasFingerprint bool // Fingerprint is known
	// Unread says that Doc and Probed were left in the catalog, and stay there as they are when the row is written: see
	// Tx.Fill. Who sets one of them has set both, and takes Unread away.
	Unread bool
}

// rowColumns are an item's but for its documents, which come last: they are as long as all else of hundreds of items,
// and the scan of a directory needs those of none. scanRow, scanItem and values have the same order.
var (
	rowColumns = []string{"id", "dir", "root", "name", "volume", "inode", "birth", "links", "size", "mtime", "ctime", "added", "state",
		"missing_at", "kind", "analysis", "work", "attempts", "retry_at", "error", "fingerprint", "seq", "filter_seq", "marked", "described"}
	itemColumns = slices.Concat(rowColumns, []string{"doc", "probed"})

	selectRow  = "SELECT " + strings.Join(rowColumns, ", ") + " FROM items WHERE "
	selectItem = "SELECT " + strings.Join(itemColumns, ", ") + " FROM items WHERE "
	insertItem = "INSERT OR FAIL INTO items (" + strings.Join(itemColumns, ", ") + ") VALUES"
)

func scanRow(r row) Item {
	return Item{
		ID: r.int(0), Dir: r.int(1), Root: r.int(2), Name: string(r.bytes(3)), Volume: r.int(4),
		FileID: tree.FileID{Inode: uint64(r.int(5)), Birth: r.int(6)}, Links: uint32(r.int(7)),
		Size: r.int(8), MTime: r.int(9), CTime: r.int(10), Added: r.int(11), State: State(r.int(12)), MissingAt: r.int(13),
		Kind: media.Kind(r.text(14)), Analysis: Analysis(r.int(15)), Work: Work(r.int(16)), Attempts: r.int(17), RetryAt: r.int(18),
		Error: r.text(19), Fingerprint: r.int(20), HasFingerprint: !r.null(20), Seq: r.int(21), FilterSeq: r.int(22),
		SiblingSeq: r.int(23), Described: Version(r.int(24)), Unread: true,
	}
}

func scanItem(r row) (it Item, err error) {
	it = scanRow(r)
	it.Doc, it.Probed, err = unpackItem(r.bytes(25), r.bytes(26))
	it.Unread = err != nil
	return it, err
}

// appendValues appends those of rowColumns. What the row before has too at its place takes no more memory.
func (it *Item) appendValues(to []driver.Value) []driver.Value {
	var before row
	if len(to) >= len(itemColumns) {
		before = to[len(to)-len(itemColumns):]
	}
	var errText, print driver.Value
	if it.Error != "" {
		errText = it.Error
	}
	if it.HasFingerprint {
		print = it.Fingerprint
	}
	var seq driver.Value = it.Seq
	sibling := seq
	if it.SiblingSeq != it.Seq {
		sibling = it.SiblingSeq
	}
	return append(to,
		it.ID, before.same(1, it.Dir), it.Root, []byte(it.Name), before.same(4, it.Volume), int64(it.FileID.Inode),
		before.same(6, it.FileID.Birth), int64(it.Links), it.Size, before.same(9, it.MTime), before.same(10, it.CTime),
		before.same(11, it.Added), int64(it.State), it.MissingAt, before.sameText(14, string(it.Kind)), int64(it.Analysis),
		int64(it.Work), it.Attempts, it.RetryAt, errText, print, seq, it.FilterSeq, sibling,
		before.same(24, int64(it.Described)),
	)
}

// appendAllValues appends those of itemColumns.
func (it *Item) appendAllValues(to []driver.Value) []driver.Value {
	return append(it.appendValues(to), blob(pack(it.Doc, nil)), blob(pack(it.Probed, it.Doc)))
}

// blob binds an empty slice as NULL.
func blob(b []byte) driver.Value {
	if len(b) == 0 {
		return nil
	}
	return b
}

// Matches reports whether e is the very file that the row describes, unchanged: all that one look
// tells is equal.
func (it *Item) Matches(e *tree.Entry) bool {
	return it.FileID == e.ID && it.SameContent(e) && it.CTime == e.CTime && it.Links == e.Links
}

// SameContent reports whether size and modification time are equal. Different means changed, also
// where the file is older than it was.
func (it *Item) SameContent(e *tree.Entry) bool { return it.Size == e.Size && it.MTime == e.MTime }

// Observe takes over what a look at the file showed.
func (it *Item) Observe(volume int64, e *tree.Entry) {
	it.Name, it.Volume, it.FileID, it.Links = e.Name, volume, e.ID, e.Links
	it.Size, it.MTime, it.CTime = e.Size, e.MTime, e.CTime
}

// items reads rows without their documents.
func (tx *Tx) items(where string, args ...driver.Value) ([]Item, error) {
	var out []Item
	err := tx.c.each(selectRow+where, func(r row) error {
		out = append(out, scanRow(r))
		return nil
	}, args...)
	return out, err
}

// Fill reads the documents of an item that was read without them.
func (tx *Tx) Fill(it *Item) error {
	if !it.Unread {
		return nil
	}
	filled, found, err := tx.Item(it.ID)
	if found {
		it.Doc, it.Probed, it.Unread = filled.Doc, filled.Probed, false
	}
	return err
}

// Item reads one item with its documents.
func (tx *Tx) Item(id int64) (it Item, found bool, err error) {
	err = tx.c.each(selectItem+"id = ?", func(r row) (err error) {
		it, err = scanItem(r)
		found = err == nil
		return err
	}, id)
	return it, found, err
}

// ItemsIn reads the items of a directory, without their documents: those present, and those missing from it that are
// not yet forgotten.
func (tx *Tx) ItemsIn(dir int64) ([]Item, error) {
	present, err := tx.items("dir = ? AND state = {present}", dir)
	if err != nil {
		return nil, err
	}
	gone, err := tx.items("dir = ? AND state > {present}", dir)
	return append(present, gone...), err
}

// ItemsBetween reads those items of a directory whose names are from the one up to before the other ("": all that
// follow), without their documents, as ItemsIn does.
func (tx *Tx) ItemsBetween(dir int64, from, to string) (out []Item, err error) {
	for _, state := range []string{"state = {present}", "state > {present}"} {
		where, args := "dir = ? AND name >= ? AND ", []driver.Value{dir, []byte(from)}
		if to != "" {
			where, args = where+"name < ? AND ", append(args, []byte(to))
		}
		items, err := tx.items(where+state, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

// SomeNames reads each n-th name of those at which items stand in a directory, in their order.
func (s *Store) SomeNames(ctx context.Context, dir int64, n int) (names []string, err error) {
	at := 0
	err = s.read(ctx, func(c *conn) error {
		return c.each("SELECT name FROM items INDEXED BY items_place WHERE dir = ? AND state = {present} ORDER BY name", func(r row) error {
			if at++; at%n == 0 {
				names = append(names, string(r.bytes(0)))
			}
			return nil
		}, dir)
	})
	return names, err
}

// ItemsAt reads the items at one name of a directory, without their documents: at most one present, and any missing.
func (tx *Tx) ItemsAt(dir int64, name string) ([]Item, error) {
	present, err := tx.items("dir = ? AND name = ? AND state = {present}", dir, []byte(name))
	if err != nil {
		return nil, err
	}
	gone, err := tx.items("dir = ? AND name = ? AND state > {present}", dir, []byte(name))
	return append(present, gone...), err
}

// ItemsByIdentity reads every item that has an identity, wherever it is, those of detached roots too, without their
// documents.
func (tx *Tx) ItemsByIdentity(volume int64, id tree.FileID) ([]Item, error) {
	return tx.items("inode = ? AND birth = ? AND volume = ?", int64(id.Inode), id.Birth, volume)
}

// KnowsInodes reports whether any item has, or had lately, a number from the one to the other on any file system.
func (tx *Tx) KnowsInodes(from, to int64) (bool, error) {
	n, err := tx.c.number(`SELECT EXISTS (SELECT 1 FROM items WHERE inode BETWEEN ?1 AND ?2)
		OR EXISTS (SELECT 1 FROM former WHERE inode BETWEEN ?1 AND ?2)`, from, to)
	return n != 0, err
}

// Insert adds a new item: it gets its id, and the next number of the feed.
func (tx *Tx) Insert(it *Item) error {
	if it.Unread {
		return fmt.Errorf("add item %q: its documents have not been read", it.Name)
	}
	it.ID = tx.s.ReserveIDs(1)
	tx.begins(it)
	if err := tx.markDescribed(nil, it); err != nil {
		return err
	}
	return tx.insert(it)
}

// InsertTogether adds the items of a directory that is new as a whole, under ids that were reserved for them. Nothing
// beside them is marked: what is known of the others has been joined already, or is once they are analysed.
func (tx *Tx) InsertTogether(items []Item) error {
	rows := tx.s.itemRows
	rows.drop() // what a request has left that failed
	for i := range items {
		it := &items[i]
		tx.begins(it)
		it.SiblingSeq = it.Seq
		tx.companion(it)
		rows.values = it.appendAllValues(rows.values)
		if err := rows.flushFull(tx); err != nil {
			return err
		}
	}
	return rows.flush(tx)
}

func (tx *Tx) begins(it *Item) {
	it.Seq, it.Described = tx.nextSeq(), tx.s.described
	it.FilterSeq = -it.Seq
	tx.wrote(it)
	tx.count(it, 1)
}

func (tx *Tx) insert(it *Item) error {
	tx.companion(it)
	rows := tx.s.itemRows
	rows.drop()
	rows.values = it.appendAllValues(rows.values)
	return rows.flush(tx)
}

// LastID is the highest id that an item has, had or has been reserved.
func (s *Store) LastID() int64 { return s.lastID.Load() }

// ReserveIDs gives n ids that no item has, the first of them; the others follow. Those that are not used are nobody's.
func (s *Store) ReserveIDs(n int) (first int64) { return s.lastID.Add(int64(n)) - int64(n) + 1 }

// Save writes an item that was before as old. It takes the next number of the feed, and notes the number
// where root or kind changed, or whether it is to be seen at all: subscribers that filter by them are told.
func (tx *Tx) Save(old, it *Item) error {
	if err := tx.number(old, it); err != nil {
		return err
	}
	return tx.update(old, it)
}

// SaveQuietly writes what the outside does not see of an item (its identity, its ctime, work to do)
// without a number of the feed.
func (tx *Tx) SaveQuietly(old, it *Item) error { return tx.update(old, it) }

func (tx *Tx) update(old, it *Item) error {
	tx.wrote(it)
	tx.reaches(old)
	tx.count(old, -1)
	tx.count(it, 1)
	if err := tx.markDescribed(old, it); err != nil {
		return err
	}
	return tx.updateItem(old, it)
}

func (tx *Tx) wrote(it *Item) {
	tx.reaches(it)
	tx.rows++
	if it.Work != NoWork || tx.s.isOutdated(it) {
		tx.work = true
	}
}

// Remove forgets an item for good and leaves a tombstone in the feed.
func (tx *Tx) Remove(it *Item) error {
	tx.rows++
	tx.removed++
	tx.count(it, -1)
	var was driver.Value
	if err := tx.cameAt(it); err != nil {
		return err
	}
	if it.Kind.InWorks() {
		if err := tx.leaveUnit(it); err != nil {
			return err
		}
	}
	path, known, err := tx.pathOf(it)
	if known {
		was = []byte(path)
	}
	if err == nil {
		err = tx.c.exec("DELETE FROM items WHERE id = ?", it.ID)
	}
	if err != nil {
		return err
	}
	return tx.c.exec("INSERT INTO tombstones (seq, id, root, kind, filter_seq, at, path) VALUES (?,?,?,?,?,?,?)",
		tx.nextSeq(), it.ID, it.Root, string(it.Kind), it.FilterSeq, now(), was)
}

// MarkMissing marks an item missing since at.
func (tx *Tx) MarkMissing(it *Item, at int64) error {
	old := *it
	it.State, it.MissingAt = Missing, at
	it.DropWork()
	if err := tx.Save(&old, it); err != nil {
		return fmt.Errorf("mark item %d missing: %w", it.ID, err)
	}
	return nil
}
