package codec

import (
	"bytes"
)

// ParseConfig reads the configuration of a video decoder as Matroska, AVI and ASF carry it.
func ParseConfig(codec string, b []byte) (Picture, bool) {
	if len(b) == 0 {
		return Picture{}, false
	}
	switch codec {
	case "h264":
		if b[0] == 1 {
			return ParseAVCC(b)
		}
		return ScanNALs(b, codec)
	case "hevc":
		if b[0] == 1 || !bytes.HasPrefix(b, []byte{0, 0}) {
			return ParseHVCC(b)
		}
		return ScanNALs(b, codec)
	case "av1":
		return ParseAV1C(b)
	case "vp9":
		return vp9Private(b), true
	case "mpeg1video", "mpeg2video":
		return ParseMPEG2Sequence(b)
	case "mpeg4":
		return ParseMPEG4Config(b)
	case "ffv1":
		return parseFFV1(b)
	case "prores": // its sample entry's name in QuickTime
		if profile := ProResProfiles[string(b[:min(len(b), 4)])]; profile != "" {
			return Picture{Profile: profile}, true
		}
	case "theora":
		if first := xiphPackets(b, 1); len(first) > 0 {
			return ParseTheora(first[0])
		}
	}
	return Picture{}, false
}

// xiphPackets splits private data of Xiph's lacing into at most n packets.
func xiphPackets(b []byte, n int) [][]byte {
	if len(b) == 0 {
		return nil
	}
	count, rest := int(b[0])+1, b[1:]
	var sizes []int
	for len(sizes) < count-1 {
		size := 0
		for {
			if len(rest) == 0 {
				return nil
			}
			c := rest[0]
			rest = rest[1:]
			size += int(c)
			if c < 255 {
				break
			}
		}
		sizes = append(sizes, size)
	}
	var out [][]byte
	for _, size := range sizes {
		if size > len(rest) || len(out) == n {
			break
		}
		out = append(out, rest[:size])
		rest = rest[size:]
	}
	if len(out) == len(sizes) && len(out) < n {
		out = append(out, rest)
	}
	return out
}
