package probe

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// frameHeader reads the first frame of a sound codec in b, which may begin in the middle of one, and
// puts what it says into a. It reports whether it found one.
func frameHeader(codec string, b []byte, a *media.Audio) bool {
	switch codec {
	case "ac3", "eac3":
		return ac3Frame(b, a)
	case "dts":
		return dtsFrame(b, a)
	case "truehd":
		return mlpFrame(b, a)
	case "mp1", "mp2", "mp3":
		return mpegAudioFrame(b, a)
	case "aac":
		return adtsFrame(b, a)
	case "aac_latm":
		return latmFrame(b, a)
	}
	return false
}

var ac3Rates = [...]int{48000, 44100, 32000}

// ac3BitRates are in kbit/s, by half the frame size code (ATSC A/52, table 5.18).
var ac3BitRates = [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}

// ac3Frame reads a frame of AC-3 or Enhanced AC-3 (ATSC A/52, 5.4.1 and E.2.3.1). The dependent
// substreams that follow an Enhanced one add their channels.
func ac3Frame(b []byte, a *media.Audio) bool {
	for {
		i := bytes.Index(b, []byte{0x0B, 0x77})
		if i < 0 || len(b)-i < 10 {
			return false
		}
		b = b[i:]
		id := b[5] >> 3
		switch {
		case id <= 10:
			if ac3Sync(b, a) {
				return true
			}
		case id <= 16:
			if eac3Sync(b, a) {
				return true
			}
		}
		b = b[2:]
	}
}

func ac3Sync(b []byte, a *media.Audio) bool {
	rate, size, id := b[4]>>6, int(b[4]&63), b[5]>>3
	if rate == 3 || size >= 2*len(ac3BitRates) {
		return false
	}
	r := bitReader{b: b[6:]}
	mode := r.bits(3)
	if mode&1 != 0 && mode != 1 {
		r.skip(2)
	}
	if mode&4 != 0 {
		r.skip(2)
	}
	if mode == 2 {
		r.skip(2)
	}
	a.Codec = "ac3"
	a.Channels = ac3Modes[mode] + int(r.bits(1))
	shift := max(int(id), 8) - 8
	a.SampleRate = ac3Rates[rate] >> shift
	a.BitRate = int64(ac3BitRates[size/2]) * 1000 >> shift
	return true
}

func eac3Sync(b []byte, a *media.Audio) bool {
	r := bitReader{b: b[2:]}
	kind := r.bits(2)
	substream := r.bits(3)
	size := int(r.bits(11)+1) * 2
	rate, blocks := r.bits(2), 6
	var hz int
	if rate == 3 {
		half := r.bits(2)
		if half == 3 {
			return false
		}
		hz = ac3Rates[half] / 2
	} else {
		hz = ac3Rates[rate]
		blocks = [...]int{1, 2, 3, 6}[r.bits(2)]
	}
	mode, lfe := r.bits(3), r.bits(1)
	if kind == 1 || substream != 0 || r.over {
		return false
	}
	a.Codec, a.SampleRate, a.Channels = "eac3", hz, ac3Modes[mode]+int(lfe)
	a.BitRate = int64(size) * 8 * int64(hz) / int64(blocks*256)
	// A dependent substream names the speakers it is for: those beyond the main five come on top.
	if size+8 <= len(b) {
		a.Channels += eac3Dependent(b[size:])
	}
	return true
}

// eac3Dependent counts the channels that a dependent substream's frame at b adds (chanmap, E.2.3.1.8).
func eac3Dependent(b []byte) int {
	r := bitReader{b: b}
	if r.bits(16) != 0x0B77 || r.bits(2) != 1 {
		return 0
	}
	r.skip(3 + 11 + 2 + 2)
	mode := r.bits(3)
	r.skip(1 + 5 + 5)
	if r.flag() {
		r.skip(8)
	}
	if mode == 0 {
		r.skip(5)
		if r.flag() {
			r.skip(8)
		}
	}
	if !r.flag() {
		return 0
	}
	channels := r.bits(16)
	n := 0
	for i, count := range [...]int{0, 0, 0, 0, 0, 2, 2, 1, 1, 2, 2, 2, 1, 2, 1, 0} {
		if channels&(1<<(15-i)) != 0 {
			n += count
		}
	}
	if r.over {
		return 0
	}
	return n
}

var dtsRates = [...]int{0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000, 96000, 192000}

// dtsBitRates are in bit/s (ETSI TS 102 114, table 5-7); what is above the table is open or variable.
var dtsBitRates = [...]int64{32000, 56000, 64000, 96000, 112000, 128000, 192000, 224000, 256000, 320000, 384000, 448000, 512000, 576000, 640000, 768000,
	960000, 1024000, 1152000, 1280000, 1344000, 1408000, 1411200, 1472000, 1536000}

