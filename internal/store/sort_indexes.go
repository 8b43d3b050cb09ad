package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// sortsDue are the indexes of what sorts that a catalog goes without in a first pass: each row put into them in the
// order of the feed writes a page of each. Each is built when somebody asks for the first list by it, or when the pass
// is over.
type sortsDue struct {
	mu  sync.Mutex         // guards due
	due map[string]dueSort // by name
}

// dueSort is an index that is to be built.
type dueSort struct {
	object
	failed error     // why it could not be built last; nil: nobody has tried
	at     time.Time // when that was
}

// buildAgainAfter is how long an index that could not be built, for a full disk, say, is left alone: what is written
// beside it fails with it.
const buildAgainAfter = 5 * time.Second

// failedLately gives the reason, where it is too early to build an index again.
func (d *dueSort) failedLately() error {
	if d.failed != nil && time.Since(d.at) < buildAgainAfter {
		return d.failed
	}
	return nil
}

func (d *sortsDue) add(o object) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.due == nil {
		d.due = map[string]dueSort{}
	}
	d.due[o.name] = dueSort{object: o}
}

func (d *sortsDue) of(name string) (o dueSort, due bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	o, due = d.due[name]
	return o, due
}

// took takes in what came of building an index.
func (d *sortsDue) took(name string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	o, due := d.due[name]
	switch {
	case !due:
	case err == nil:
		delete(d.due, name)
	case o.failedLately() == nil:
		o.failed, o.at = err, time.Now()
		d.due[name] = o
	}
}

// names are those of a table that can be built now, in their order.
func (d *sortsDue) names(table string) (names []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, o := range d.due {
		if o.table == table && o.failedLately() == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (d *sortsDue) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.due) > 0
}

// mayBeUnbuilt reports whether a catalog is whole without an object of the schema: an index of what sorts. Older
// programs put off that of the feed's numbers of works, too.
func (o object) mayBeUnbuilt() bool {
	return o.mayBePutOff() || o.kind == "index" && o.name == "works_seq"
}

// mayBePutOff reports whether nothing but lists needs an object of the schema.
func (o object) mayBePutOff() bool {
	if o.kind != "index" || o.sql == "" {
		return false
	}
	return o.table == "sort_keys" || o.table == "works" && slices.Contains(workListed, o.name)
}

// takeUnbuilt takes in what a catalog lacks; older says that its schema is still to be brought up to date, which needs
// all. Else the indexes of what sorts stay to be built until somebody needs them.
func (s *Store) takeUnbuilt(c *conn, unbuilt []object, older bool) error {
	for _, o := range unbuilt {
		if s.sortsLater && !older && o.mayBePutOff() {
			s.due.add(o)
			continue
		}
		s.log.Info("what sorts is built that a pass did not come to", zap.String("index", o.name))
		if err := c.buildIndex(o); err != nil {
			return err
		}
	}
	return nil
}

