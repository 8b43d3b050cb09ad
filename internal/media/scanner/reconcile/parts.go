package reconcile

import (
	"cmp"
	"iter"
	"slices"
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
}

func (p *Part) has(name string) bool { return name >= p.from && (p.to == "" || name < p.to) }

// Parts divides a whole scan of a large directory; nil where it is not large. known are some names of its rows, one of
// each PartRows.
func (s *Snapshot) Parts(known []string) (parts []*Part) {
	if !s.complete() || len(s.Files) <= PartRows && len(known) == 0 {
		return nil
	}
	order := make([]int, len(s.Files))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(s.Files[a].Name, s.Files[b].Name) })
	bounds := known
	for at := PartRows; at < len(order); at += PartRows {
		bounds = append(bounds, s.Files[order[at]].Name)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	from := ""
	for n, to := range append(bounds, "") {
		p := &Part{n: n, from: from, to: to, last: n == len(bounds)}
		end := len(order)
		if !p.last {
			end, _ = slices.BinarySearchFunc(order, to, func(i int, to string) int { return cmp.Compare(s.Files[i].Name, to) })
		}
		p.files, order = order[:end], order[end:]
		parts, from = append(parts, p), to
	}
	s.index()
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

// index notes where each name of the listing is.
func (s *Snapshot) index() {
	s.listed = make(map[string]int, len(s.Files))
	for i := range s.Files {
		s.listed[s.Files[i].Name] = i
	}
}
