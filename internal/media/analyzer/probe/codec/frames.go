package codec

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// FrameHeader reads the first frame of a sound codec in b, which may begin in the middle of one, and
// puts what it says into a. It reports whether it found one.
func FrameHeader(codec string, b []byte, a *media.Audio) bool {
	switch codec {
	case "ac3", "eac3":
		return AC3Frame(b, a)
	case "dts":
		return DTSFrame(b, a)
	case "truehd":
		return MLPFrame(b, a)
	case "mp1", "mp2", "mp3":
		return mpegAudioFrame(b, a)
	case "aac":
		return adtsFrame(b, a)
	case "aac_latm":
		return LATMFrame(b, a)
	}
	return false
}

// AC3Rates are the sampling rates of fscod (ATSC A/52, table 5.6).
var AC3Rates = [...]int{48000, 44100, 32000}

// AC3BitRates are in kbit/s, by half the frame size code (ATSC A/52, table 5.18).
var AC3BitRates = [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}

// AC3Frame reads a frame of AC-3 or Enhanced AC-3 (ATSC A/52, 5.4.1 and E.2.3.1). The dependent
// substreams that follow an Enhanced one add their channels.
func AC3Frame(b []byte, a *media.Audio) bool {
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
	if rate == 3 || size >= 2*len(AC3BitRates) {
		return false
	}
	r := window.BitReader{B: b[6:]}
	mode := r.Bits(3)
	if mode&1 != 0 && mode != 1 {
		r.Skip(2)
	}
	if mode&4 != 0 {
		r.Skip(2)
	}
	if mode == 2 {
		r.Skip(2)
	}
	a.Codec = "ac3"
	a.Channels = AC3Modes[mode] + int(r.Bits(1))
	shift := max(int(id), 8) - 8
	a.SampleRate = AC3Rates[rate] >> shift
	a.BitRate = int64(AC3BitRates[size/2]) * 1000 >> shift
	return true
}

func eac3Sync(b []byte, a *media.Audio) bool {
	r := window.BitReader{B: b[2:]}
	kind := r.Bits(2)
	substream := r.Bits(3)
	size := int(r.Bits(11)+1) * 2
	rate, blocks := r.Bits(2), 6
	var hz int
	if rate == 3 {
		half := r.Bits(2)
		if half == 3 {
			return false
		}
		hz = AC3Rates[half] / 2
	} else {
		hz = AC3Rates[rate]
		blocks = [...]int{1, 2, 3, 6}[r.Bits(2)]
	}
	mode, lfe := r.Bits(3), r.Bits(1)
	if kind == 1 || substream != 0 || r.Over {
		return false
	}
	a.Codec, a.SampleRate, a.Channels = "eac3", hz, AC3Modes[mode]+int(lfe)
	a.BitRate = int64(size) * 8 * int64(hz) / int64(blocks*256)
	// A dependent substream names the speakers it is for: those beyond the main five come on top.
	if size+8 <= len(b) {
		a.Channels += eac3Dependent(b[size:])
	}
	return true
}

// eac3Dependent counts the channels that a dependent substream's frame at b adds (chanmap, E.2.3.1.8).
func eac3Dependent(b []byte) int {
	r := window.BitReader{B: b}
	if r.Bits(16) != 0x0B77 || r.Bits(2) != 1 {
		return 0
	}
	r.Skip(3 + 11 + 2 + 2)
	mode := r.Bits(3)
	r.Skip(1 + 5 + 5)
	if r.Flag() {
		r.Skip(8)
	}
	if mode == 0 {
		r.Skip(5)
		if r.Flag() {
			r.Skip(8)
		}
	}
	if !r.Flag() {
		return 0
	}
	channels := r.Bits(16)
	n := 0
	for i, count := range [...]int{0, 0, 0, 0, 0, 2, 2, 1, 1, 2, 2, 2, 1, 2, 1, 0} {
		if channels&(1<<(15-i)) != 0 {
			n += count
		}
	}
	if r.Over {
		return 0
	}
	return n
}

var dtsRates = [...]int{0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000, 96000, 192000}

// dtsBitRates are in bit/s (ETSI TS 102 114, table 5-7); what is above the table is open or variable.
var dtsBitRates = [...]int64{32000, 56000, 64000, 96000, 112000, 128000, 192000, 224000, 256000, 320000, 384000, 448000, 512000, 576000, 640000, 768000,
	960000, 1024000, 1152000, 1280000, 1344000, 1408000, 1411200, 1472000, 1536000}

