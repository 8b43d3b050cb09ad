package probetest

import (
	"bytes"
	"slices"
	"unicode/utf16"
)

// LE16 lays out numbers of 16 bits, little end first.
func LE16(v ...uint16) (b []byte) {
	for _, n := range v {
		b = append(b, byte(n), byte(n>>8))
	}
	return b
}

// RealSoundOf is the header of a stream of sound, version 4: 44.1 kHz, stereo, 64 kbit/s, of codec cook.
func RealSoundOf() []byte {
	return slices.Concat([]byte(".ra\xfd"), U16(4), U16(0), []byte(".ra4"), U32(0), U16(4), U32(0), U16(0), U32(0, 0, 480000, 0), U16(1, 2, 3, 0),
		U16(44100), U32(16), U16(2), []byte("\x04Int0"), []byte("\x04cook"), make([]byte, 3))
}

// RealMediaOf lays out RealMedia.
func RealMediaOf() []byte {
	chunk := func(kind string, body ...[]byte) []byte {
		b := slices.Concat(body...)
		return slices.Concat([]byte(kind), U32(uint32(10+len(b))), U16(0), b)
	}
	stream := func(body []byte) []byte {
		return chunk("MDPR", U16(0), U32(64000, 64000, 0, 0, 0, 0, 0), []byte("\x04name\x04mime"), U32(uint32(len(body))), body)
	}
	video := slices.Concat(U32(34), []byte("VIDORV30"), U16(320, 240, 12), U32(0), U32(25<<16), make([]byte, 8))
	return slices.Concat(chunk(".RMF", U32(0, 4)), chunk("PROP", U32(0, 0, 0, 0, 0, 12500, 0, 0, 0), U16(2, 0)),
		chunk("CONT", U16(5), []byte("Title"), U16(6), []byte("Artist"), U16(0, 0)), stream(video), stream(RealSoundOf()), chunk("DATA", make([]byte, 8)))
}

// DVFrames lays out frames whose sound's source pack is given.
func DVFrames(n int, pal bool, source []byte) []byte {
	size, system := 120000, byte(0x3F)
	if pal {
		size, system = 144000, 0xBF
	}
	frame := make([]byte, size)
	copy(frame, []byte{0x1F, 7, 0, system})
	frame[dvBlock], frame[2*dvBlock], frame[3*dvBlock] = 0x3F, 0x3F, 0x56
	copy(frame[6*dvBlock+16*3*dvBlock+3:], source)
	return bytes.Repeat(frame, n)
}

// IVFOf lays out IVF.
func IVFOf() []byte {
	return slices.Concat([]byte("DKIF"), LE16(0, 32), []byte("AV01"), LE16(320, 180), LE32(25, 1, 50, 0), make([]byte, 64))
}

// Y4MOf is a second of tiny pictures of 10 bits.
func Y4MOf() []byte {
	return slices.Concat([]byte("YUV4MPEG2 W16 H8 F24000:1001 Ip C420p10 XYSCSS=420P10\n"), bytes.Repeat(append([]byte("FRAME\n"), make([]byte, 16*8*3)...), 24))
}

// MXFOf lays out a header with a descriptor of pictures and one of sound.
func MXFOf() []byte {
	smpte := []byte{0x06, 0x0E, 0x2B, 0x34}
	klv := func(key []byte, value []byte) []byte {
		key = append(bytes.Clone(key), make([]byte, 16)...)[:16]
		return slices.Concat(key, []byte{0x83, byte(len(value) >> 16), byte(len(value) >> 8), byte(len(value))}, value)
	}
	set := func(kind byte, properties ...[]byte) []byte {
		return klv(slices.Concat(smpte, []byte{2, 0x53, 1, 1, 0x0D, 1, 1, 1, 1, 1, kind}), slices.Concat(properties...))
	}
	property := func(tag uint16, value []byte) []byte { return slices.Concat(U16(tag, uint16(len(value))), value) }
	label := slices.Concat(make([]byte, 8), []byte{4, 1, 2, 2, 1, 4, 3, 0})
	sets := slices.Concat(
		set(0x51, property(0x3001, U32(25, 1)), property(0x3002, U64(250)), property(0x3203, U32(1920)), property(0x3202, U32(540)), property(0x320C, []byte{1}), property(0x3301, U32(8)), property(0x3201, label)),
		set(0x23, property(0x1234, make([]byte, 40))),
		set(0x48, property(0x3001, U32(25, 1)), property(0x3002, U64(250)), property(0x3D03, U32(48000, 1)), property(0x3D07, U32(2)), property(0x3D01, U32(24))))
	pack := slices.Concat(make([]byte, 32), U64(uint64(len(sets))), make([]byte, 48))
	return slices.Concat(klv(slices.Concat(smpte, []byte{2, 5, 1, 1, 0x0D, 1, 2, 1, 1, 2, 4}), pack), sets, make([]byte, 100))
}

// ADIFOf lays out the header of ADIF.
func ADIFOf(variable int) []byte {
	head := []int{1, 0, 2, 0, 1, variable, 23, 128000, 4, 0}
	if variable == 0 {
		head = append(head, 20, 0)
	}
	program := []int{4, 0, 2, 1, 4, 3, 4, 1, 4, 0, 4, 0, 2, 0, 3, 0, 4, 0, 1, 0, 1, 0, 1, 0, 1, 1, 4, 0, 32, 0, 32, 0}
	b := append([]byte("ADIF"), LATMBits(append(head, program...)...)...)
	return append(b, make([]byte, 16000-len(b))...)
}

