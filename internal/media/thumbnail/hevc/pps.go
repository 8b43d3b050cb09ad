package hevc

// pps is a picture parameter set (7.3.2.3).
type pps struct {
	id, sps           int
	dependentSlices   bool
	outputFlag        bool
	extraSliceBits    int
	signHiding        bool
	initQP            int
	transformSkip     bool
	qpDelta           bool
	qpDeltaDepth      int
	chromaQP          [2]int // pps_cb_qp_offset, pps_cr_qp_offset
	sliceChromaQP     bool
	bypass            bool  // transquant_bypass_enabled_flag
	sync              bool  // entropy_coding_sync_enabled_flag
	columns, rows     []int // of tiles, in coding tree blocks; where they are uniform, only their number counts
	uniform           bool
	acrossTiles       bool
	acrossSlices      bool
	deblockingControl bool
	deblockingOff     bool
	beta, tc          int // offsets, twice what is written
	lists             *scalingLists
	sliceExtension    bool
}

const maxTiles = 64 // a side; the standard's highest level has 20 and 22

func readPPS(r *reader, chroma func(id int) int) (p *pps, err error) {
	p = &pps{acrossTiles: true, id: r.ue(), sps: r.ue()}
	p.dependentSlices = r.flag()
	p.outputFlag = r.flag()
	p.extraSliceBits = int(r.bits(3))
	p.signHiding = r.flag()
	r.skip(1) // cabac_init_present_flag is of other slices
	r.ue()
	r.ue()
	p.initQP = 26 + r.se()
	r.skip(1) // constrained_intra_pred_flag: all is intra
	p.transformSkip = r.flag()
	if p.qpDelta = r.flag(); p.qpDelta {
		p.qpDeltaDepth = r.ue()
	}
	p.chromaQP = [2]int{r.se(), r.se()}
	p.sliceChromaQP = r.flag()
	r.skip(2)
	p.bypass = r.flag()
	tiles := r.flag()
	p.sync = r.flag()
	if tiles {
		if err := p.readTiles(r); err != nil {
			return nil, err
		}
	}
	p.acrossSlices = r.flag()
	override := false
	if r.flag() {
		override = r.flag()
		if p.deblockingOff = r.flag(); !p.deblockingOff {
			p.beta, p.tc = 2*r.se(), 2*r.se()
		}
	}
	p.deblockingControl = override
	if r.flag() {
		if p.lists, err = readLists(r, chroma(p.sps)); err != nil {
			return nil, err
		}
	}
	r.skip(1)
	r.ue()
	p.sliceExtension = r.flag()
	if r.flag() {
		if err := p.readExtensions(r); err != nil {
			return nil, err
		}
	}
	return p, p.check(r)
}

func (p *pps) readTiles(r *reader) error {
	columns, rows := r.ue()+1, r.ue()+1
	if columns > maxTiles || rows > maxTiles {
		return damaged("%d by %d tiles", columns, rows)
	}
	p.columns, p.rows = make([]int, columns), make([]int, rows)
	if p.uniform = r.flag(); !p.uniform {
		for i := range columns - 1 {
			p.columns[i] = r.ue() + 1
		}
		for i := range rows - 1 {
			p.rows[i] = r.ue() + 1
		}
	}
	p.acrossTiles = r.flag()
	return nil
}

// readExtensions reads which tools of extensions are in use: none of them is known here.
func (p *pps) readExtensions(r *reader) error {
	rangeExtension := r.flag()
	if r.bits(7) != 0 {
		return unsupported("tools of an extension")
	}
	if !rangeExtension {
		return nil
	}
	if p.transformSkip && r.ue() != 0 {
		return unsupported("large blocks without a transform")
	}
	if r.bits(2) != 0 { // cross_component_prediction_enabled_flag, chroma_qp_offset_list_enabled_flag
		return unsupported("tools of the range extensions")
	}
	if luma, chroma := r.ue(), r.ue(); luma != 0 || chroma != 0 {
		return unsupported("sample adaptive offsets that are scaled")
	}
	return nil
}

func (p *pps) check(r *reader) error {
	switch {
	case r.over:
		return damaged("a picture parameter set that is cut")
	case p.initQP < -22 || p.initQP > 51 || p.qpDeltaDepth > 3 || outside(p.chromaQP[0], 12) || outside(p.chromaQP[1], 12):
		return damaged("quantization beyond its range")
	case outside(p.beta, 12) || outside(p.tc, 12):
		return damaged("deblocking beyond its range")
	}
	return nil
}

func outside(v, limit int) bool { return v < -limit || v > limit }

// layout is how the coding tree blocks of a picture lie in its tiles (6.5.1).
type layout struct {
	order  []int  // the raster address of each block in the order of decoding
	place  []int  // the other way round
	tile   []int  // the tile of a raster address
	startX []int  // the first column of that tile
	first  []bool // whether a raster address begins a tile
}

func newLayout(s *sps, p *pps) (*layout, error) {
	columns, err := edges(p.columns, s.ctbW, p.uniform)
	if err != nil {
		return nil, err
	}
	rows, err := edges(p.rows, s.ctbH, p.uniform)
	if err != nil {
		return nil, err
	}
	n := s.ctbW * s.ctbH
	l := &layout{place: make([]int, n), tile: make([]int, n), startX: make([]int, n), first: make([]bool, n)}
	tile := 0
	for r := range len(rows) - 1 {
		for c := range len(columns) - 1 {
			for y := rows[r]; y < rows[r+1]; y++ {
				for x := columns[c]; x < columns[c+1]; x++ {
					at := y*s.ctbW + x
					l.place[at], l.tile[at], l.startX[at] = len(l.order), tile, columns[c]
					l.first[at] = x == columns[c] && y == rows[r]
					l.order = append(l.order, at)
				}
			}
			tile++
		}
	}
	return l, nil
}

// edges gives where tiles begin along one side of count blocks, and its end.
func edges(sizes []int, count int, uniform bool) ([]int, error) {
	n := max(1, len(sizes))
	if n > count {
		return nil, damaged("more tiles than blocks")
	}
	at := make([]int, n+1)
	for i := 1; i < n; i++ {
		if uniform {
			at[i] = i * count / n
		} else {
			at[i] = at[i-1] + sizes[i-1]
		}
		if at[i] >= count {
			return nil, damaged("tiles outside of the picture")
		}
	}
	at[n] = count
	return at, nil
}
