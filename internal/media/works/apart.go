package works

import "strings"

// MaxShared is how many units may share a key. What more have tells nobody from another: it is the name of samples, of
// untitled tracks, of one file in a thousand folders. Parts with such a key stay apart, each in its unit: else one more
// of them would have all be derived anew.
const MaxShared = 500

// Few is how many units may share a key while works are derived of a catalog for the first time. A key that is to
// become too common has all units that have it derived anew with every batch until it is: with Few that is soon.
const Few = 32

// Limit says how many units may share a key: Most, and Few one behind the keys that are settled, in their order.
type Limit struct {
	Most, Few int
	Was, Is   int64   // the last key that was settled before, and that is now
	Settle    []int64 // those between that more units than Few have
}

// Settled is the limit where all keys are settled.
func Settled(most int) Limit { return Limit{Most: most, Few: most} }

func (l *Limit) before(key int64) int { return l.of(key, l.Was) }
func (l *Limit) now(key int64) int    { return l.of(key, l.Is) }

func (l *Limit) of(key, settled int64) int {
	if key <= settled {
		return l.Most
	}
	return l.Few
}

// apartName is in the keys of works of a unit that stay apart.
func apartName(u Unit) string { return "\x00@" + u.Root + "\x00" + u.Dir }

// apartKey is the key that parts of a unit have that stay apart.
func apartKey(u Unit) int64 { return Hash(apartName(u)) }

// Separate has those of all parts stay apart that share a key with more units than most. Closure does the same.
func Separate(parts []*Part, most int) {
	counts := make(map[string]int)
	last := make(map[string]Unit)
	for _, p := range parts {
		for _, k := range p.Keys { // the parts of a unit stand together
			if counts[k] == 0 || last[k] != p.Unit {
				counts[k]++
				last[k] = p.Unit
			}
		}
	}
	for _, p := range parts {
		p.apart = false
		for _, k := range p.Keys {
			p.apart = p.apart || counts[k] > most
		}
	}
}

// setApart gives works of one unit that stay apart keys that no other unit's have.
func setApart(works []Work, u Unit) {
	name := apartName(u)
	was := ""
	for i := range works {
		w := &works[i]
		if was != "" && strings.HasPrefix(w.Key, was+"\x00") && w.Parent != "" && strings.HasPrefix(w.Parent, was) {
			w.Key = was + name + w.Key[len(was):]
			w.Parent = was + name + w.Parent[len(was):]
			continue
		}
		was = w.Key
		w.Key += name
		w.PartKeys = []string{name}
	}
}
