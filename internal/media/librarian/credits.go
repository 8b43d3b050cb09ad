package librarian

import (
	"cmp"
	"maps"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// credits are whom parts are by, as far as it matters to the artists of a batch.
type credits struct {
	r     Reader
	said  map[store.CreditPut]int64 // how many parts say it, by what is said
	delta map[store.CreditPut]int64 // how many more than before
	keys  map[int64]bool            // of artists; all that may be one with another are here
	queue []int64
	mbids map[[2]string]bool
}

func newCredits(r Reader) *credits {
	return &credits{r: r, said: make(map[store.CreditPut]int64), delta: make(map[store.CreditPut]int64),
		keys: make(map[int64]bool), mbids: make(map[[2]string]bool)}
}

// change notes that so many parts more say whom they are by.
func (c *credits) change(said store.CreditPut, n int64) {
	if said.Name == "" {
		return
	}
	c.delta[said] += n
	c.reach(said.Key)
}

// reach notes that an artist is looked at.
func (c *credits) reach(key int64) {
	if key != 0 && !c.keys[key] {
		c.keys[key] = true
		c.queue = append(c.queue, key)
	}
}

// read reads all that is said of the artists, and of those who may be one with them by an id.
func (c *credits) read() error {
	take := func(list []store.CreditPut) {
		for _, said := range list {
			n := said.N
			said.N = 0
			c.said[said] = n
			c.reach(said.Key)
		}
	}
	ids := func(said store.CreditPut) error {
		id := [2]string{said.Party, said.MBID}
		if said.MBID == "" || c.mbids[id] {
			return nil
		}
		c.mbids[id] = true
		list, err := c.r.CreditsAs(said.Party, said.MBID)
		take(list)
		return err
	}
	err := expect(c.r, func() *Expected {
		return &Expected{CreditsOf: slices.Clone(c.queue), CreditsAs: slices.Collect(maps.Keys(c.delta))}
	})
	if err != nil {
		return err
	}
	for said := range c.delta {
		if err := ids(said); err != nil {
			return err
		}
	}
	for len(c.queue) > 0 {
		key := c.queue[0]
		c.queue = c.queue[1:]
		list, err := c.r.CreditsOf(key)
		take(list)
		for i := 0; err == nil && i < len(list); i++ {
			err = ids(list[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// before are the names that artists had beside the first, by hashes of their keys.
func (c *credits) before() map[int64][]string {
	out := make(map[int64][]string)
	for _, w := range artistsOf(c.said) {
		out[hashOf(w.Key)] = w.Aliases
	}
	return out
}

// artists makes the artists.
func (c *credits) artists() []works.Work {
	said := maps.Clone(c.said)
	for who, n := range c.delta {
		said[who] += n
	}
	return artistsOf(said)
}

func artistsOf(credits map[store.CreditPut]int64) []works.Work {
	var list []works.Credit
	for said, n := range credits {
		if n > 0 {
			list = append(list, works.Credit{Group: said.Party, Name: said.Name, Sort: said.Sort,
				ID: said.MBID, Count: int(n)})
		}
	}
	slices.SortFunc(list, func(a, b works.Credit) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID))
	})
	return works.JoinArtists(list)
}

// puts are the changes to be written.
func (c *credits) puts() (out []store.CreditPut) {
	for said, n := range c.delta {
		if n != 0 {
			said.N = n
			out = append(out, said)
		}
	}
	return out
}
