package store

import (
	"encoding/json"
	"errors"
	"time"
)

const (
	freeBatch = 256  // items that no work holds and whose rows are read at once
	freeJump  = 2000 // ids of held items behind each other that are jumped over rather than read
	freeLooks = 512  // matches until it is asked for the time
)

// eachFree calls fn with the matches of a source among ids that no work holds, as eachMatch does, until a time. In most
// libraries nearly all that matches is held: that is looked up by its bit, and the rows of the others are read.
func eachFree(
	c *conn, q *Query, key string, cells map[int64]string, src source, among ids, ends time.Time,
	fn func(e *entry, passes bool) error,
) (inTime bool, err error) {
	held, looked := newHeldBits(c), 0
	var free []int64
	give := func() error {
		if len(free) == 0 {
			return nil
		}
		list, err := json.Marshal(free)
		if err != nil {
			return err
		}
		free = free[:0]
		sql, args := q.matchesSQL(source{among: string(list)}, key, everyID)
		return eachOf(c, q, sql, args, cells, src, fn)
	}
	for inTime = true; inTime && err == nil; {
		if among.after, err = held.nextFree(among.after+1, among.upto); err != nil || among.after > among.upto {
			break
		}
		among.after--
		jumpTo := int64(0)
		err = eachID(c, src, among, func(id int64) error {
			if looked++; looked%freeLooks == 0 && time.Now().After(ends) {
				inTime = false
				return errFound
			}
			isHeld, err := held.has(id)
			if err != nil {
				return err
			}
			if !isHeld {
				if free = append(free, id); len(free) == freeBatch {
					return give()
				}
				return nil
			}
			next, err := held.nextFree(id+1, among.upto)
			if err == nil && next-id >= freeJump {
				jumpTo, err = next, errFound
			}
			return err
		})
		if errors.Is(err, errFound) && (jumpTo > 0 || !inTime) {
			err = nil
		} else if err == nil {
			break
		}
		if among.after = jumpTo - 1; err == nil {
			err = give()
		}
	}
	if err == nil {
		err = give()
	}
	if errors.Is(err, errFound) {
		err = nil
	}
	return inTime, err
}

// eachID calls fn with the ids of a source's matches, in their order. A source that is looked at one by one gives all.
func eachID(c *conn, src source, among ids, fn func(id int64) error) error {
	look := func(r row) error { return fn(r.int(0)) }
	if src.expression == "" {
		return c.each("SELECT id FROM sort_keys WHERE id > ? AND id <= ? ORDER BY id", look, among.after, among.upto)
	}
	return c.each("SELECT rowid FROM search WHERE search MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid", look,
		src.expression, among.after, among.upto)
}

// noneHas reports whether no item that passes, and that no work holds, has the words as they are or as beginnings: then
// there is no need to look for each of the tiers of those.
func (r *ranking) noneHas() (bool, error) {
	src := r.t.source(begins, exact, "")
	if src.check != nil {
		return false, nil
	}
	found := false
	inTime, err := eachFree(r.c, r.q, "NULL", r.cells, src, everyID, r.pace.ends, func(_ *entry, passes bool) error {
		if found = passes; found {
			return errFound
		}
		return nil
	})
	return inTime && !found, err
}
