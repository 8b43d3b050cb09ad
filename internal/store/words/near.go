package words

// maxDistance is by how many letters a word may differ from another that is meant by it: of words from 4 letters on
// one, from 8 on two.
func maxDistance(letters int) int {
	switch {
	case letters >= 8:
		return 2
	case letters >= 4:
		return 1
	}
	return 0
}

// far is farther than any word that counts.
const far = 3

// distance is how many letters have to be put in, left out, replaced or exchanged with their neighbour to make one word
// of the other, no letter twice (optimal string alignment). It gives far where that is more than limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return far
	}
	var rows [3][maxSpelled + 2]uint8
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range min(len(b), limit) + 1 {
		last[j] = uint8(j) //nolint:gosec // as small as limit
	}
	if limit < len(b) {
		last[limit+1] = far
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		row[from-1] = far
		if from == 1 {
			row[0] = uint8(min(i, far)) //nolint:gosec // as small as far
		}
		best := row[from-1]
		for j := from; j <= to; j++ {
			d := last[j-1]
			if a[i-1] != b[j-1] {
				d = min(d, last[j], row[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, before[j-2]+1)
				}
			}
			row[j] = d
			best = min(best, d)
		}
		row[to+1] = far
		if int(best) > limit {
			return far
		}
		before, last, row = last, row, before
	}
	if d := int(last[len(b)]); d <= limit {
		return d
	}
	return far
}
