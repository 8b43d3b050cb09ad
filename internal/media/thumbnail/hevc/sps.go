package hevc

// maxSamples bounds a picture, in samples of all its planes: what is larger is not decoded. A sample takes two bytes,
// what is noted of four by four of luma six.
const maxSamples = 26 << 20

// sps is a sequence parameter set (7.3.2.2).
type sps struct {
	id               int
	chroma           int // chroma_format_idc: 0 none, 1 4:2:0, 2 4:2:2, 3 4:4:4
	width, height    int // in luma samples
	left, right      int // of the conformance window: what is not shown, in luma samples
	top, bottom      int
	depth            [2]int // bits of a sample of luma and of chroma
	log2MinCB        int
	log2CTB          int
	log2MinTB        int
	log2MaxTB        int
	maxDepthIntra    int // max_transform_hierarchy_depth_intra
	lists            *scalingLists
	sao              bool
	pcm, pcmUnfilter bool
	pcmDepth         [2]int
	log2MinPCM       int
	log2MaxPCM       int
	strong           bool // strong_intra_smoothing_enabled_flag

	// What a slice's header is read by.
	log2POC      int
	references   []int // NumDeltaPocs of each short-term set
	longTerm     bool
	longTermSets int
	temporalMVP  bool

	color color

	subW, subH  int // log2 of how many luma samples one of chroma stands for
	ctbW, ctbH  int // the picture's size in coding tree blocks
	rangeExtras bool
}

// color is what the video usability information says of a picture's colours (E.2.1).
type color struct {
	fullRange bool
	matrix    int // matrix_coeffs: 2 unspecified
}

func readSPS(r *reader) (*sps, error) {
	s := &sps{color: color{matrix: 2}}
	r.skip(4)
	layers := int(r.bits(3)) // sps_max_sub_layers_minus1
	r.skip(1)
	skipProfile(r, layers)
	s.id = r.ue()
	s.chroma = r.ue()
	if s.chroma == 3 && r.flag() {
		return nil, unsupported("separate colour planes")
	}
	s.width, s.height = r.ue(), r.ue()
	if s.chroma > 3 || s.width < 1 || s.height < 1 || s.width > maxSamples/s.height {
		return nil, damaged("a picture of %d by %d, chroma format %d", s.width, s.height, s.chroma)
	}
	if s.width*s.height*[4]int{2, 3, 4, 6}[s.chroma] > 2*maxSamples {
		return nil, unsupported("a picture of %d by %d, in one piece", s.width, s.height)
	}
	s.subW, s.subH = btoi(s.chroma == 1 || s.chroma == 2), btoi(s.chroma == 1)
	if r.flag() {
		s.left, s.right = r.ue()<<s.subW, r.ue()<<s.subW
		s.top, s.bottom = r.ue()<<s.subH, r.ue()<<s.subH
	}
	s.depth = [2]int{8 + r.ue(), 8 + r.ue()}
	s.log2POC = 4 + r.ue()
	from := layers
	if r.flag() {
		from = 0
	}
	for range layers - from + 1 {
		r.ue()
		r.ue()
		r.ue()
	}
	s.readBlocks(r)
	if err := s.readTools(r); err != nil {
		return nil, err
	}
	s.readEnd(r)
	return s, s.check(r)
}

// readBlocks reads the sizes of blocks.
func (s *sps) readBlocks(r *reader) {
	s.log2MinCB = 3 + r.ue()
	s.log2CTB = s.log2MinCB + r.ue()
	s.log2MinTB = 2 + r.ue()
	s.log2MaxTB = s.log2MinTB + r.ue()
	r.ue()
	s.maxDepthIntra = r.ue()
}

func (s *sps) readTools(r *reader) error {
	if r.flag() {
		s.lists = defaultLists()
		if r.flag() {
			lists, err := readLists(r, s.chroma)
			if err != nil {
				return err
			}
			s.lists = lists
		}
	}
	r.skip(1)
	s.sao = r.flag()
	if s.pcm = r.flag(); s.pcm {
		s.pcmDepth = [2]int{int(r.bits(4)) + 1, int(r.bits(4)) + 1}
		s.log2MinPCM = 3 + r.ue()
		s.log2MaxPCM = s.log2MinPCM + r.ue()
		s.pcmUnfilter = r.flag()
	}
	return s.readReferences(r)
}

// readReferences reads what pictures of a sequence refer to; no still picture does, but it stands there all the same.
func (s *sps) readReferences(r *reader) error {
	n := r.ue()
	if n > 64 {
		return damaged("%d sets of reference pictures", n)
	}
	for i := range n {
		deltas, err := readReferenceSet(r, i, n, s.references)
		if err != nil {
			return err
		}
		s.references = append(s.references, deltas)
	}
	if s.longTerm = r.flag(); s.longTerm {
		s.longTermSets = r.ue()
		if s.longTermSets > 32 || s.log2POC > 16 {
			return damaged("%d long-term reference pictures", s.longTermSets)
		}
		r.skip(s.longTermSets * (s.log2POC + 1))
	}
	s.temporalMVP = r.flag()
	s.strong = r.flag()
	return nil
}