// dts9624 is the profile whose extension doubles the rate of the core.
const dts9624 = "DTS 96/24"

var dtsLayouts = [...]int{1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8}

// dtsFrame reads a core frame of DTS Coherent Acoustics (ETSI TS 102 114, 5.4), and sees by the
// extension substream behind it whether it is DTS-HD.
func dtsFrame(b []byte, a *media.Audio) bool {
	i := bytes.Index(b, []byte{0x7F, 0xFE, 0x80, 0x01})
	if i < 0 || len(b)-i < 16 {
		return dtsExtension(b, a)
	}
	r := bitReader{b: b[i+4:]}
	r.skip(1 + 5)
	r.skip(1 + 7)
	size := int(r.bits(14)) + 1
	layout, rate, bits := r.bits(6), r.bits(4), r.bits(5)
	r.skip(5)
	extension, extended := r.bits(3), r.flag()
	r.skip(1)
	lfe := r.bits(2)
	if int(layout) >= len(dtsLayouts) || dtsRates[rate] == 0 || size < 96 {
		return false
	}
	a.Codec, a.Profile = "dts", "DTS"
	a.Channels, a.SampleRate = dtsLayouts[layout], dtsRates[rate]
	if lfe == 1 || lfe == 2 {
		a.Channels++
	}
	if int(bits) < len(dtsBitRates) {
		a.BitRate = dtsBitRates[bits]
	}
	switch {
	case extended && extension == 0:
		a.Profile = "DTS-ES"
		a.Channels++
	case extended && (extension == 2 || extension == 3):
		a.Profile = dts9624
		a.SampleRate = 2 * dtsRates[rate]
	}
	if next := b[min(len(b), i+size):]; len(next) >= 4 && be32(next) == 0x64582025 {
		dtsExtension(next, a)
	}
	return true
}

// dtsExtension reads what an extension substream's header tells: DTS-HD by the sync words of its parts.
func dtsExtension(b []byte, a *media.Audio) bool {
	i := bytes.Index(b, []byte{0x64, 0x58, 0x20, 0x25})
	if i < 0 {
		return false
	}
	part := b[i:min(len(b), i+4096)]
	a.Codec = "dts"
	dtsAsset(part, a)
	switch {
	case bytes.Contains(part, []byte{0x41, 0xA2, 0x95, 0x47}): // XLL
		a.Profile, a.BitRate = "DTS-HD MA", 0
		if bytes.Contains(part, []byte{0x02, 0x00, 0x08, 0x50}) {
			a.Profile = "DTS-HD MA + DTS:X"
		}
	case bytes.Contains(part, []byte{0x0A, 0x80, 0x19, 0x21}): // LBR
		a.Profile = "DTS Express"
	default:
		a.Profile, a.BitRate = "DTS-HD HRA", 0
	}
	return true
}

var dtsAssetRates = [...]int{8000, 16000, 32000, 64000, 128000, 22050, 44100, 88200, 176400, 352800, 12000, 24000, 48000, 96000, 192000, 384000}

// dtsAsset reads the first asset's descriptor in the header of an extension substream (ETSI TS 102 114, 7.4 and 7.5):
// all its channels, where the core holds a part of them.
func dtsAsset(b []byte, a *media.Audio) {
	r := bitReader{b: b[4:]}
	r.skip(8)
	index := int(r.bits(2))
	header, size := 8, 16
	if r.flag() {
		header, size = 12, 20
	}
	r.skip(header + size)
	if !r.flag() { // what describes assets comes in another frame
		return
	}
	r.skip(2 + 3)
	if r.flag() {
		r.skip(32 + 4)
	}
	presentations, assets := int(r.bits(3))+1, int(r.bits(3))+1
	active := 0
	for range presentations {
		for range index + 1 {
			active += int(r.bits(1))
		}
	}
	r.skip(8 * active)
	if r.flag() { // how the assets are mixed
		r.skip(2)
		mask, outputs := (int(r.bits(2))+1)<<2, int(r.bits(2))+1
		r.skip(mask * outputs)
	}
	r.skip(size*assets + 9 + 3)
	if r.flag() { // its kind
		r.skip(4)
	}
	if r.flag() { // its language
		r.skip(24)
	}
	if r.flag() { // a text about it
		r.skip(8 * (int(r.bits(10)) + 1))
	}
	depth, rate, channels := int(r.bits(5))+1, dtsAssetRates[r.bits(4)], int(r.bits(8))+1
	if !r.over && channels >= a.Channels && channels <= 32 {
		a.Channels, a.SampleRate, a.BitDepth = channels, rate, depth
	}
}

