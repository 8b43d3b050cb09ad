package probe

import (
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// bitWriter lays out fields of bits from the most significant one down.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) bits(n int, v uint64) *bitWriter {
	for i := n - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (7 - w.n%8)
		w.n++
	}
	return w
}

// aacBlock is a raw_data_block: a single channel, some of it noise, and where extension is above 0 a fill
// element of so many bytes with a replicated band. Behind it stand as many that only fill the frame up.
func aacBlock(seed, extension, fills int) []byte {
	w := new(bitWriter).bits(3+4, 0).bits(8, 100).bits(1+2+1, 0).bits(6, 0).bits(1+1+1+1, 0)
	for i := range 40 { // what only a decoder could walk through
		w.bits(5, uint64(seed*31+i*i*7)&31)
	}
	if extension > 0 {
		w.bits(3, 6)
		if extension < 15 {
			w.bits(4, uint64(extension))
		} else {
			w.bits(4, 15).bits(8, uint64(extension-14))
		}
		w.bits(4, 13)
		for i := range extension*8 - 4 {
			w.bits(1, uint64(i/3+seed)&1)
		}
	}
	for i := range fills {
		w.bits(3, 6).bits(4, 15).bits(8, 26).bits(4, uint64(i)&1).bits(4, 0)
		for range 39 {
			w.bits(8, 0xA5)
		}
	}
	return w.bits(3, 7).b
}

// adtsOf wraps a block as files and broadcasts have it: low complexity, one channel.
func adtsOf(rate int, block []byte) []byte {
	n := len(block) + adtsHeaderSize
	w := new(bitWriter).bits(12, 0xFFF).bits(1+2, 0).bits(1, 1).bits(2, 1).bits(4, uint64(slices.Index(codec.AACRates[:], rate))).bits(1, 0).bits(3, 1)
	return append(w.bits(4, 0).bits(13, uint64(n)).bits(11, 0x7FF).bits(2, 0).b, block...)
}

func aacStream(rate, frames int, extension func(i int) int) (out []byte) {
	for i := range frames {
		out = append(out, adtsOf(rate, aacBlock(i, extension(i), 0))...)
	}
	return out
}

// filledAACStream is one of a constant bit rate, whose frames are filled up.
func filledAACStream(frames, extension, fills int) (out []byte) {
	for i := range frames {
		out = append(out, adtsOf(24000, aacBlock(i, extension, fills))...)
	}
	return out
}

func TestReplicatedBandsAreSeenWhereOnlyFramesTellOfThem(t *testing.T) {
	always := func(n int) func(int) int { return func(int) int { return n } }
	he := media.Audio{Codec: "aac", Profile: "HE-AACv2", Channels: 2, SampleRate: 48000}
	lc := media.Audio{Codec: "aac", Profile: "LC", Channels: 1, SampleRate: 24000}
	for name, c := range map[string]struct {
		data []byte
		want media.Audio
	}{
		"short elements":         {aacStream(24000, 40, always(9)), he},
		"long ones":              {aacStream(24000, 40, always(60)), he},
		"a frame without now":    {aacStream(24000, 40, func(i int) int { return 20 * min(1, i%5) }), he},
		"filled up":              {filledAACStream(40, 12, 1), he},
		"filled up twice":        {filledAACStream(40, 60, 2), he},
		"plain, filled up":       {filledAACStream(40, 0, 2), lc},
		"plain":                  {aacStream(24000, 40, always(0)), lc},
		"plain, one looks alike": {aacStream(24000, 40, func(i int) int { return max(0, 20-20*i) }), lc},
		"of a full band's rate":  {aacStream(44100, 40, always(20)), media.Audio{Codec: "aac", Profile: "LC", Channels: 1, SampleRate: 44100}},
	} {
		r, err := probeBytes(c.data, ".aac")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := r.Description.Media
		a := m.Audio[0]
		if a.BitRate = 0; a != c.want {
			t.Errorf("%s: %+v", name, a)
		}
		rate := c.want.SampleRate // frames last as long as their core does
		if c.want == he {
			rate /= 2
		}
		if want := 40 * 1024 / float64(rate); math.Abs(m.DurationSeconds-want) > 0.001 {
			t.Errorf("%s lasts %v s, should %v s", name, m.DurationSeconds, want)
		}
	}
}

