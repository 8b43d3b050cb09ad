package hevc

// cabac is the arithmetic decoder (9.3.4.3). value holds 9 bits of the code, 7 more, and as many zeros below as bits
// have been shifted out since the last byte came in: -8-need of them.
type cabac struct {
	data  []byte
	pos   int
	rang  uint32 // ivlCurrRange
	value uint32
	need  int // reaches 0 when a byte is due
	over  int // bytes read past the end

	contexts contexts
}

// start begins to read at the current byte (9.3.2.5).
func (c *cabac) start() {
	c.rang, c.need = 510, -8
	c.value = c.next() << 8
	c.value |= c.next()
}

func (c *cabac) next() uint32 {
	if c.pos >= len(c.data) {
		c.over++
		return 0
	}
	c.pos++
	return uint32(c.data[c.pos-1])
}

// bin decodes a bin by a context's state (9.3.4.3.2).
func (c *cabac) bin(context int) int {
	state := c.contexts[context]
	lps := uint32(rangeLPS[state>>1][c.rang>>6&3])
	c.rang -= lps
	scaled := c.rang << 7
	bit := int(state & 1)
	if c.value < scaled {
		c.contexts[context] = nextMPS[state]
		if scaled < 256<<7 {
			c.rang = scaled >> 6
			c.value <<= 1
			if c.need++; c.need == 0 {
				c.need = -8
				c.value |= c.next()
			}
		}
		return bit
	}
	shift := renorm[lps>>3]
	c.value = (c.value - scaled) << shift
	c.rang = lps << shift
	c.contexts[context] = nextLPS[state]
	if c.need += int(shift); c.need >= 0 {
		c.value |= c.next() << c.need
		c.need -= 8
	}
	return 1 - bit
}

// bypass decodes a bin of which both values are as likely (9.3.4.3.4).
func (c *cabac) bypass() int {
	c.value <<= 1
	if c.need++; c.need >= 0 {
		c.need = -8
		c.value |= c.next()
	}
	if scaled := c.rang << 7; c.value >= scaled {
		c.value -= scaled
		return 1
	}
	return 0
}

// bypasses decodes n bins, the highest first.
func (c *cabac) bypasses(n int) int {
	v := 0
	for range n {
		v = v<<1 | c.bypass()
	}
	return v
}

// terminate decodes a bin that may end the code (9.3.4.3.5). Where it does, what follows begins at the current byte.
func (c *cabac) terminate() bool {
	c.rang -= 2
	scaled := c.rang << 7
	if c.value >= scaled {
		return true
	}
	if scaled < 256<<7 {
		c.rang = scaled >> 6
		c.value <<= 1
		if c.need++; c.need == 0 {
			c.need = -8
			c.value |= c.next()
		}
	}
	return false
}

// renorm is by how much a range is shifted to be 256 at least, by its upper five bits.
var renorm = [32]uint8{6, 5, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}

// nextMPS and nextLPS are the states after the likelier and the other value; a state is twice pStateIdx and valMps.
var nextMPS, nextLPS = transitions()

func transitions() (mps, lps [128]uint8) {
	for state := range uint8(64) {
		for value := range uint8(2) {
			at := state<<1 | value
			mps[at] = min(state+1, 62)<<1 | value
			if state == 63 {
				mps[at] = at
			}
			lps[at] = afterLPS[state]<<1 | value
			if state == 0 {
				lps[at] = afterLPS[state]<<1 | (1 - value)
			}
		}
	}
	return mps, lps
}

// afterLPS is transIdxLps (table 9-53).
var afterLPS = [64]uint8{
	0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24,
	24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33,
	33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
}

// rangeLPS is rangeTabLps (table 9-52).
var rangeLPS = [64][4]uint8{
	{128, 176, 208, 240}, {128, 167, 197, 227}, {128, 158, 187, 216}, {123, 150, 178, 205},
	{116, 142, 169, 195}, {111, 135, 160, 185}, {105, 128, 152, 175}, {100, 122, 144, 166},
	{95, 116, 137, 158}, {90, 110, 130, 150}, {85, 104, 123, 142}, {81, 99, 117, 135},
	{77, 94, 111, 128}, {73, 89, 105, 122}, {69, 85, 100, 116}, {66, 80, 95, 110},
	{62, 76, 90, 104}, {59, 72, 86, 99}, {56, 69, 81, 94}, {53, 65, 77, 89},
	{51, 62, 73, 85}, {48, 59, 69, 80}, {46, 56, 66, 76}, {43, 53, 63, 72},
	{41, 50, 59, 69}, {39, 48, 56, 65}, {37, 45, 54, 62}, {35, 43, 51, 59},
	{33, 41, 48, 56}, {32, 39, 46, 53}, {30, 37, 43, 50}, {29, 35, 41, 48},
	{27, 33, 39, 45}, {26, 31, 37, 43}, {24, 30, 35, 41}, {23, 28, 33, 39},
	{22, 27, 32, 37}, {21, 26, 30, 35}, {20, 24, 29, 33}, {19, 23, 27, 31},
	{18, 22, 26, 30}, {17, 21, 25, 28}, {16, 20, 23, 27}, {15, 19, 22, 25},
	{14, 18, 21, 24}, {14, 17, 20, 23}, {13, 16, 19, 22}, {12, 15, 18, 21},
	{12, 14, 17, 20}, {11, 14, 16, 19}, {11, 13, 15, 18}, {10, 12, 15, 17},
	{10, 12, 14, 16}, {9, 11, 13, 15}, {9, 11, 12, 14}, {8, 10, 12, 14},
	{8, 9, 11, 13}, {7, 9, 11, 12}, {7, 9, 10, 12}, {7, 8, 10, 11},
	{6, 8, 9, 11}, {6, 7, 9, 10}, {6, 7, 8, 9}, {2, 2, 2, 2},
}
