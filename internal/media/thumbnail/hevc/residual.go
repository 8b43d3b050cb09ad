package hevc

// residual is the block of coefficients that is being read, its rows of 32, and what is made of it.
type residual struct {
	coefficients [32 * 32]int32
	lastX, lastY int // beyond these, all are zero
	out          [32 * 32]int32

	groups [64]bool // coded_sub_block_flag, rows of 8
	shift  int
	scale  int64
	list   []uint8
}

// residual reads a block's coefficients (7.3.8.11), and adds what they stand for to the prediction.
func (s *sliceDecoder) residual(c, x, y, log2, mode int) {
	bypass := s.u.bypass
	skip := s.d.pps.transformSkip && !bypass && log2 == 2 && s.c.bin(ctxTransformSkip+btoi(c > 0)) == 1
	s.setQuantization(c, log2)
	s.readCoefficients(c, log2, s.scanOf(c, log2, mode))
	depth := s.d.sps.depth[min(c, 1)]
	r := &s.r
	switch n := 1 << log2; {
	case bypass:
		r.copyOut(n)
	case skip:
		r.scaleOut(n, 7, 20-depth)
	case c == 0 && log2 == 2:
		r.inverseSine(20 - depth)
	default:
		r.inverseCosine(log2, 20-depth)
	}
	s.add(&s.f.planes[c], x, y, 1<<log2, depth)
	r.clear()
}

// scanOf says how coefficients are ordered: by how the block was predicted (7.4.9.11).
func (s *sliceDecoder) scanOf(c, log2, mode int) int {
	if log2 == 2 || log2 == 3 && (c == 0 || s.d.sps.chroma == 3) {
		switch {
		case mode >= 6 && mode <= 14:
			return 2
		case mode >= 22 && mode <= 30:
			return 1
		}
	}
	return 0
}

// levelScale is that of table 8.6.3.
var levelScale = [6]int64{40, 45, 51, 57, 64, 72}

// chromaQP is QpC of qPi 30 to 42, in 4:2:0 (table 8-10).
var chromaQP = [13]int{29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37}

func (s *sliceDecoder) setQuantization(c, log2 int) {
	sp, r := s.d.sps, &s.r
	depth := sp.depth[min(c, 1)]
	qp := s.qpY + 6*(sp.depth[0]-8)
	if c > 0 {
		offset := 6 * (depth - 8)
		qp = offset + sp.chromaOf(min(max(s.qpY+s.d.pps.chromaQP[c-1]+s.slice.chromaQP[c-1], -offset), 57))
	}
	r.shift = depth + log2 - 5
	r.scale = levelScale[qp%6] << (qp / 6)
	r.list = nil
	if sp.lists != nil {
		lists := sp.lists
		if s.d.pps.lists != nil {
			lists = s.d.pps.lists
		}
		r.list = lists[log2-2][c]
	}
}

// chromaOf is QpC of qPi (8.6.1).
func (s *sps) chromaOf(qp int) int {
	switch {
	case s.chroma != 1:
		return min(qp, 51)
	case qp < 30:
		return qp
	case qp < 43:
		return chromaQP[qp-30]
	}
	return qp - 6
}

