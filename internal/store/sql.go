package store

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// sqlNames are what SQL calls {name} in this package: the values of constants. They stand in the text and are not
// bound, since SQLite takes a partial index only where it sees that the condition is the index's own.
var sqlNames = strings.NewReplacer(
	"{present}", number(Present), "{missing}", number(Missing), "{held}", number(Held), "{detached}", number(Detached),
	"{pending}", number(Pending),
	"{no_work}", number(NoWork), "{describe}", number(Describe),
	"{outdated_below}", number(OutdatedBelow),
	"{companions}", fmt.Sprintf("('%s', '%s', '%s')", media.KindMetadata, media.KindArtwork, media.KindSubtitle),
)

func number[T ~int64](v T) string { return strconv.FormatInt(int64(v), 10) }

// itemUpdate writes some columns of an item.
type itemUpdate struct {
	sql string
	at  []int // where their values stand in Item.appendAllValues
}

// columnGroup is some columns of items that change together.
type columnGroup struct {
	columns []string
	equal   func(a, b *Item) bool
}

// columnGroups are all columns but the id. SQLite rewrites every index of which a column is set, whether its value
// changes or not: so those that stand in an index are in groups of their own, and an update sets the groups that
// differ. The documents are the last one.
var columnGroups = [...]columnGroup{
	{[]string{"root"}, func(a, b *Item) bool { return a.Root == b.Root }},
	{[]string{"dir", "name"}, func(a, b *Item) bool { return a.Dir == b.Dir && a.Name == b.Name }},
	{[]string{"volume", "inode", "birth"}, func(a, b *Item) bool { return a.Volume == b.Volume && a.FileID == b.FileID }},
	{[]string{"links", "size", "mtime", "ctime", "added"}, func(a, b *Item) bool {
		return a.Links == b.Links && a.Size == b.Size && a.MTime == b.MTime && a.CTime == b.CTime && a.Added == b.Added
	}},
	{[]string{"state", "missing_at"}, func(a, b *Item) bool { return a.State == b.State && a.MissingAt == b.MissingAt }},
	{[]string{"kind", "analysis", "error", "fingerprint", "attempts"}, func(a, b *Item) bool {
		return a.Kind == b.Kind && a.Analysis == b.Analysis && a.Error == b.Error && a.HasFingerprint == b.HasFingerprint &&
			a.Fingerprint == b.Fingerprint && a.Attempts == b.Attempts
	}},
	{[]string{"work", "retry_at", "described"}, func(a, b *Item) bool {
		return a.Work == b.Work && a.RetryAt == b.RetryAt && a.Described == b.Described
	}},
	{[]string{"marked"}, func(a, b *Item) bool { return a.SiblingSeq == b.SiblingSeq }},
	{[]string{"seq", "filter_seq"}, func(a, b *Item) bool { return a.Seq == b.Seq && a.FilterSeq == b.FilterSeq }},
	{[]string{"doc", "probed"}, func(a, b *Item) bool { // what was not read stays
		return b.Unread || !a.Unread && bytes.Equal(a.Doc, b.Doc) && bytes.Equal(a.Probed, b.Probed)
	}},
}

// itemUpdates are those made so far, by the groups that they set.
type itemUpdates map[uint16]*itemUpdate

func (u itemUpdates) of(groups uint16) *itemUpdate {
	if u[groups] == nil {
		var columns []string
		for i := range columnGroups {
			if groups&(1<<i) != 0 {
				columns = append(columns, columnGroups[i].columns...)
			}
		}
		u[groups] = updateOf(columns...)
	}
	return u[groups]
}

func updateOf(columns ...string) *itemUpdate {
	u := &itemUpdate{sql: "UPDATE items SET " + strings.Join(columns, "=?, ") + "=? WHERE id=?"}
	for _, c := range columns {
		u.at = append(u.at, slices.Index(itemColumns, c))
	}
	return u
}

// updateItem writes the columns of an item in which it differs from what it was.
func (tx *Tx) updateItem(old, it *Item) error {
	var groups uint16
	for i := range columnGroups {
		if !columnGroups[i].equal(old, it) {
			groups |= 1 << i
		}
	}
	if groups == 0 {
		return nil
	}
	if old.Kind.InWorks() && (old.Dir != it.Dir || !it.Kind.InWorks()) {
		if err := tx.leaveUnit(old); err != nil {
			return err
		}
	}
	tx.companion(it)
	u, v := tx.s.updates.of(groups), it.appendValues(make([]driver.Value, 0, len(itemColumns)))
	if groups>>(len(columnGroups)-1) != 0 {
		v = it.appendAllValues(v[:0])
	}
	args := make([]driver.Value, 0, len(u.at)+1)
	for _, at := range u.at {
		args = append(args, v[at])
	}
	return tx.c.exec(u.sql, append(args, it.ID)...)
}
