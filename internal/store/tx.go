package store

// Tx is a write transaction, valid only inside the function that it was given to. Its methods fail
// only where SQLite does; such an error must be returned, so that the request is undone.
type Tx struct {
	s            *Store
	c            *conn
	rows         int // written in this group
	removed      int64
	tally        map[tallyKey]int64
	pending      []tallyChange  // of the running request
	bare         map[int64]bool // directories without companions, as far as the running request has asked
	rootsChanged bool
	built        bool  // an index was built
	work         bool  // the group left work for the analyzer
	dirsChanged  bool  // the group changed rows of directories
	ran          *runs // where the group changed anything
	dir          lastDir
	held         *heldBits // of the works that are written
	sums         *workSums // likewise
	keptMoment   int64     // when the moment was that was written; 0: none was
	places
}

// places are what a group's commit publishes of where things begin and end. A request that fails moves none of them.
type places struct {
	floor        int64 // the pruned floor, where it moved
	worksFloor   int64 // likewise, of works
	vacatedFloor int64 // likewise
	worksPlace   *worksPlace
}

type tallyKey struct {
	root     int64
	kind     string
	state    State
	analysis Analysis
}

type tallyChange struct {
	key tallyKey
	n   int64
}

func (tx *Tx) count(it *Item, n int64) {
	tx.pending = append(tx.pending, tallyChange{tallyKey{it.Root, string(it.Kind), it.State, it.Analysis}, n})
}

// rootItemsIn counts the items of a root in a state, as they are by now in this transaction.
func (tx *Tx) rootItemsIn(root int64, state State) (n int64) {
	match := func(k tallyKey) bool { return k.root == root && k.state == state }
	n = tx.s.tallies.sum(match)
	for k, v := range tx.tally {
		if match(k) {
			n += v
		}
	}
	for _, t := range tx.pending {
		if match(t.key) {
			n += t.n
		}
	}
	return n
}

// nextSeq takes the next number of the feed.
func (tx *Tx) nextSeq() int64 {
	tx.s.lastSeq++
	return tx.s.lastSeq
}