// readReferenceSet reads st_ref_pic_set (7.3.7) and gives NumDeltaPocs.
func readReferenceSet(r *reader, i, n int, before []int) (int, error) {
	if i > 0 && r.flag() {
		of := i - 1
		if i == n {
			of = i - 1 - r.ue()
		}
		if of < 0 || of >= len(before) {
			return 0, damaged("a set of reference pictures that there is not")
		}
		r.skip(1)
		r.ue()
		count := 0
		for range before[of] + 1 {
			used := r.flag() // used_by_curr_pic_flag; where it is not set, use_delta_flag is there
			if used || r.flag() {
				count++
			}
		}
		return count, nil
	}
	negative, positive := r.ue(), r.ue()
	if negative > 16 || positive > 16 {
		return 0, damaged("%d reference pictures", negative+positive)
	}
	for range negative + positive {
		r.ue()
		r.skip(1)
	}
	return negative + positive, nil
}

// readEnd reads the usability information and whether there are extensions.
func (s *sps) readEnd(r *reader) {
	if r.flag() && !s.readUsability(r) {
		return // a model of buffers stands there, and nothing behind it matters to pictures of the Main profile
	}
	if r.flag() {
		extensions := r.bits(8) // the first is the range extensions', with nine tools (7.3.2.2.2)
		s.rangeExtras = extensions&0x7f != 0 || extensions != 0 && r.bits(9) != 0
	}
}

// readUsability reads vui_parameters (E.2.1) up to a model of buffers; whether it came to the end.
func (s *sps) readUsability(r *reader) bool {
	if r.flag() && r.bits(8) == 255 {
		r.skip(32)
	}
	if r.flag() {
		r.skip(1)
	}
	if r.flag() {
		r.skip(3)
		s.color.fullRange = r.flag()
		if r.flag() {
			r.skip(16)
			s.color.matrix = int(r.bits(8))
		}
	}
	if r.flag() {
		r.ue()
		r.ue()
	}
	r.skip(3)
	if r.flag() {
		for range 4 {
			r.ue()
		}
	}
	if r.flag() {
		r.skip(64)
		if r.flag() {
			r.ue()
		}
		if r.flag() {
			return false
		}
	}
	if r.flag() {
		r.skip(3)
		for range 5 {
			r.ue()
		}
	}
	return true
}

func (s *sps) check(r *reader) error {
	switch {
	case r.over:
		return damaged("a sequence parameter set that is cut")
	case s.rangeExtras:
		return unsupported("tools of an extension")
	case s.depth[0] > 12 || s.depth[1] > 12:
		return unsupported("%d and %d bits a sample", s.depth[0], s.depth[1])
	case s.log2CTB < 4 || s.log2CTB > 6 || s.log2MinCB > s.log2CTB || s.log2MinTB >= s.log2MinCB ||
		s.log2MaxTB > min(s.log2CTB, 5) || s.log2MinTB > s.log2MaxTB:
		return damaged("blocks of 2^%d to 2^%d, transforms of 2^%d to 2^%d", s.log2MinCB, s.log2CTB, s.log2MinTB, s.log2MaxTB)
	case s.pcm && (s.log2MaxPCM > min(s.log2CTB, 5) || s.pcmDepth[0] > s.depth[0] || s.pcmDepth[1] > s.depth[1]):
		return damaged("PCM blocks of 2^%d to 2^%d", s.log2MinPCM, s.log2MaxPCM)
	case s.width%(1<<s.log2MinCB) != 0 || s.height%(1<<s.log2MinCB) != 0:
		return damaged("%d by %d is no multiple of its smallest block", s.width, s.height)
	case s.left+s.right >= s.width || s.top+s.bottom >= s.height || s.left < 0 || s.top < 0 || s.right < 0 || s.bottom < 0:
		return damaged("a window outside of the picture")
	case s.log2POC > 16:
		return damaged("a count of pictures of %d bits", s.log2POC)
	}
	size := 1 << s.log2CTB
	s.ctbW, s.ctbH = (s.width+size-1)/size, (s.height+size-1)/size
	return nil
}

// skipProfile passes over profile_tier_level (7.3.3).
func skipProfile(r *reader, layers int) {
	r.skip(88 + 8)
	var profile, level [8]bool
	for i := range layers {
		profile[i], level[i] = r.flag(), r.flag()
	}
	if layers > 0 {
		r.skip(2 * (8 - layers))
	}
	for i := range layers {
		r.skip(88*btoi(profile[i]) + 8*btoi(level[i]))
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
