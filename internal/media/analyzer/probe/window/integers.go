package window

import "encoding/binary"

// BE16 reads an integer of 16 bits at the start of b, which must be long enough, big end first.
func BE16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }

// BE32 reads an integer of 32 bits, big end first.
func BE32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// BE64 reads an integer of 64 bits, big end first.
func BE64(b []byte) uint64 { return binary.BigEndian.Uint64(b) }

// LE16 reads an integer of 16 bits, little end first.
func LE16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }

// LE32 reads an integer of 32 bits, little end first.
func LE32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// LE64 reads an integer of 64 bits, little end first.
func LE64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
