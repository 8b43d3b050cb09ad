package probe

import (
	"encoding/binary"
	"math"
)

// soundChunk is a chunk of IFF and its relatives: RIFF, RF64, AIFF, DSDIFF.
type soundChunk struct {
	id   string
	off  int64 // of the content
	size int64 // of the content, as far as the file holds it
	cut  bool  // the file ends inside
}

// soundChunks walks over chunks that follow each other: an id of four letters, a size, the content, a byte
// of padding where the content is odd.
type soundChunks struct {
	w       *Window
	at, end int64
	order   binary.ByteOrder
	wide    bool // sizes of 64 bits (DSDIFF)
	chunk   soundChunk
	err     error
}

// next goes to the next chunk. It returns false at the end, at what can be no chunk, and on an error.
func (c *soundChunks) next() bool {
	head := 8
	if c.wide {
		head = 12
	}
	if c.err != nil || c.end-c.at < int64(head) {
		return false
	}
	if c.err = c.w.Element(); c.err != nil {
		return false
	}
	b, err := c.w.Bytes(c.at, head)
	if err != nil {
		c.err = softTagError(err)
		return false
	}
	if !soundChunkID(b[:4]) {
		return false
	}
	size := uint64(c.order.Uint32(b[4:]))
	if c.wide {
		size = c.order.Uint64(b[4:])
	}
	c.chunk = soundChunk{id: string(b[:4]), off: c.at + int64(head), size: c.end - c.at - int64(head)}
	if size > uint64(c.chunk.size) {
		c.chunk.cut = true
	} else {
		c.chunk.size = int64(size)
	}
	c.at = c.chunk.off + c.chunk.size + c.chunk.size&1
	return true
}

// resize corrects the size of the current chunk, where another place states it.
func (c *soundChunks) resize(size uint64) {
	room := c.end - c.chunk.off
	c.chunk.cut = size > uint64(room)
	if c.chunk.size = room; !c.chunk.cut {
		c.chunk.size = int64(size)
	}
	c.at = c.chunk.off + c.chunk.size + c.chunk.size&1
}

func soundChunkID(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c > 0x7E {
			return false
		}
	}
	return true
}

// extended reads the floating-point number of 80 bits with which AIFF states its rate (Apple SANE).
func extended(b []byte) float64 {
	exponent := int(be16(b)&0x7FFF) - 16383 - 63
	v := math.Ldexp(float64(be64(b[2:])), exponent)
	if b[0]&0x80 != 0 || math.IsInf(v, 0) || v > 1e8 {
		return 0
	}
	return v
}
