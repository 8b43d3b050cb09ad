package thumbnail

// turnedSize is the size of a picture of w by h once it is upright.
func turnedSize(w, h, orientation int) (int, int) {
	if orientation >= 5 {
		return h, w
	}
	return w, h
}

// turn brings w by h pixels of size bytes upright (EXIF 2.32, 4.6.4 A, orientation).
func turn(src []byte, w, h, size, orientation int) []byte {
	if orientation <= 1 {
		return src
	}
	tw, th := turnedSize(w, h, orientation)
	dst := make([]byte, len(src))
	for y := range th {
		for x := range tw {
			sx, sy := x, y
			if orientation >= 5 {
				sx, sy = y, x
			}
			switch orientation { // what the upright pixel at x, y was
			case 2, 7, 8:
				sx = w - 1 - sx
			case 3:
				sx, sy = w-1-sx, h-1-sy
			case 4, 6:
				sy = h - 1 - sy
			}
			if orientation == 7 {
				sy = h - 1 - sy
			}
			copy(dst[(y*tw+x)*size:][:size], src[(sy*w+sx)*size:])
		}
	}
	return dst
}
