package thumbnail

import "github.com/catalogizer/catalogizerd/internal/media/thumbnail/jpeg"

// average makes a plane of width by height samples, each the mean of the area of src that it stands for. It never
// enlarges: src has as many samples at least.
func average(src jpeg.Plane, width, height int) []byte {
	columns, rows := spansOf(src.Width, width, src.Stride), spansOf(src.Height, height, len(src.Pix)/src.Stride)
	dst := make([]byte, width*height)
	sums := make([]uint32, src.Stride) // of a column of the samples that a row of dst stands for, times 2^8
	for y := range height {
		clear(sums)
		r := rows[y]
		for i := r.first; i <= r.last; i++ {
			weight := r.weight(i)
			for x, v := range src.Pix[i*src.Stride:][:src.Stride] {
				sums[x] += weight * uint32(v)
			}
		}
		out := dst[y*width:][:width]
		for x := range out {
			c := columns[x]
			sum := uint64(0)
			for i := c.first; i <= c.last; i++ {
				sum += uint64(c.weight(i)) * uint64(sums[i])
			}
			area := uint64(r.total) * uint64(c.total)
			out[x] = byte((sum + area/2) / area)
		}
	}
	return dst
}

// span is the samples, from first to last, that one sample of a smaller plane stands for: the ends in part.
type span struct {
	first, last int
	head, tail  uint32 // the weights of first and of last, of whole; where they are one, head is
	total       uint32
}

const whole = 1 << 8 // the weight of a sample that is covered whole

func (s *span) weight(i int) uint32 {
	switch i {
	case s.first:
		return s.head
	case s.last:
		return s.tail
	}
	return whole
}

// spansOf divides a length, of samples of which there are count, into n.
func spansOf(length float64, n, count int) []span {
	spans := make([]span, n)
	fixed := int(length*whole + 0.5)
	for i := range spans {
		from, to := fixed*i/n, fixed*(i+1)/n
		s := span{first: min(from/whole, count-1), last: min(max(to-1, from)/whole, count-1)}
		s.head = uint32(min(to, (s.first+1)*whole) - from)
		s.tail = uint32(to - s.last*whole)
		if s.head == 0 {
			s.head = 1 // nothing is enlarged, so this is a length of next to nothing
		}
		s.total = s.head
		if s.last > s.first {
			s.total += s.tail + uint32(s.last-s.first-1)*whole
		}
		spans[i] = s
	}
	return spans
}
