package hevc

// references are the samples beside a block that it is predicted from (8.4.4.2): those at its left from below up, the
// corner, and those above it from the left, 4n+1 of a block of n by n.
type references struct {
	of       [129]int32
	smoothed [129]int32
}

// collect fills the references of a block, those that are not there from those that are (8.4.4.2.2).
func (s *sliceDecoder) collect(c, x, y, n int) []int32 {
	sp, p := s.d.sps, &s.f.planes[c]
	subW, subH := 0, 0
	if c > 0 {
		subW, subH = sp.subW, sp.subH
	}
	ref := s.refs.of[:4*n+1]
	var known [129]bool
	any := false
	// Whether samples are there is known by unit, of 4 luma samples.
	stepY, stepX := max(1, 4>>subH), max(1, 4>>subW)
	for j := 0; j < 2*n; j += stepY {
		if !s.available((x-1)<<subW, (y+j)<<subH, s.u.address) {
			continue
		}
		any = true
		for k := j; k < j+stepY; k++ {
			ref[2*n-1-k], known[2*n-1-k] = int32(p.pix[(y+k)*p.stride+x-1]), true
		}
	}
	if s.available((x-1)<<subW, (y-1)<<subH, s.u.address) {
		ref[2*n], known[2*n], any = int32(p.pix[(y-1)*p.stride+x-1]), true, true
	}
	for i := 0; i < 2*n; i += stepX {
		if !s.available((x+i)<<subW, (y-1)<<subH, s.u.address) {
			continue
		}
		any = true
		row := p.pix[(y-1)*p.stride+x:]
		for k := i; k < i+stepX; k++ {
			ref[2*n+1+k], known[2*n+1+k] = int32(row[k]), true
		}
	}
	if !any {
		for i := range ref {
			ref[i] = 1 << (sp.depth[min(c, 1)] - 1)
		}
		return ref
	}
	substitute(ref, known[:len(ref)])
	return ref
}

// substitute gives what is not known the value of the one before it; the first, of the first that is known.
func substitute(ref []int32, known []bool) {
	if !known[0] {
		first := 0
		for !known[first] {
			first++
		}
		ref[0] = ref[first]
	}
	for i := 1; i < len(ref); i++ {
		if !known[i] {
			ref[i] = ref[i-1]
		}
	}
}

// smooth filters the references where the mode and the size want it (8.4.4.2.3).
func (s *sliceDecoder) smooth(c, n, mode int, ref []int32) []int32 {
	if c > 0 && s.d.sps.chroma != 3 || mode == modeDC || n == 4 {
		return ref
	}
	if distance := min(abs(mode-modeVertical), abs(mode-modeHorizontal)); distance <= smoothFrom[n>>4] {
		return ref
	}
	out := s.refs.smoothed[:len(ref)]
	last := len(ref) - 1
	out[0], out[last] = ref[0], ref[last]
	if limit := int32(1) << (s.d.sps.depth[0] - 5); s.d.sps.strong && c == 0 && n == 32 &&
		abs(ref[64]+ref[last]-2*ref[96]) < limit && abs(ref[64]+ref[0]-2*ref[32]) < limit {
		for i := int32(1); i < 64; i++ {
			out[64-i] = ((64-i)*ref[64] + i*ref[0] + 32) >> 6
			out[64+i] = ((64-i)*ref[64] + i*ref[last] + 32) >> 6
		}
		out[64] = ref[64]
		return out
	}
	for i := 1; i < last; i++ {
		out[i] = (ref[i-1] + 2*ref[i] + ref[i+1] + 2) >> 2
	}
	return out
}

// smoothFrom is how far from horizontal and vertical a mode must be, of 8, 16 and 32 (intraHorVerDistThres).
var smoothFrom = [3]int{7, 1, 0}

func abs[T int | int32](v T) T {
	if v < 0 {
		return -v
	}
	return v
}
