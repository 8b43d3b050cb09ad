package scanner

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// formerRoot is a root that has left the configuration since the start: its files may still be looked at.
type formerRoot struct {
	tree     tree.Tree
	location string
}

// formerTree gives the tree of a root that has left the configuration since the start; nil where none has.
func (s *Scanner) formerTree(root int64) tree.Tree {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.former[root].tree
}

func (s *Scanner) forgetFormer(root int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.former, root)
}

// mayStandAsFormer reports whether a file of a root that left may be looked at in its place, and that place is not the
// one in which it is seen here: a root that is wider now, or narrower, shows the same files by the same names.
func (r *runner) mayStandAsFormer(root int64, place, here string) bool {
	r.s.mu.RLock()
	defer r.s.mu.RUnlock()
	f, known := r.s.former[root]
	return known && placeIn(f.location, place) != placeIn(r.cfg.Location, here)
}

func placeIn(location, path string) string { return strings.TrimSuffix(location, "/") + "/" + path }
