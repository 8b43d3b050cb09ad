package jpeg

const lookBits = 12

// huffman is a table of codes (T.81, C.2 and F.2.2.3).
type huffman struct {
	// look is, for each 12 bits that may come, the symbol that they begin with, <<8 | the length of its code; 0 where
	// that is longer.
	look [1 << lookBits]uint16
	// jump is, for each jumpBits bits that may come, what the AC symbols that lie in them whole, with their values,
	// amount to: jumpEnd for the end of the block, the number of coefficients << jumpCountShift, and the bits that they
	// take. 0: not one lies in them.
	jump *[1 << jumpBits]uint16

	values  []byte
	maxCode [17]int32 // the last code of a length; -1: none
	offset  [17]int32 // index of a code's value less the code
}

const (
	// jumpBits is as many as two tables of a picture may have and stay in a processor's second cache.
	jumpBits       = 14
	jumpBitsMask   = 15
	jumpCountShift = 4
	jumpCountMask  = 1<<11 - 1
	jumpEnd        = 1 << 15
)

// newHuffman makes the table of DHT's counts (of the codes of 1 to 16 bits) and values.
func newHuffman(counts [16]byte, values []byte) (*huffman, error) {
	h := &huffman{values: values}
	code, at := int32(0), int32(0)
	for i, count := range counts {
		length, n := i+1, int32(count)
		h.offset[length], h.maxCode[length] = at-code, -1
		if n > 0 {
			h.maxCode[length] = code + n - 1
		}
		if code+n > 1<<length {
			return nil, damaged("a Huffman table has more codes than there are")
		}
		for range n {
			if length <= lookBits {
				h.enter(int(code), length, values[at])
			}
			code, at = code+1, at+1
		}
		code <<= 1
	}
	return h, nil
}

func (h *huffman) enter(code, length int, value byte) {
	first := code << (lookBits - length)
	for i := range 1 << (lookBits - length) {
		h.look[first+i] = uint16(value)<<8 | uint16(length)
	}
}

// makeJumps fills jump, of a table of AC codes.
func (h *huffman) makeJumps() {
	h.jump = new([1 << jumpBits]uint16)
	for i := range h.jump {
		used, coefficients, end := 0, 0, 0
		for end == 0 {
			e := h.look[(i<<used)>>(jumpBits-lookBits)&(1<<lookBits-1)]
			length, run, size := int(e&0xff), int(e>>12), int(e>>8&15)
			if e == 0 || used+length+size > jumpBits {
				break
			}
			used += length + size
			switch {
			case size != 0:
				coefficients += run + 1
			case run == 15:
				coefficients += 16
			default:
				end = jumpEnd
			}
		}
		if used > 0 {
			h.jump[i] = uint16(end | coefficients<<jumpCountShift | used)
		}
	}
}

// symbol decodes one, of at most 16 bits that fill has made valid.
func (in *input) symbol(h *huffman) (byte, error) {
	if e := h.look[in.acc>>(64-lookBits)]; e != 0 {
		in.acc <<= e & 0xff
		in.n -= int(e & 0xff)
		return byte(e >> 8), nil
	}
	for length := lookBits + 1; length <= 16; length++ {
		if code := int32(in.acc >> (64 - length)); code <= h.maxCode[length] {
			in.acc <<= length
			in.n -= length
			return h.values[code+h.offset[length]], nil
		}
	}
	return 0, damaged("a code that no table has")
}
