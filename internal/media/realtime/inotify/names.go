package inotify

import "encoding/binary"

// names holds the names of directories one behind the other, each with its length before it.
type names struct {
	blocks  [][]byte
	dropped int // bytes that nobody asks for any more
}

const nameBlock = 32 << 10

// add keeps a name and returns its place.
func (s *names) add(name string) uint32 {
	last := len(s.blocks) - 1
	if last < 0 || len(s.blocks[last])+binary.MaxVarintLen32+len(name) > nameBlock {
		last++
		s.blocks = append(s.blocks, make([]byte, 0, max(nameBlock, binary.MaxVarintLen32+len(name))))
	}
	b := s.blocks[last]
	place := uint32(last*nameBlock + len(b))
	s.blocks[last] = append(binary.AppendUvarint(b, uint64(len(name))), name...)
	return place
}

// at returns the name at a place.
func (s *names) at(place uint32) []byte {
	b := s.blocks[place/nameBlock][place%nameBlock:]
	length, n := binary.Uvarint(b)
	return b[n : n+int(length)]
}

// drop says that nobody asks for a name any more.
func (s *names) drop(place uint32) { s.dropped += 1 + len(s.at(place)) }

// compact gives the memory of dropped names back, once it is worth while.
func (s *names) compact(g *registry) {
	if s.dropped < 2*nameBlock || s.dropped < len(s.blocks)*nameBlock/2 {
		return
	}
	var kept names
	for id := nodeID(1); int(id) < g.used; id++ {
		if n := g.at(id); n.parent != 0 {
			n.name = kept.add(string(s.at(n.name)))
		}
	}
	*s = kept
}
