package reconcile

import (
	"cmp"
	"iter"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// PartRows is how many rows one transaction of a scan writes at most, or nearly: other roots wait for it, and the log
// of the catalog grows by it. A larger directory is reconciled in parts, each of them true by itself.
const PartRows = 2000

// Part is a range of names of a directory that is reconciled in a transaction of its own.
type Part struct {
	n        int
	from, to string // names from the one up to before the other; "": without an end
	files    []int  // those of the listing that are in it, by name
	last     bool   // all others have been reconciled

	prepared *prepared    // nil: nothing is
	Ahead    *store.Ahead // where its files were analysed before they are written; else nil
}

// N is the number of the part, by which it is reconciled.
func (p *Part) N() int { return p.n }

// Bounds are the names of the part: from one up to before the other; "": without an end.
func (p *Part) Bounds() (from, to string) { return p.from, p.to }

// In gives the files of a part.
func (s *Snapshot) In(p *Part) []tree.Entry {
	out := make([]tree.Entry, len(p.files))
	for k, i := range p.files {
		out[k] = s.Files[i]
	}
	return out
}

// Forget lets go of what is known of a part that has been reconciled: the parts of a directory take no more memory the
// more they are.
func (p *Part) Forget() { p.Ahead, p.prepared = nil, nil }

func (p *Part) has(name string) bool { return name >= p.from && (p.to == "" || name < p.to) }

// Parts divides a whole scan of a large directory into parts of so many rows; nil where it is not large. known are some
// names of its rows, one of each PartRows. Parts with names that come first come first, but no more than a few.
func (s *Snapshot) Parts(known []string, rows int, first []string) (parts []*Part) {
	if !s.complete() || len(s.Files) <= rows && len(known) == 0 {
		return nil
	}
	s.inOrder = make([]int, len(s.Files))
	for i := range s.inOrder {
		s.inOrder[i] = i
	}
	slices.SortFunc(s.inOrder, func(a, b int) int { return cmp.Compare(s.Files[a].Name, s.Files[b].Name) })
	order := s.inOrder
	bounds := known
	for at := rows; at < len(order); at += rows {
		bounds = append(bounds, s.Files[order[at]].Name)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	from := ""
	for _, to := range append(bounds, "") {
		p := &Part{from: from, to: to}
		end := len(order)
		if to != "" {
			end, _ = s.search(order, to)
		}
		p.files, order = order[:end], order[end:]
		parts, from = append(parts, p), to
	}
	return inTurn(parts, first)
}

// maxFirst is how many parts may come before those whose names are before theirs.
const maxFirst = 8

// inTurn puts the parts into the order in which they are reconciled.
func inTurn(parts []*Part, first []string) []*Part {
	var ahead, rest []*Part
	for _, p := range parts {
		if len(ahead) < maxFirst && slices.ContainsFunc(first, p.has) {
			ahead = append(ahead, p)
		} else {
			rest = append(rest, p)
		}
	}
	parts = append(ahead, rest...)
	for n, p := range parts {
		p.n, p.last = n, n == len(parts)-1
	}
	return parts
}

// filesIn gives the files of a part, or all (nil), by their places in the listing.
func (s *Snapshot) filesIn(p *Part) iter.Seq[int] {
	if p != nil {
		return slices.Values(p.files)
	}
	return func(yield func(int) bool) {
		for i := range s.Files {
			if !yield(i) {
				return
			}
		}
	}
}

// search finds where a name is, or would be, in a part of the order of names.
func (s *Snapshot) search(order []int, name string) (at int, found bool) {
	return slices.BinarySearchFunc(order, name, func(i int, name string) int { return cmp.Compare(s.Files[i].Name, name) })
}

// find gives the place of a name in the listing.
func (s *Snapshot) find(name string) (i int, listed bool) {
	if s.inOrder == nil {
		i, listed = s.listed[name]
		return i, listed
	}
	at, listed := s.search(s.inOrder, name)
	if !listed {
		return 0, false
	}
	return s.inOrder[at], true
}

// index notes where each name of the listing is.
func (s *Snapshot) index() {
	s.listed = make(map[string]int, len(s.Files))
	for i := range s.Files {
		s.listed[s.Files[i].Name] = i
	}
}