// DTS9624 is the profile whose extension doubles the rate of the core.
const DTS9624 = "DTS 96/24"

var dtsLayouts = [...]int{1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8}

// DTSFrame reads a core frame of DTS Coherent Acoustics (ETSI TS 102 114, 5.4), and sees by the
// extension substream behind it whether it is DTS-HD.
func DTSFrame(b []byte, a *media.Audio) bool {
	i := bytes.Index(b, []byte{0x7F, 0xFE, 0x80, 0x01})
	if i < 0 || len(b)-i < 16 {
		return dtsExtension(b, a)
	}
	r := window.BitReader{B: b[i+4:]}
	r.Skip(1 + 5)
	r.Skip(1 + 7)
	size := int(r.Bits(14)) + 1
	layout, rate, bits := r.Bits(6), r.Bits(4), r.Bits(5)
	r.Skip(5)
	extension, extended := r.Bits(3), r.Flag()
	r.Skip(1)
	lfe := r.Bits(2)
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
		a.Profile = DTS9624
		a.SampleRate = 2 * dtsRates[rate]
	}
	if next := b[min(len(b), i+size):]; len(next) >= 4 && window.BE32(next) == 0x64582025 {
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
	r := window.BitReader{B: b[4:]}
	r.Skip(8)
	index := int(r.Bits(2))
	header, size := 8, 16
	if r.Flag() {
		header, size = 12, 20
	}
	r.Skip(header + size)
	if !r.Flag() { // what describes assets comes in another frame
		return
	}
	r.Skip(2 + 3)
	if r.Flag() {
		r.Skip(32 + 4)
	}
	presentations, assets := int(r.Bits(3))+1, int(r.Bits(3))+1
	active := 0
	for range presentations {
		for range index + 1 {
			active += int(r.Bits(1))
		}
	}
	r.Skip(8 * active)
	if r.Flag() { // how the assets are mixed
		r.Skip(2)
		mask, outputs := (int(r.Bits(2))+1)<<2, int(r.Bits(2))+1
		r.Skip(mask * outputs)
	}
	r.Skip(size*assets + 9 + 3)
	if r.Flag() { // its kind
		r.Skip(4)
	}
	if r.Flag() { // its language
		r.Skip(24)
	}
	if r.Flag() { // a text about it
		r.Skip(8 * (int(r.Bits(10)) + 1))
	}
	depth, rate, channels := int(r.Bits(5))+1, dtsAssetRates[r.Bits(4)], int(r.Bits(8))+1
	if !r.Over && channels >= a.Channels && channels <= 32 {
		a.Channels, a.SampleRate, a.BitDepth = channels, rate, depth
	}
}

// MLPFrame reads a major sync of Dolby TrueHD (its high-level bitstream description, 4.2).
func MLPFrame(b []byte, a *media.Audio) bool {
	i := bytes.Index(b, []byte{0xF8, 0x72, 0x6F, 0xBA})
	if i < 0 || len(b)-i < 32 {
		return false
	}
	b = b[i:]
	a.Codec = "truehd"
	a.SampleRate, a.Channels = MLPFormat(b[4:])
	if len(b) > 20 && b[20]>>4 == 4 { // four substreams: the fourth holds objects
		a.Profile = "Dolby TrueHD + Dolby Atmos"
	}
	return true
}

// MLPFormat reads format_info, which a major sync and dmlp of MP4 share: the rate, and the channels of the
// largest presentation.
func MLPFormat(b []byte) (rate, channels int) {
	r := window.BitReader{B: b}
	rate = mlpRate(byte(r.Bits(4)))
	r.Skip(4)
	r.Skip(2 + 2)
	six := r.Bits(5)
	r.Skip(2)
	eight := r.Bits(13)
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
		r := window.BitReader{B: b[i+2:]}
		profile, rate := int(r.Bits(2))+1, r.Bits(4)
		r.Skip(1)
		channels := r.Bits(3)
		r.Skip(4)
		size := int(r.Bits(13))
		if int(rate) >= len(AACRates) || size < 7 {
			continue
		}
		if next := i + size; next+2 <= len(b) && (b[next] != 0xFF || b[next+1]&0xF6 != 0xF0) {
			continue
		}
		a.Codec, a.Profile, a.SampleRate, a.Channels = "aac", AACProfile(profile), AACRates[rate], aacChannels[channels]
		return true
	}
	return false
}
