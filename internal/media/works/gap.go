package works

import "slices"

// gaps are the stretches from first to last that numbers leave out; last 0 is the highest of them.
func gaps(numbers []int, first, last int) [][2]int {
	if len(numbers) == 0 {
		return nil
	}
	sorted := slices.Clone(numbers)
	slices.Sort(sorted)
	next := first
	var out [][2]int
	for _, n := range sorted {
		if n > next {
			out = append(out, [2]int{next, n - 1})
		}
		next = max(next, n+1)
	}
	if next <= last {
		out = append(out, [2]int{next, last})
	}
	return out
}