// mlpFrame reads a major sync of Dolby TrueHD (its high-level bitstream description, 4.2).
func mlpFrame(b []byte, a *media.Audio) bool {
	i := bytes.Index(b, []byte{0xF8, 0x72, 0x6F, 0xBA})
	if i < 0 || len(b)-i < 32 {
		return false
	}
	b = b[i:]
	a.Codec = "truehd"
	a.SampleRate, a.Channels = mlpFormat(b[4:])
	if len(b) > 20 && b[20]>>4 == 4 { // four substreams: the fourth holds objects
		a.Profile = "Dolby TrueHD + Dolby Atmos"
	}
	return true
}

// mlpFormat reads format_info, which a major sync and dmlp of MP4 share: the rate, and the channels of the
// largest presentation.
func mlpFormat(b []byte) (rate, channels int) {
	r := bitReader{b: b}
	rate = mlpRate(byte(r.bits(4)))
	r.skip(4)
	r.skip(2 + 2)
	six := r.bits(5)
	r.skip(2)
	eight := r.bits(13)
	layout := eight
	if layout == 0 {
		layout = six
	}
	for i, count := range [...]int{2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 1, 1} {
		if layout&(1<<i) != 0 {
			channels += count
		}
	}
	return rate, channels
}

var mpegAudioRates = [...]int{44100, 48000, 32000}

// mpegAudioBitRates are in kbit/s: MPEG-1 layers I, II, III, MPEG-2 layer I, and its layers II and III.
var mpegAudioBitRates = [5][15]int{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// mpegAudioFrame reads a frame header of MPEG audio (ISO/IEC 11172-3, 2.4.1.3) whose frame is followed
// by another, or by the end of b.
func mpegAudioFrame(b []byte, a *media.Audio) bool {
	for i := 0; i+4 <= len(b); i++ {
		if b[i] != 0xFF || b[i+1]&0xE0 != 0xE0 {
			continue
		}
		size, found := mpegAudioHeader(b[i:])
		if size == 0 {
			continue
		}
		if next := i + size; next+2 <= len(b) && (b[next] != 0xFF || b[next+1]&0xFE != b[i+1]&0xFE) {
			continue
		}
		a.Codec, a.Channels, a.SampleRate, a.BitRate = found.Codec, found.Channels, found.SampleRate, found.BitRate
		return true
	}
	return false
}

func mpegAudioHeader(h []byte) (size int, a media.Audio) {
	version, layer := h[1]>>3&3, 4-int(h[1]>>1&3)
	bits, rate := h[2]>>4, h[2]>>2&3
	if version == 1 || layer == 4 || bits == 0 || bits == 15 || rate == 3 {
		return 0, a
	}
	a.Codec = [...]string{"mp1", "mp2", "mp3"}[layer-1]
	table := layer - 1
	a.SampleRate = mpegAudioRates[rate]
	if version != 3 {
		table = 3 + min(layer-1, 1)
		a.SampleRate /= 2
		if version == 0 {
			a.SampleRate /= 2
		}
	}
	a.BitRate = int64(mpegAudioBitRates[table][bits]) * 1000
	if a.Channels = 2; h[3]>>6 == 3 {
		a.Channels = 1
	}
	padding := int(h[2] >> 1 & 1)
	switch {
	case layer == 1:
		size = (12*int(a.BitRate)/a.SampleRate + padding) * 4
	case layer == 3 && version != 3:
		size = 72*int(a.BitRate)/a.SampleRate + padding
	default:
		size = 144*int(a.BitRate)/a.SampleRate + padding
	}
	return size, a
}

// adtsFrame reads an ADTS header (ISO/IEC 14496-3, 1.A.2.2.1) whose frame is followed by another, or by the end of b.
func adtsFrame(b []byte, a *media.Audio) bool {
	for i := 0; i+7 <= len(b); i++ {
		if b[i] != 0xFF || b[i+1]&0xF6 != 0xF0 {
			continue
		}
		r := bitReader{b: b[i+2:]}
		profile, rate := int(r.bits(2))+1, r.bits(4)
		r.skip(1)
		channels := r.bits(3)
		r.skip(4)
		size := int(r.bits(13))
		if int(rate) >= len(aacRates) || size < 7 {
			continue
		}
		if next := i + size; next+2 <= len(b) && (b[next] != 0xFF || b[next+1]&0xF6 != 0xF0) {
			continue
		}
		a.Codec, a.Profile, a.SampleRate, a.Channels = "aac", aacProfile(profile), aacRates[rate], aacChannels[channels]
		return true
	}
	return false
}
