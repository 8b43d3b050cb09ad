package store

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// sqlNames are what SQL calls {name} in this package: the values of constants. They stand in the text and are not bound,
// since SQLite takes a partial index only where it sees that the condition is the index's own.
var sqlNames = strings.NewReplacer(
	"{present}", number(Present), "{missing}", number(Missing), "{held}", number(Held), "{detached}", number(Detached),
	"{pending}", number(Pending),
	"{no_work}", number(NoWork), "{describe}", number(Describe),
	"{companions}", fmt.Sprintf("('%s', '%s', '%s')", media.KindMetadata, media.KindArtwork, media.KindSubtitle),
)

func number[T ~int64](v T) string { return strconv.FormatInt(int64(v), 10) }

// itemUpdate writes some columns of an item.
type itemUpdate struct {
	sql string
	at  []int // where their values stand in Item.values
}

// What of an item is written. SQLite rewrites every index of which a column is set, whether its value changes or not: so
// analysis sets no column of a place or an identity, and what leaves the documents as they are does not read them.
var (
	wholeItem       = updateOf(itemColumns[1:]...)
	allButDocuments = updateOf(rowColumns[1:]...)
	analysisOfItem  = updateOf("kind", "analysis", "work", "attempts", "retry_at", "error", "fingerprint", "seq", "filter_seq",
		"described", "doc", "probed")
)

func updateOf(columns ...string) itemUpdate {
	u := itemUpdate{sql: "UPDATE items SET " + strings.Join(columns, "=?, ") + "=? WHERE id=?"}
	for _, c := range columns {
		u.at = append(u.at, slices.Index(itemColumns, c))
	}
	return u
}

func (u *itemUpdate) write(tx *Tx, it *Item) error {
	v := it.values()
	args := make([]driver.Value, 0, len(u.at)+1)
	for _, at := range u.at {
		args = append(args, v[at])
	}
	return tx.c.exec(u.sql, append(args, it.ID)...)
}
