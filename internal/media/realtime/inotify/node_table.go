package inotify

// table finds nodes by a hash: the first of each bucket, from where each leads to the next.
type table struct {
	buckets []nodeID // a power of two of them
	nodes   int
}

// link is how nodes of a table are asked for their hash, and where each keeps the next of its bucket.
type link func(nodeID) (hash uint64, next *nodeID)

func (t *table) bucket(hash uint64) *nodeID {
	return &t.buckets[(hash^hash>>32)&uint64(len(t.buckets)-1)]
}

func (t *table) first(hash uint64) nodeID {
	if t.nodes == 0 {
		return 0
	}
	return *t.bucket(hash)
}

// link adds a node.
func (t *table) link(of link, id nodeID) {
	const perBucket = 2
	if t.nodes >= perBucket*len(t.buckets) {
		t.grow(of)
	}
	t.insert(of, id)
	t.nodes++
}

func (t *table) insert(of link, id nodeID) {
	hash, next := of(id)
	first := t.bucket(hash)
	*next, *first = *first, id
}

func (t *table) grow(of link) {
	old := t.buckets
	t.buckets = make([]nodeID, max(2*len(old), 64))
	for _, id := range old {
		for id != 0 {
			_, next := of(id)
			following := *next
			t.insert(of, id)
			id = following
		}
	}
}

// unlink takes a node out, which must be in.
func (t *table) unlink(of link, id nodeID) {
	hash, following := of(id)
	at := t.bucket(hash)
	for *at != id {
		_, at = of(*at)
	}
	*at = *following
	t.nodes--
}
