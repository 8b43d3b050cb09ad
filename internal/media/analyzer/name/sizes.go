package name

// screenHeight reports whether a number before p or i is a height.
func screenHeight(n int) bool {
	switch n {
	case 240, 288, 320, 360, 368, 400, 432, 480, 486, 540, 544, 576, 720, 800, 900, 1080, 1440, 2160, 4320:
		return true
	}
	return false
}

// isScreenSize reports whether k is a height such as 1080p, 480i, or 720p60.
func isScreenSize(k []byte) bool {
	d := digits(k, 0)
	if d < 3 || d > 4 || d == len(k) || !screenHeight(number(k[:d])) {
		return false
	}
	if k[d] != 'p' && k[d] != 'i' {
		return false
	}
	rest := k[d+1:]
	return len(rest) == 0 || digits(rest, 0) == len(rest) && len(rest) <= 3
}

// findSizes claims screen sizes, checksums, file sizes and rates: what is known by its shape.
func (s *segment) findSizes() {
	for i := range s.tok {
		t := &s.tok[i]
		if t.prop != propNone || !t.latin && t.num < 0 {
			continue
		}
		k := s.word(i)
		switch {
		case isDigit(k[0]) && s.claimScreenSize(i, k):
		case isDigit(k[0]) && s.claimUnit(i, k):
		case len(k) == 8 && t.bracket >= 0 && isCRC(s.raw(i)) && s.alone(i):
			s.add(claim{prop: propCRC, from: i, to: i + 1, text: s.raw(i)})
		case !isDigit(k[0]) && s.gluedScreenSize(i, k):
		}
	}
}

// claimScreenSize claims 1080p, 1920x1080, 1280 x 720, and a bare 720 or 1080 among tags.
func (s *segment) claimScreenSize(i int, k []byte) bool {
	if isScreenSize(k) {
		d := digits(k, 0)
		text := string(k[:d+1])
		s.add(claim{prop: propScreenSize, from: i, to: i + 1, text: text})
		if d+1 < len(k) {
			s.claims[len(s.claims)-1].num = number(k[d+1:])
		}
		return true
	}
	d := digits(k, 0)
	if d >= 3 && d <= 4 && d < len(k) && k[d] == 'x' {
		w, h := number(k[:d]), number(k[d+1:])
		rest := k[d+1:]
		if h < 0 && len(rest) > 3 && (rest[len(rest)-1] == 'p' || rest[len(rest)-1] == 'i') {
			h = number(rest[:len(rest)-1])
		}
		return s.claimWidthHeight(i, i+1, w, h)
	}
	n := s.tok[i].num
	if n >= 320 && n <= 7680 && d >= 3 && i+1 < len(s.tok) {
		if t := s.tok[i+1]; t.num >= 200 && t.sep == sepMark {
			return s.claimWidthHeight(i, i+2, n, t.num)
		}
		if i+2 < len(s.tok) && s.is(i+1, "x") && s.tok[i+2].num >= 200 {
			return s.claimWidthHeight(i, i+3, n, s.tok[i+2].num)
		}
	}
	return false
}

func (s *segment) claimWidthHeight(from, to int, w, h int) bool {
	if w < 320 || w > 8192 || h < 200 || h > 4400 || w < h || w > 4*h {
		return false
	}
	s.add(claim{prop: propScreenSize, from: from, to: to, text: sizeName(w, h), num: w<<16 | h})
	return true
}

// sizeName returns the usual name of a picture size: the height with its "p" where pictures of this
// shape have it, else width and height.
func sizeName(w, h int) string {
	if screenHeight(h) {
		ratio := float64(w) / float64(h)
		if ratio > 1.3 && ratio < 2.5 {
			return itoa(h) + "p"
		}
	}
	return itoa(w) + "x" + itoa(h)
}

// gluedScreenSize claims the size at the end of a word whose beginning is a source: BD1080p.
func (s *segment) gluedScreenSize(i int, k []byte) bool {
	for d := 1; d < len(k)-3; d++ {
		if !isDigit(k[d]) || isDigit(k[d-1]) || !isScreenSize(k[d:]) {
			continue
		}
		e := lookupWord(k[:d])
		text := string(k[d : digits(k, d)+1])
		switch {
		case e != nil && e.tag != nil:
			s.add(claim{prop: e.tag.prop, from: i, to: i + 1, tag: e.tag})
		case string(k[:d]) != "m":
			return false
		}
		s.add(claim{prop: propScreenSize, from: i, to: i + 1, text: text})
		return true
	}
	return false
}

// isCRC reports whether raw is a CRC-32 as anime releases carry it: eight hexadecimal digits that
// cannot be a date or a word.
func isCRC(raw string) bool {
	letters, nums := 0, 0
	for i := range len(raw) {
		c := raw[i]
		switch {
		case isDigit(c):
			nums++
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			letters++
		default:
			return false
		}
	}
	return len(raw) == 8 && nums > 0 && (letters > 0 || raw[0] > '2')
}

// claimUnit claims file sizes, bit rates and frame rates: 1.4GB, 700 MB, 192kbps, 23.976fps.
func (s *segment) claimUnit(i int, k []byte) bool {
	d := digits(k, 0)
	unit := k[d:]
	to := i + 1
	if len(unit) == 0 {
		if to >= len(s.tok) || !s.tok[to].sep.only(sepSpace|sepDot) {
			return false
		}
		unit = s.word(to)
		to++
		if e := digits(unit, 0); e > 0 && e < len(unit) && s.tok[i+1].sep == sepDot { // 1.4GB
			unit = unit[e:]
		} else if e == len(unit) && to < len(s.tok) && s.tok[i+1].sep == sepDot { // 1.4 GB
			unit = s.word(to)
			to++
		}
	}
	prop := propNone
	switch string(unit) {
	case "mb", "gb", "mib", "gib", "14oomb":
		prop = propSize
	case "kbps", "kbit", "kbits", "mbps", "khz":
		prop = propRate
	case "fps":
		prop = propRate
	}
	if prop == propNone || !s.free(i, to) {
		return false
	}
	s.add(claim{prop: prop, from: i, to: to, text: string(unit)})
	return true
}