// putOff drops the indexes of what sorts of which all is to come: nothing is indexed, or no works are derived. Where that
// cannot be written they are kept, which takes longer. Of a library without works nothing is to come.
func (s *Store) putOff(c *conn) error {
	var drops strings.Builder
	for _, table := range []string{"sort_keys", "works"} {
		rows, err := c.number("SELECT EXISTS (SELECT 1 FROM " + table + ")")
		if err != nil {
			return err
		}
		begun := s.indexed.Load()
		if table == "works" {
			begun = s.worked.Load()
		}
		if rows > 0 || begun > 0 {
			continue
		}
		err = eachObject(c, func(o object) error {
			if o.table == table && o.mayBePutOff() {
				s.due.add(o)
				drops.WriteString("DROP INDEX " + o.name + ";")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if drops.Len() == 0 {
		return nil
	}
	err := c.script("BEGIN IMMEDIATE;" + drops.String() + "COMMIT")
	if err == nil {
		return nil
	}
	_ = c.script("ROLLBACK")
	if isDamage(err) {
		return fmt.Errorf("put off what sorts: %w", err)
	}
	s.log.Warn("what sorts is written in the order of the first pass", zap.Error(err))
	return nil
}

// lacksSorts reports whether a catalog that holds something lacks an index of what sorts.
func (s *Store) lacksSorts() bool { return s.Head() > 0 && s.due.any() }

// buildFor builds those of the indexes that are still to be built by which a query asks, within the time that a query
// has: what takes longer is built all the same, and there for the next one.
func (s *Store) buildFor(ctx context.Context, names ...string) error {
	limited, cancel := context.WithTimeout(ctx, s.queryTime)
	defer cancel()
	for _, name := range names {
		err := s.buildDue(limited, name)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return fmt.Errorf("%w: what a list is sorted by is being built, since a first pass goes without it: "+
				"ask again in some seconds", ErrSlow)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buildDue builds an index that was put off, unless another has done so. It is built also where ctx ends meanwhile.
func (s *Store) buildDue(ctx context.Context, name string) error {
	o, due := s.due.of(name)
	if !due {
		return nil
	}
	if err := errors.Join(ctx.Err(), o.failedLately()); err != nil {
		return err
	}
	built := make(chan error, 1) // one answer
	err := s.Enqueue(ctx, func(tx *Tx) error { return tx.buildSort(name) }, func(err error) {
		s.due.took(name, err)
		built <- err
	})
	if err != nil {
		return err
	}
	select {
	case err := <-built:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		return ErrClosed
	}
}

// buildSort builds an index that is due, unless it could not be built a moment ago.
func (tx *Tx) buildSort(name string) error {
	o, due := tx.s.due.of(name)
	if err := o.failedLately(); err != nil || !due {
		return err
	}
	there, err := tx.c.number("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)", name)
	if err != nil || there > 0 { // by another request of the same group
		return err
	}
	tx.built = true
	return tx.s.whileBuilding(func() error { return tx.c.buildIndex(o.object) })
}

func (s *Store) whileBuilding(build func() error) error {
	s.building.Store(time.Now().UnixNano())
	defer s.building.Store(0)
	return build()
}

// Building reports whether the writer builds an index of what sorts, and since when: of many millions of items that
// takes a minute, in which it answers nobody.
func (s *Store) Building() (since time.Time, building bool) {
	at := s.building.Load()
	return time.Unix(0, at), at != 0
}

// buildCache is how much of the catalog's file is kept while an index is built, in KiB: its rows are read one after the
// other, and written in their order. What is sorted takes as much again.
const buildCache = 1 << 10

// buildIndex builds an index.
func (c *conn) buildIndex(o object) error {
	cache, err := c.number("PRAGMA cache_size")
	if err == nil {
		err = c.script(fmt.Sprintf("PRAGMA shrink_memory; PRAGMA cache_size=-%d", buildCache))
	}
	trimHeap()
	if err == nil {
		err = errors.Join(c.sortRows(o), c.script(fmt.Sprintf("PRAGMA cache_size=%d", cache)))
	}
	if err != nil {
		return fmt.Errorf("build %s: %w", o.name, c.interrupted(err))
	}
	return nil
}

// sortRows puts the rows of an index's table into it.
func (c *conn) sortRows(o object) error {
	inGroup := !c.c.AutoCommit()
	return inFileOrMemory(func(place string) error {
		err := c.script("PRAGMA temp_store=" + place)
		if err == nil {
			err = c.script(o.sql)
		}
		err = errors.Join(err, c.script("PRAGMA temp_store=MEMORY"))
		if err != nil && inGroup && c.c.AutoCommit() { // it was not for a lack of a place
			return fmt.Errorf("%w: %w", errLost, err)
		}
		return err
	})
}

// inFileOrMemory has something sorted in a temporary file if it is much, or in memory where there is no place for one.
func inFileOrMemory(build func(place string) error) error {
	err := build("FILE")
	if err == nil || isDamage(err) || errors.Is(err, errLost) {
		return err
	}
	return build("MEMORY")
}
