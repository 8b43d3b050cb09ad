package jpeg

import "encoding/binary"

// exifOrientation reads the orientation of an APP1 segment (EXIF 2.32, 4.6.4 and TIFF 6.0); 0: none is in it.
func exifOrientation(b []byte) int {
	const header, tagOrientation, typeShort = "Exif\x00\x00", 0x0112, 3
	if len(b) < len(header)+8 || string(b[:len(header)]) != header {
		return 0
	}
	b = b[len(header):]
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 0
	}
	fields := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(fields) < 12 {
			return 0
		}
		if order.Uint16(fields) == tagOrientation && order.Uint16(fields[2:]) == typeShort {
			if o := int(order.Uint16(fields[8:])); 1 <= o && o <= 8 {
				return o
			}
			return 0
		}
		fields = fields[12:]
	}
	return 0
}