// readCoefficients reads the levels and scales them (8.6.4.2).
func (s *sliceDecoder) readCoefficients(c, log2, scan int) {
	x, y := s.readLast(c, log2, scan)
	groupScan := scans[scan][log2-2]
	inner := scans[scan][2]
	group, position := 0, 0
	for i, g := range groupScan {
		if int(g.x) == x>>2 && int(g.y) == y>>2 {
			group = i
		}
	}
	for i, p := range inner {
		if int(p.x) == x&3 && int(p.y) == y&3 {
			position = i
		}
	}
	groups := &s.r.groups
	b := block{s: s, c: c, log2: log2, scan: scan, greater: 1, last: group}
	for i := group; i >= 0; i-- {
		g := groupScan[i]
		at := int(g.y)<<3 + int(g.x)
		right := g.x < 7 && groups[at+1]
		below := g.y < 7 && groups[at+8]
		coded, inferred := true, false
		if i < group && i > 0 {
			coded = s.c.bin(ctxSubBlock+btoi(right || below)+2*btoi(c > 0)) == 1
			inferred = true
		}
		if groups[at] = coded; !coded {
			continue
		}
		b.count = 0
		from := 15
		if i == group {
			b.add(position)
			from = position - 1
		}
		b.readSignificant(g, inner, from, inferred, btoi(right)+2*btoi(below))
		if b.count > 0 {
			b.readLevels(i, g, inner)
		}
	}
	clear(groups[:])
}

// readLast reads where the last coefficient is.
func (s *sliceDecoder) readLast(c, log2, scan int) (x, y int) {
	offset, shift := 3*(log2-2)+(log2-1)>>2, (log2+1)>>2
	if c > 0 {
		offset, shift = 15, log2-2
	}
	prefix := func(context int) int {
		n := 0
		for n < 2*log2-1 && s.c.bin(context+offset+n>>shift) == 1 {
			n++
		}
		return n
	}
	suffix := func(n int) int {
		if n <= 3 {
			return n
		}
		k := n>>1 - 1
		return 1<<k*(2+n&1) + s.c.bypasses(k)
	}
	x, y = prefix(ctxLastX), prefix(ctxLastY)
	x = suffix(x)
	y = suffix(y)
	if scan == 2 {
		x, y = y, x
	}
	return x, y
}

// block is the state of reading one block's levels, group by group of 16.
type block struct {
	s            *sliceDecoder
	c, log2      int
	scan, last   int
	greater      int // greater1Ctx as the group before left it; 0: a level greater than 1 was there
	count        int // of the group's coefficients that are not zero
	significant  [16]uint8
	levels       [16]int32
	signs        int
	sumOfLevels  int32
	firstGreater int
}

func (b *block) add(position int) {
	b.significant[b.count] = uint8(position)
	b.count++
}

// small are the contexts of sig_coeff_flag in a block of 4 by 4 (table 9-50).
var small = [16]uint8{0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8}

