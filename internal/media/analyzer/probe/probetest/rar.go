package probetest

import (
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// RAR4Of and rar5Of lay out archives of stored entries, "name=content".
func RAR4Of(mainFlags uint16, entries ...string) []byte {
	u := binary.LittleEndian
	out := []byte(rar4Magic)
	block := func(kind byte, flags uint16, fields []byte) {
		b := append([]byte{kind}, u.AppendUint16(nil, flags)...)
		b = append(u.AppendUint16(b, uint16(7+len(fields))), fields...)
		out = append(append(u.AppendUint16(out, uint16(crc32.ChecksumIEEE(b))), b...), []byte{}...)
	}
	block(0x73, mainFlags, make([]byte, 6))
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		f := u.AppendUint32(u.AppendUint32(nil, uint32(len(content))), uint32(len(content)))
		f = append(f, 3)
		f = u.AppendUint32(u.AppendUint32(f, crc32.ChecksumIEEE([]byte(content))), 0)
		f = append(f, 20, 0x30)
		f = u.AppendUint32(u.AppendUint16(f, uint16(len(name))), 0)
		block(0x74, 0x8000, append(f, name...))
		out = append(out, content...)
	}
	block(0x7B, 0, nil)
	return out
}

// RAR5Of lays out an archive of RAR 5.
func RAR5Of(entries ...string) []byte {
	out := []byte(rar5Magic)
	block := func(fields []uint64, rest string) {
		var h []byte
		for _, f := range fields {
			h = binary.AppendUvarint(h, f)
		}
		h = append(h, rest...)
		sized := append(binary.AppendUvarint(nil, uint64(len(h))), h...)
		out = append(binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(sized)), sized...)
	}
	block([]uint64{1, 0, 0}, "")
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		n := uint64(len(content))
		block([]uint64{2, 2, n, 0, n, 0, 0, 1, uint64(len(name))}, name)
		out = append(out, content...)
	}
	block([]uint64{5, 0, 0}, "")
	return out
}
