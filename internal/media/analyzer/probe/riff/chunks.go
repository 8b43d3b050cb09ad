// Package riff walks over the chunks of RIFF and its relatives, and probes AVI.
package riff

import (
	"encoding/binary"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Chunk is a chunk of IFF and its relatives: RIFF, RF64, AIFF, DSDIFF.
type Chunk struct {
	ID   string
	Off  int64 // of the content
	Size int64 // of the content, as far as the file holds it
	Cut  bool  // the file ends inside
}

// Chunks walks over chunks that follow each other: an id of four letters, a size, the content, a byte
// of padding where the content is odd.
type Chunks struct {
	W       *window.Window
	At, End int64
	Order   binary.ByteOrder
	Wide    bool // sizes of 64 bits (DSDIFF)
	Chunk   Chunk
	Err     error
}

// Next goes to the next chunk. It returns false at the end, at what can be no chunk, and on an error.
func (c *Chunks) Next() bool {
	head := 8
	if c.Wide {
		head = 12
	}
	if c.Err != nil || c.End-c.At < int64(head) {
		return false
	}
	if c.Err = c.W.Element(); c.Err != nil {
		return false
	}
	b, err := c.W.Bytes(c.At, head)
	if err != nil {
		c.Err = window.Forgive(err)
		return false
	}
	if !IsID(b[:4]) {
		return false
	}
	size := uint64(c.Order.Uint32(b[4:]))
	if c.Wide {
		size = c.Order.Uint64(b[4:])
	}
	c.Chunk = Chunk{ID: string(b[:4]), Off: c.At + int64(head), Size: c.End - c.At - int64(head)}
	if size > uint64(c.Chunk.Size) {
		c.Chunk.Cut = true
	} else {
		c.Chunk.Size = int64(size)
	}
	c.At = c.Chunk.Off + c.Chunk.Size + c.Chunk.Size&1
	return true
}

// Resize corrects the size of the current chunk, where another place states it.
func (c *Chunks) Resize(size uint64) {
	room := c.End - c.Chunk.Off
	c.Chunk.Cut = size > uint64(room)
	if c.Chunk.Size = room; !c.Chunk.Cut {
		c.Chunk.Size = int64(size)
	}
	c.At = c.Chunk.Off + c.Chunk.Size + c.Chunk.Size&1
}

// IsID reports whether b can be the id of a chunk.
func IsID(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c > 0x7E {
			return false
		}
	}
	return true
}