// ShortenOf lays out the header of Shorten.
func ShortenOf() []byte {
	return append([]byte("ajkg\x02"), LATMBits(1, 1, 2, 3, 1, 1, 3, 5, 1, 1, 2, 2, 1, 1, 2, 2, 32, 0, 32, 0, 32, 0)...)
}

// CIFFOf lays out a heap of a camera's name, a time and a size, in a heap as cameras do.
func CIFFOf(magic string) []byte {
	heap := func(entries ...any) []byte {
		var body, dir []byte
		for i := 0; i < len(entries); i += 2 {
			value := entries[i+1].([]byte)
			dir = slices.Concat(dir, LE16(entries[i].(uint16)), LE32(uint32(len(value)), uint32(len(body))))
			body = append(body, value...)
		}
		return slices.Concat(body, LE16(uint16(len(entries)/2)), dir, LE32(uint32(len(body))))
	}
	inner := heap(uint16(ciffMakeModel), []byte("Canon\x00Canon PowerShot X\x00"), uint16(ciffTime), LE32(1114278876, 0, 0), uint16(ciffImage), LE32(2272, 1704, 0, 90))
	return slices.Concat([]byte("II"), LE32(26), []byte(magic), make([]byte, 12), heap(uint16(0x300A), inner))
}

// MRWOf lays out a raw file of Minolta's.
func MRWOf() []byte {
	exif := slices.Concat([]byte("II*\x00"), LE32(8), LE16(1, exifTagModel, 2), LE32(8, 26, 0), []byte("DiMAGE7\x00"))
	block := func(name string, body []byte) []byte {
		return slices.Concat([]byte("\x00"+name), U32(uint32(len(body))), body)
	}
	blocks := slices.Concat(block("PRD", slices.Concat([]byte("27730001"), U16(1928, 2576, 1920, 2560), make([]byte, 8))), block("TTW", exif))
	return slices.Concat([]byte("\x00MRM"), U32(uint32(len(blocks))), blocks, make([]byte, 64))
}

// X3FOf lays out a raw file of Sigma's.
func X3FOf() []byte {
	var texts []byte
	var table []uint32
	for _, s := range []string{"CAMMODEL", "SIGMA SD9", "TIME", "1044543600"} {
		table = append(table, uint32(len(texts)/2))
		for _, u := range utf16.Encode([]rune(s + "\x00")) {
			texts = append(texts, byte(u), byte(u>>8))
		}
	}
	header := slices.Concat([]byte("FOVb"), LE32(0x20000), make([]byte, 20), LE32(2268, 1512, 90))
	properties := slices.Concat([]byte("SECp"), LE32(0x20000, 2, 0, 0, uint32(len(texts)/2)), LE32(table...), texts)
	dir := uint32(len(header) + len(properties))
	return slices.Concat(header, properties, []byte("SECd"), LE32(0x20000, 1, uint32(len(header)), uint32(len(properties))), []byte("PROP"), LE32(dir))
}

// IIQOf lays out a raw file of Phase One's.
func IIQOf() []byte {
	raw := slices.Concat([]byte("IIII\x00waR"), LE32(12), LE32(3, 0, 0x10C, 1, 4, 7320, 0x10D, 1, 4, 5484, 0x100, 1, 4, 0))
	tiff := slices.Concat(LE16(2, exifTagImageWidth, 4), LE32(1, 1), LE16(exifTagImageLength, 4), LE32(1, 1), LE32(0))
	return slices.Concat([]byte("II*\x00"), LE32(uint32(8+len(raw))), raw, tiff)
}

// SmallPictures are of 40 by 30, each as its format has it.
func SmallPictures() map[string][]byte {
	pad := func(b []byte) []byte { return append(b, make([]byte, 140)...) }
	attribute := func(name, kind string, v []byte) []byte {
		return slices.Concat([]byte(name+"\x00"+kind+"\x00"), LE32(uint32(len(v))), v)
	}
	return map[string][]byte{
		".pcx":  pad(slices.Concat([]byte{10, 5, 1, 8}, LE16(1, 1, 40, 30))),
		".ppm":  []byte("P6\n# a comment\n40 30\n255\n......"),
		".pam":  []byte("P7\nWIDTH 40\nHEIGHT 30\nDEPTH 3\nMAXVAL 255\nENDHDR\n..."),
		".tga":  pad(slices.Concat([]byte{0, 0, 2}, make([]byte, 9), LE16(40, 30), []byte{24, 0})),
		".dds":  pad(slices.Concat([]byte("DDS "), LE32(124, 7, 30, 40))),
		".xcf":  pad(slices.Concat([]byte("gimp xcf v011\x00"), U32(40, 30))),
		".qoi":  pad(slices.Concat([]byte("qoif"), U32(40, 30), []byte{3, 0})),
		".exr":  slices.Concat([]byte("\x76\x2F\x31\x01\x02\x00\x00\x00"), attribute("compression", "compression", []byte{3}), attribute("displayWindow", "box2i", LE32(0, 0, 39, 29)), []byte{0}),
		".icns": slices.Concat([]byte("icns"), U32(48), []byte("icp4"), U32(16), make([]byte, 8), []byte("ic08"), U32(24), make([]byte, 16)),
	}
}