// near are those of a place in a group, by which groups beside it have coefficients (9.3.4.2.5), rows of 4.
var near = [4][16]uint8{
	{2, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
	{2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0},
	{2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0},
	{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2},
}

// readSignificant reads which coefficients of a group are not zero, from a place in its scan down.
func (b *block) readSignificant(g place, inner []place, from int, inferred bool, beside int) {
	base := 0
	switch {
	case b.log2 == 2:
	case b.c > 0:
		base = 12 - 3*btoi(b.log2 == 3)
	case b.log2 == 3:
		base = 9 + 6*btoi(b.scan != 0)
	default:
		base = 21
	}
	if b.c == 0 && b.log2 > 2 && (g.x > 0 || g.y > 0) {
		base += 3
	}
	of := ctxSignificant
	if b.c > 0 {
		of += 27
	}
	for n := from; n > 0; n-- {
		p := inner[n]
		context := int(near[beside][p.y<<2+p.x]) + base
		if b.log2 == 2 {
			context = int(small[p.y<<2+p.x])
		}
		if b.s.c.bin(of+context) == 1 {
			b.add(n)
			inferred = false
		}
	}
	switch {
	case from < 0:
	case inferred:
		b.add(0)
	default:
		context := 0
		if b.log2 > 2 && (g.x > 0 || g.y > 0) {
			context = int(near[beside][0]) + base
		}
		if b.s.c.bin(of+context) == 1 {
			b.add(0)
		}
	}
}

// readLevels reads the levels of a group: what is greater than 1 and 2, the signs, and the rest.
func (b *block) readLevels(i int, g place, inner []place) {
	c := &b.s.c
	set := 0
	if i > 0 && b.c == 0 {
		set = 2
	}
	if b.greater == 0 {
		set++
	}
	b.greater, b.firstGreater = 1, -1
	of := ctxGreater1 + 4*set + 16*btoi(b.c > 0)
	for k := range min(b.count, 8) {
		b.levels[k] = 1
		if c.bin(of+b.greater) == 1 {
			b.levels[k], b.greater = 2, 0
			if b.firstGreater < 0 {
				b.firstGreater = k
			}
		} else if b.greater > 0 && b.greater < 3 {
			b.greater++
		}
	}
	for k := 8; k < b.count; k++ {
		b.levels[k] = 1
	}
	if k := b.firstGreater; k >= 0 && c.bin(ctxGreater2+set+4*btoi(b.c > 0)) == 1 {
		b.levels[k] = 3
	}
	hidden := b.s.d.pps.signHiding && !b.s.u.bypass && b.significant[0]-b.significant[b.count-1] > 3
	written := b.count - btoi(hidden)
	b.signs = c.bypasses(written) << (16 - written)
	b.readRest()
	for k := range b.count {
		level := b.levels[k]
		switch {
		case hidden && k == b.count-1:
			if b.sumOfLevels&1 == 1 {
				level = -level
			}
		case b.signs>>(15-k)&1 == 1:
			level = -level
		}
		p := inner[b.significant[k]]
		b.s.r.put(int(g.x)<<2+int(p.x), int(g.y)<<2+int(p.y), b.log2, int64(level), b.s.u.bypass)
	}
}

// readRest reads coeff_abs_level_remaining where a level may be greater than what was said (9.3.3.11).
func (b *block) readRest() {
	rice := 0
	b.sumOfLevels = 0
	for k := range b.count {
		said := int32(1)
		if k < 8 {
			said = 2 + int32(btoi(k == b.firstGreater))
		}
		if b.levels[k] == said {
			rest := b.s.readRemaining(rice)
			b.levels[k] += int32(min(rest, 1<<16))
			if int(b.levels[k]) > 3<<rice {
				rice = min(rice+1, 4)
			}
		}
		b.sumOfLevels += b.levels[k]
	}
}

func (s *sliceDecoder) readRemaining(rice int) int {
	prefix := 0
	for prefix < 32 && s.c.bypass() == 1 {
		prefix++
	}
	if prefix <= 3 {
		return prefix<<rice + s.c.bypasses(rice)
	}
	n := min(prefix-3, 20)
	return (1<<n+3-1)<<rice + s.c.bypasses(n+rice)
}

// put scales a level (8.6.4.2) and keeps it.
func (r *residual) put(x, y, log2 int, level int64, bypass bool) {
	r.lastX, r.lastY = max(r.lastX, x), max(r.lastY, y)
	if bypass {
		r.coefficients[y<<5+x] = int32(level)
		return
	}
	m := int64(16)
	if r.list != nil {
		m = int64(r.list[y<<log2+x])
	}
	level = min(max(level, -1<<15), 1<<15-1)
	v := (level*m*r.scale + 1<<(r.shift-1)) >> r.shift
	r.coefficients[y<<5+x] = int32(min(max(v, -1<<15), 1<<15-1))
}

// clear makes it ready for the next block.
func (r *residual) clear() {
	for y := range r.lastY + 1 {
		clear(r.coefficients[y<<5:][:r.lastX+1])
	}
	r.lastX, r.lastY = 0, 0
}

// add adds the residual to the prediction (8.6.8).
func (s *sliceDecoder) add(p *plane, x, y, n, depth int) {
	limit := int32(1)<<depth - 1
	for j := range n {
		row := p.pix[(y+j)*p.stride+x:][:n]
		in := s.r.out[j<<5:][:n]
		for i, v := range in {
			row[i] = uint16(min(max(int32(row[i])+v, 0), limit))
		}
	}
}
