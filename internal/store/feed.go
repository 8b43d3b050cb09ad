package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Change is one entry of the feed: an item or a work as it is now, or that it is gone.
type Change struct {
	Seq       int64
	ID        int64
	Work      bool // it is of a work
	Delete    bool
	Root      string     // of the item, or what it was at its end
	Roots     []string   // of the work, likewise
	Kind      media.Kind // of either
	FilterSeq int64      // number of its last change of root or kind; 0 or less: never changed
	What      What       // of an item that is there
	Previous  Spot       // where one that moved was before
	Was       Spot       // where the item is, or was when it was deleted
	Item      []byte     // the item's JSON, or the work's; nil for a deletion
}

// Size is about how many bytes a change takes as JSON, or more.
func (ch *Change) Size() int {
	size := len(ch.Item) + changeBytes
	for _, p := range []*Spot{&ch.Previous, &ch.Was} {
		if p.Known() && (p == &ch.Previous || ch.Delete) {
			size += spotBytes + len(p.Root) + len(p.Path)
		}
	}
	return size
}

// ops name changes and what they carry, of items and of works.
var ops = map[bool][2]string{
	false: {`{"op":"delete","id":`, `{"op":"upsert","id":`},
	true:  {`{"op":"delete_work","id":`, `{"op":"work","id":`},
}

// Page is a stretch of the feed: everything in (After, Upto] as it stood in one moment.
type Page struct {
	Changes []Change
	Upto    int64
	Head    int64 // of the feed at that moment
}