func TestReplicatedBandsAreSeenInEveryContainer(t *testing.T) {
	blocks := make([][]byte, 20)
	for i := range blocks {
		blocks[i] = aacBlock(i, 20, 0)
	}
	config := []byte{0x13, 0x08} // low complexity, 24 kHz, one channel

	var stream []byte
	for i := range int64(20) {
		stream = append(stream, probetest.TSPacketOf(0x101, true, probetest.PESOf(0xC0, i*3840, adtsOf(24000, blocks[i])))...)
	}
	ts := slices.Concat(probetest.TSTables(nil, probetest.TSStream{Kind: 0x0F, PID: 0x101, Descriptors: nil}), stream)

	tags := [][]byte{probetest.FlvTagOf(flvAudio, 0, append([]byte{0xAF, 0}, config...))}
	for i, b := range blocks {
		tags = append(tags, probetest.FlvTagOf(flvAudio, uint32(i*43), append([]byte{0xAF, 1}, b...)))
	}
	var laid [][]byte
	for i, b := range blocks {
		laid = append(laid, probetest.El(mkvSimpleBlock, []byte{0x81}, probetest.U16(uint16(i*43)), []byte{0x80}, b))
	}
	mka := probetest.MatroskaOf(probetest.MkvInfoOf(853), probetest.El(mkvTracks, probetest.MkvTrackOf(1, mkvTypeAudio, "A_AAC", probetest.El(mkvCodecPrivate, config), probetest.El(mkvAudio, probetest.ElFloat(mkvSampling, 24000)))),
		probetest.El(mkvCluster, probetest.ElUint(mkvTimestamp, 0), slices.Concat(laid...)))
	for ext, data := range map[string][]byte{".ts": ts, ".mka": mka, ".flv": probetest.FLVOf(4, tags...), ".m4a": aacInMP4(config, blocks)} {
		r, err := probeBytes(data, ext)
		if err != nil {
			t.Fatalf("%s: %v", ext, err)
		}
		if a := r.Description.Media.Audio[0]; a.Profile != "HE-AACv2" || a.SampleRate != 48000 || a.Channels != 2 {
			t.Errorf("%s: %+v", ext, a)
		}
		if d := r.Description.Media.DurationSeconds; math.Abs(d-20*1024/24000.) > 0.05 {
			t.Errorf("%s lasts %v s", ext, d)
		}
	}
}

// aacInMP4 lays frames out in one chunk.
func aacInMP4(config []byte, blocks [][]byte) []byte {
	n := uint32(len(blocks))
	sizes := probetest.U32(0, n)
	for _, b := range blocks {
		sizes = append(sizes, probetest.U32(uint32(len(b)))...)
	}
	sound := func(at uint32) []byte {
		t := probetest.TrackOf{
			ID: 1, Handler: "soun", Scale: 24000, Duration: n * 1024, Entry: probetest.SoundEntry("mp4a", 1, 16, 24000, probetest.FullBox("esds", probetest.ESDSOf(0x40, config...))),
			Tables: [][]byte{probetest.SampleTimes(n, 1024), probetest.FullBox("stsc", probetest.U32(1, 1, n, 1)), probetest.FullBox("stsz", sizes), probetest.FullBox("stco", probetest.U32(1, at))},
		}
		return probetest.MP4Of(probetest.MovieHeader(24000, n*1024), t.Box())
	}
	return append(sound(uint32(len(sound(0))+8)), probetest.BoxOf("mdat", blocks...)...)
}
