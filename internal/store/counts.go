package store

import (
	"context"
	"encoding/json"
	"sync"
)

// tallies are the numbers of items as of the last commit.
type tallies struct {
	mu sync.RWMutex // guards n; held for arithmetic only
	n  map[tallyKey]int64
}

func (t *tallies) add(changes map[tallyKey]int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = make(map[tallyKey]int64)
	}
	for k, n := range changes {
		if t.n[k] += n; t.n[k] == 0 {
			delete(t.n, k)
		}
	}
}

func (t *tallies) sum(match func(tallyKey) bool) (n int64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for k, v := range t.n {
		if match(k) {
			n += v
		}
	}
	return n
}

// Counts are numbers of items that the outside sees.
type Counts struct {
	Items   int64 `json:"items"`
	Missing int64 `json:"missing"`
	Pending int64 `json:"pending"`
	Failed  int64 `json:"failed"`
}

// ItemCounts counts the items of the catalog as of the last commit.
func (s *Store) ItemCounts() (c Counts) {
	s.tallies.mu.RLock()
	defer s.tallies.mu.RUnlock()
	for k, n := range s.tallies.n {
		if k.state == Detached {
			continue
		}
		c.Items += n
		if k.state != Present {
			c.Missing += n
		}
		switch {
		case k.state == Present && k.analysis == Pending:
			c.Pending += n
		case k.analysis == Failed:
			c.Failed += n
		}
	}
	return c
}

// CountFailed counts those of some items that are present and whose analysis failed.
func (s *Store) CountFailed(ctx context.Context, ids []int64) (n int64, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	err = s.readFeed(ctx, func(c *conn) error {
		n, err = c.number(`SELECT count(*) FROM json_each(?) JOIN items ON items.id = json_each.value
			WHERE items.state = ? AND items.analysis = ?`, string(list), int64(Present), int64(Failed))
		return err
	})
	return n, err
}

// KindItems counts the items of each kind, missing ones too.
func (s *Store) KindItems() map[string]int64 {
	s.tallies.mu.RLock()
	defer s.tallies.mu.RUnlock()
	of := map[string]int64{}
	for k, n := range s.tallies.n {
		if k.state != Detached {
			of[k.kind] += n
		}
	}
	return of
}

// RootItems counts the items of one root, missing ones too.
func (s *Store) RootItems(root int64) int64 {
	return s.tallies.sum(func(k tallyKey) bool { return k.root == root && k.state != Detached })
}

func (s *Store) loadTallies(c *conn) error {
	m := map[tallyKey]int64{}
	err := c.each("SELECT root, kind, state, analysis, n FROM tally", func(r row) error {
		m[tallyKey{r.int(0), r.text(1), State(r.int(2)), Analysis(r.int(3))}] = r.int(4)
		return nil
	})
	if err == nil {
		s.tallies.add(m)
	}
	return err
}