// AppendChanges encodes changes as a JSON list.
func AppendChanges(dst []byte, changes []Change) []byte {
	dst = append(dst, '[')
	for i := range changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		ch := &changes[i]
		switch named := ops[ch.Work]; {
		case ch.Delete:
			dst = strconv.AppendInt(append(dst, named[0]...), ch.ID, 10)
			if ch.Was.Known() {
				dst = ch.Was.AppendJSON(append(dst, `,"was":`...))
			}
		case ch.Work:
			dst = strconv.AppendInt(append(dst, named[1]...), ch.ID, 10)
			dst = append(append(dst, `,"work":`...), ch.Item...)
		default:
			dst = strconv.AppendInt(append(dst, named[1]...), ch.ID, 10)
			if ch.What != WhatUnknown {
				dst = append(append(append(dst, `,"what":"`...), ch.What...), '"')
			}
			if ch.Previous.Known() {
				dst = ch.Previous.AppendJSON(append(dst, `,"previous":`...))
			}
			dst = append(append(dst, `,"item":`...), ch.Item...)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// Bounds of a page, and with it of a read transaction.
const (
	PageRows  = 2000
	PageBytes = 1 << 20 // of encoded items
)

// Bounds end a page: whichever is reached first, though a page holds one change at least.
type Bounds struct {
	Rows  int
	Bytes int // of encoded items; 0: PageBytes
}

// Within makes the bounds what a page may be at most.
func (b Bounds) Within() Bounds {
	if b.Bytes <= 0 || b.Bytes > PageBytes {
		b.Bytes = PageBytes
	}
	b.Rows = min(b.Rows, PageRows)
	return b
}

// What a change takes beside its item, and a place beside its names, in bytes or more.
const (
	changeBytes = 80
	spotBytes   = 40
)

// errPageFull ends the reading of a page that has reached its bytes.
var errPageFull = errors.New("page is full")

// Head is the number of the last durable change.
func (s *Store) Head() int64 { return s.head.Load() }

// Floor is the highest number below which tombstones may have been pruned: a reader below it cannot
// catch up.
func (s *Store) Floor() int64 { return s.floor.Load() }

// Changes reads the feed above after, in order, within bounds and none above upto (0: the head).
func (s *Store) Changes(ctx context.Context, after, upto int64, most Bounds) (p Page, err error) {
	most = most.Within()
	err = s.readFeed(ctx, func(c *conn) error {
		if p.Head, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		end := p.Head
		if upto > 0 {
			end = min(upto, p.Head)
		}
		p.Upto, err = s.itemChanges(c, &p, after, end, most)
		return err
	})
	return p, err
}

// itemChanges reads items with numbers in a stretch into a page, in order, and how far it came.
func (s *Store) itemChanges(c *conn, p *Page, after, end int64, most Bounds) (upto int64, err error) {
	full, err := s.changedItems(c, p, most, "i.seq > ? AND i.seq <= ? ORDER BY i.seq LIMIT ?",
		after, end, int64(most.Rows))
	if err != nil {
		return 0, err
	}
	if full { // what is deleted behind it is for the next page too
		end = p.Changes[len(p.Changes)-1].Seq
	}
	err = c.each("SELECT seq, id, root, kind, filter_seq, path FROM tombstones WHERE seq > ? AND seq <= ? "+
		"ORDER BY seq LIMIT ?", func(r row) error {
		ch := Change{Seq: r.int(0), ID: r.int(1), Delete: true, Root: s.rootName(r.int(2)),
			Kind: media.Kind(r.text(3)), FilterSeq: r.int(4)}
		if !r.null(5) {
			ch.Was = Spot{ch.Root, string(r.bytes(5))}
		}
		p.Changes = append(p.Changes, ch)
		return nil
	}, after, end, int64(most.Rows))
	if err != nil {
		return 0, err
	}
	slices.SortFunc(p.Changes, func(a, b Change) int { return int(a.Seq - b.Seq) })
	if len(p.Changes) >= most.Rows {
		p.Changes = p.Changes[:most.Rows]
		end = p.Changes[most.Rows-1].Seq
	}
	return end, nil
}

// LoadPage is a stretch of a first load.
type LoadPage struct {
	Changes []Change
	Next    int64 // the position behind it
	Head    int64 // of the feed at that moment
	Done    bool  // there are no more
}

// Load reads a first load's page: items above position by id that have not changed since h0.
func (s *Store) Load(ctx context.Context, h0, position int64, most Bounds) (page LoadPage, err error) {
	most = most.Within()
	err = s.readFeed(ctx, func(c *conn) error {
		var p Page
		if page.Head, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		full, err := s.changedItems(c, &p, most, "i.id > ? ORDER BY i.id LIMIT ?", position, int64(most.Rows))
		if err != nil {
			return err
		}
		page.Done = !full && len(p.Changes) < most.Rows
		page.Next = position
		for _, ch := range p.Changes {
			page.Next = ch.ID
			if ch.Seq <= h0 && !ch.Delete { // a later change comes by its number
				page.Changes = append(page.Changes, ch)
			}
		}
		return nil
	})
	return page, err
}

// feedLeft joins to items and their directories what the newest change left in vacated, behind feedColumns.
const feedLeft = " LEFT JOIN vacated v ON v.item = i.id AND v.seq = i.seq"

const feedColumns = `i.id, i.seq, i.filter_seq, i.root, i.kind, i.state, i.size, i.mtime, i.added, i.analysis, i.error, i.fingerprint, i.doc, d.path, i.name`

const feedWidth = 15 // columns of feedColumns

// changedItems appends items as changes, as many as the bounds let; those of detached roots are deletions. full says
// that the bytes ended it before the rows did: an item is not read further than to learn that it is too many.
func (s *Store) changedItems(c *conn, p *Page, most Bounds, where string, args ...driver.Value) (full bool, err error) {
	bytes := 0
	err = c.each("SELECT "+feedColumns+", v.root, v.path FROM items i JOIN dirs d ON d.id = i.dir"+feedLeft+" WHERE "+where, func(r row) error {
		v := scanView(s, r)
		ch := Change{Seq: r.int(1), ID: v.ID, Root: v.Root, Kind: v.Kind, FilterSeq: r.int(2), Was: Spot{v.Root, v.Path}}
		if v.State == Detached {
			ch.Delete = true
		} else {
			moved := !r.null(feedWidth)
			if moved {
				root, _ := rootLeft(r.int(feedWidth))
				ch.Previous = Spot{s.rootName(root), string(r.bytes(feedWidth + 1))}
			}
			ch.What = s.what(ch.Seq, ch.FilterSeq, moved)
			ch.Item = v.AppendJSON(nil)
		}
		if bytes += ch.Size(); bytes > most.Bytes && len(p.Changes) > 0 {
			return errPageFull
		}
		p.Changes = append(p.Changes, ch)
		return nil
	}, args...)
	if errors.Is(err, errPageFull) {
		return true, nil
	}
	return false, err
}

// Prune drops tombstones while there are more than keep, oldest first, but none above limit. It returns
// how many it dropped.
func (tx *Tx) Prune(keep int64, limit int64) (int64, error) {
	n, err := tx.c.number("SELECT count(*) FROM tombstones")
	if err != nil || n <= keep {
		return 0, err
	}
	seq, err := tx.c.number("SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM tombstones ORDER BY seq LIMIT ?)", n-keep)
	if err != nil {
		return 0, err
	}
	if seq = min(seq, limit); seq <= tx.s.floor.Load() {
		return 0, nil
	}
	before := n
	if err := tx.c.exec("DELETE FROM tombstones WHERE seq <= ?", seq); err != nil {
		return 0, err
	}
	if err := tx.c.setMeta("floor", seq); err != nil {
		return 0, err
	}
	tx.floor = seq
	n, err = tx.c.number("SELECT count(*) FROM tombstones")
	return before - n, err
}
