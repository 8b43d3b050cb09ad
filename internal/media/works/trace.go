package works

import "github.com/zeebo/xxh3"

// Hash is what is kept of a key. That two keys have one hash is so rare that it does not happen, and harms little.
func Hash(key string) int64 {
	h := xxh3.HashString(key)
	return int64(h) //nolint:gosec // any number
}

// Trace is what is kept of a part, to know whether it is another one when its unit is derived anew.
type Trace struct {
	Keys   []int64 // hashes
	Digest uint64  // 0: other rules made it
}

// Trace returns what is to be kept of the part.
func (p *Part) Trace() Trace { return Trace{Keys: p.hashes(), Digest: p.digest()} }

// hashes are those of the part's keys. They are made once: nothing else is done to the part at that time.
func (p *Part) hashes() []int64 {
	if p.hashed == nil {
		p.hashed = make([]int64, len(p.Keys))
		for i, k := range p.Keys {
			p.hashed[i] = Hash(k)
		}
	}
	return p.hashed
}
