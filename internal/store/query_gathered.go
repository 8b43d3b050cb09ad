package store

import "errors"

// gatheredMost is how many matches of a search are gathered at most: of more, an order comes to enough of them soon.
const gatheredMost = 150_000

// idSet is a set of ids, a bit for each: one of a million ids lies in 125 kB.
type idSet map[int64]*[heldPage / 64]uint64

func (s idSet) add(id int64) {
	page := s[id/heldPage]
	if page == nil {
		page = new([heldPage / 64]uint64)
		s[id/heldPage] = page
	}
	page[id%heldPage/64] |= 1 << (id % 64)
}

func (s idSet) has(id int64) bool {
	page := s[id/heldPage]
	return page != nil && page[id%heldPage/64]&(1<<(id%64)) != 0
}

// gather reads the ids of all that has what is asked for, where they are not too many: so whether an item has it is known
// by a bit, without a look at its texts. It gives how many there are; of as many as most, none are kept. It reads none,
// and says so, where each match is to be looked at.
//
// They are not counted before: to find the words costs the search as much as to read where they are.
func (t *textQuery) gather(most int) (n int, read bool, err error) {
	src := t.source(t.Widest(), exact, "")
	if src.expression == "" || src.check != nil {
		return 0, false, nil
	}
	found := idSet{}
	err = eachID(t.c, src, everyID, func(id int64) error {
		found.add(id)
		if n++; n == most {
			return errFound
		}
		return nil
	})
	switch {
	case errors.Is(err, errFound):
		return n, true, nil
	case err != nil:
		return 0, false, err
	}
	t.gathered = found
	return n, true, nil
}

// lacks reports whether an item is known not to have what is asked for.
func (t *textQuery) lacks(id int64) bool { return t != nil && t.gathered != nil && !t.gathered.has(id) }

// passes reports whether an item has what is asked for.
func (t *textQuery) passes(id int64) (bool, error) {
	if t.gathered != nil {
		return t.gathered.has(id), nil
	}
	return t.has(id, t.Widest())
}
