package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/google/go-cmp/cmp"
)

func be(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if s, ok := v.(string); ok {
			b.WriteString(s)
		} else if err := binary.Write(&b, binary.BigEndian, v); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// apeItems lays out an APE tag with header and footer; items are key, value, key, value.
func apeItems(version uint32, items ...string) []byte {
	var body []byte
	for i := 0; i < len(items); i += 2 {
		flags := uint32(0)
		if strings.HasPrefix(items[i], "Cover Art") {
			flags = 2
		}
		body = append(body, probetest.Le(uint32(len(items[i+1])), flags, items[i], byte(0), items[i+1])...)
	}
	mark := func(flags uint32) []byte {
		return probetest.Le("APETAGEX", version, uint32(len(body)+apeFooterSize), uint32(len(items)/2), flags, uint64(0))
	}
	if version == 1000 {
		return append(body, mark(0)...)
	}
	return bytes.Join([][]byte{mark(apeHasHeader | apeIsHeader), body, mark(apeHasHeader)}, nil)
}

func id3v1Bytes(title, artist, album, year, comment string, genre byte) []byte {
	b := make([]byte, tags.ID3v1Size)
	copy(b, "TAG")
	copy(b[3:33], title)
	copy(b[33:63], artist)
	copy(b[63:93], album)
	copy(b[93:97], year)
	copy(b[97:127], comment)
	b[127] = genre
	return b
}

func monkeyNew() []byte {
	return probetest.Le("MAC ", uint16(3990), uint16(0), uint32(52), uint32(24), make([]byte, 36),
		uint16(2000), uint16(0), uint32(294912), uint32(58572), uint32(2), uint16(24), uint16(2), uint32(96000))
}

func monkeyOld() []byte {
	return probetest.Le("MAC ", uint16(3920), uint16(2000), uint16(0), uint16(2), uint32(44100), uint32(44), uint32(0), uint32(11), uint32(1000), make([]byte, 32))
}

func musepack7() []byte {
	return probetest.Le("MP+\x17", uint32(100), uint32(1<<16), uint16(30000), int16(-550), uint16(31000), int16(-600), uint32(1<<31|576<<20), uint32(0), make([]byte, 64))
}

func dsf() []byte {
	tag := probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00DSD"))
	sound := make([]byte, 64)
	at := 28 + 52 + 12 + len(sound)
	return append(probetest.Le("DSD ", uint64(28), uint64(at+len(tag)), uint64(at), "fmt ", uint64(52), uint32(1), uint32(0), uint32(2), uint32(2),
		uint32(2822400), uint32(1), uint64(1411200), uint32(4096), uint32(0), "data", uint64(12+len(sound)), sound), tag...)
}

func dff(compressed bool) []byte {
	wide := func(id string, b []byte) []byte {
		return append(be(id, uint64(len(b))), append(b, make([]byte, len(b)&1)...)...)
	}
	cmpr, sound := "DSD ", wide("DSD ", make([]byte, 352800*2/8))
	if compressed {
		cmpr, sound = "DST ", wide("DST ", append(wide("FRTE", be(uint32(150), uint16(75))), wide("DSTF", make([]byte, 9))...))
	}
	prop := bytes.Join([][]byte{[]byte("SND "), wide("FS  ", be(uint32(2822400))), wide("CHNL", be(uint16(2), "SLFTSRGT")), wide("CMPR", be(cmpr, "\x03not"))}, nil)
	diin := append(wide("DITI", be(uint32(5), "Title")), wide("DIAR", be(uint32(6), "Artist"))...)
	body := bytes.Join([][]byte{[]byte("DSD "), wide("FVER", be(uint32(0x01050000))), wide("PROP", prop), wide("DIIN", diin), sound}, nil)
	return append(be("FRM8", uint64(len(body))), body...)
}

func midi() []byte {
	first := []byte("\x00\xFF\x03\x04Song\x00\xFF\x51\x03\x07\xA1\x20\x83\x60\xFF\x51\x03\x0F\x42\x40\x00\xFF\x2F\x00") // a second in which a beat is 0.5 s, then 1 s
	second := []byte("\x00\xFF\x03\x05Piano\x00\x90\x3C\x40\x87\x40\x3C\x00\x00\xFF\x05\x02la\x00\xFF\x2F\x00")         // 960 ticks, with a running status
	return be("MThd", uint32(6), uint16(1), uint16(2), uint16(480), "MTrk", uint32(len(first)), first, "MTrk", uint32(len(second)), second)
}

func amr(n int) []byte {
	return append([]byte("#!AMR\n"), bytes.Repeat(append([]byte{0x3C}, make([]byte, 31)...), n)...)
}

func tak() []byte {
	var bits []byte
	pos := 0
	put := func(n int, v uint64) {
		for i := range n {
			if pos>>3 == len(bits) {
				bits = append(bits, 0)
			}
			bits[pos>>3] |= byte(v>>i&1) << (pos & 7)
			pos++
		}
	}
	for _, f := range [][2]uint64{{6, 2}, {4, 2}, {4, 5}, {35, 88200}, {3, 0}, {18, 44100 - 6000}, {5, 16 - 8}, {4, 1}, {9, 0}} {
		put(int(f[0]), f[1])
	}
	return append(probetest.Le("tBaK", byte(1), byte(len(bits)), uint16(0), bits), make([]byte, 32)...)
}

func optimFROG() []byte {
	return probetest.Le("OFR ", uint32(15), uint32(88200), uint16(0), byte(2), byte(1), uint32(44100), make([]byte, 16))
}

func voc() []byte {
	sound := make([]byte, 8000)
	return probetest.Le("Creative Voice File\x1A", uint16(26), uint16(0x114), uint16(0x111F), byte(1), byte(0x42), byte(0x1F), byte(0), byte(131), byte(0), sound, byte(0))
}

// loas returns n frames of AAC-LC, 48 kHz, stereo: each says so anew.
func loas(n int) []byte {
	frame := append([]byte{0x56, 0xE0, 40, 0x20, 0x00, 0x11, 0x90}, make([]byte, 36)...)
	return bytes.Repeat(frame, n)
}

func trueHD() []byte {
	unit := append(be(uint16(0x4020), uint16(0), codec.MLPSync, uint8(0), uint8(0), uint16(0x1), uint16(0x1)), make([]byte, 64)...)
	return unit
}

func TestSoundFormatsLaidOutByHand(t *testing.T) {
	gain := func(d media.Description, g media.Gain) media.Description {
		d.Media.ReplayGain = &g
		return d
	}
	titled := func(d media.Description, title, artist string) media.Description {
		d.Title, d.Artist = title, artist
		if artist != "" {
			d.Artists = []string{artist}
		}
		return d
	}
	song := probetest.SoundOf("midi", 1.5, media.Audio{})
	song.Title, song.Media.Audio, song.Media.Lyrics = "Song", nil, true
	for name, c := range map[string]struct {
		data []byte
		kind media.Kind
		want media.Description
	}{
		"Monkey's Audio":        {monkeyNew(), media.KindTrack, probetest.SoundOf("ape", (294912+58572)/96000.0, probetest.Stream("ape", 2, 96000, 24))},
		"Monkey's Audio of old": {monkeyOld(), media.KindTrack, probetest.SoundOf("ape", (10*73728+1000)/44100.0, probetest.Stream("ape", 2, 44100, 16))},
		"Musepack, stream version 7": {musepack7(), media.KindTrack, gain(probetest.SoundOf("musepack", (100*1152-576)/48000.0, probetest.Stream("musepack7", 2, 48000, 0)),
			media.Gain{Track: -5.5, Album: -6, TrackPeak: 30000.0 / 32768, AlbumPeak: 31000.0 / 32768})},
		"DSF":            {dsf(), media.KindTrack, titled(probetest.SoundOf("dsf", 0.5, probetest.Stream("dsd_lsbf_planar", 2, 2822400, 1)), "DSD", "")},
		"DFF":            {dff(false), media.KindTrack, titled(probetest.SoundOf("dff", 0.125, probetest.Stream("dsd_msbf", 2, 2822400, 1)), "Title", "Artist")},
		"DFF compressed": {dff(true), media.KindTrack, titled(probetest.SoundOf("dff", 2, probetest.Stream("dst", 2, 2822400, 1)), "Title", "Artist")},
		"MIDI":           {midi(), media.KindAudio, song},
		"MIDI in RIFF":   {append(probetest.Le("RIFF", uint32(0), "RMID", "data", uint32(0)), midi()...), media.KindAudio, song},
		"TAK":            {slicesOf(tak(), apeItems(2000, "Title", "T")), media.KindTrack, titled(probetest.SoundOf("tak", 2, probetest.Stream("tak", 2, 44100, 16)), "T", "")},
		"OptimFROG":      {optimFROG(), media.KindTrack, probetest.SoundOf("optimfrog", 1, probetest.Stream("optimfrog", 2, 44100, 16))},
		"VOC":            {voc(), media.KindAudio, probetest.SoundOf("voc", 1, probetest.Stream("pcm_u8", 1, 8000, 8))},
		"XM":             {probetest.Le("Extended Module: Fast song\x00         \x1A", make([]byte, 64)), media.KindAudio, media.Description{Title: "Fast song", Media: &media.Media{Container: "xm"}}},
		"MOD":            {slicesOf([]byte("amiga song"), make([]byte, 1070), []byte("M.K."), make([]byte, 64)), media.KindAudio, media.Description{Title: "amiga song", Media: &media.Media{Container: "mod"}}},
		"AAC in LOAS":    {loas(40), media.KindAudio, probetest.SoundOf("loas", 40*1024/48000.0, media.Audio{Codec: "aac_latm", Profile: "LC", Channels: 2, SampleRate: 48000})},
		"TrueHD":         {trueHD(), media.KindAudio, probetest.SoundOf("truehd", 0, probetest.Stream("truehd", 2, 48000, 0))},
		"AMR":            {amr(50), media.KindAudio, probetest.SoundOf("amr", 1, probetest.Stream("amr_nb", 1, 8000, 0))},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := probeBytes(c.data, "")
			if d := cmp.Diff(c.want, r.Description, probetest.AboutTheSame); err != nil || d != "" || r.Kind != c.kind {
				t.Errorf("%v, kind %s (-want +got):\n%s", err, r.Kind, d)
			}
		})
	}
}

func TestTagsBehindTheSound(t *testing.T) {
	frames := probetest.MPEGFrames(20)
	v1 := id3v1Bytes("V1", "V1 Artist", "V1 Album", "1999", "comment\x00", 17)
	ape := apeItems(2000, "Title", "APE", "Artist", "A\x00B", "Track", "2/5", "Cover Art (Front)", "front.jpg\x00"+jpegHead, "Year", "2005")
	lyrics := []byte("LYRICSBEGININD0000210LYR00004la la")
	lyrics = append(lyrics, fmt.Sprintf("%06dLYRICS200", len(lyrics))...)
	v24 := probetest.Id3v2(4, id3Footer, probetest.ID3FrameBytes(4, "TIT2", 0, "\x03Appended"))
	v24 = append(v24, append([]byte("3DI"), v24[3:10]...)...)
	for name, c := range map[string]struct {
		data          []byte
		title, artist string
		track, year   int
		lyrics        bool
		art           bool
	}{
		"ID3v1":                      {append(frames, v1...), "V1", "V1 Artist", 0, 1999, false, false},
		"ID3v1.1":                    {append(frames, id3v1Bytes("V1", "", "", "", strings.Repeat("c", 28)+"\x00\x07", 255)...), "V1", "", 7, 0, false, false},
		"APEv2":                      {append(frames, ape...), "APE", "A; B", 2, 2005, false, true},
		"APEv1":                      {append(frames, apeItems(1000, "Title", "One", "Artist", "caf\xE9")...), "One", "café", 0, 0, false, false},
		"APEv2 before ID3v1":         {slicesOf(frames, ape, v1), "APE", "A; B", 2, 2005, false, true},
		"Lyrics3 before ID3v1":       {slicesOf(frames, lyrics, v1), "V1", "V1 Artist", 0, 1999, true, false},
		"APEv2, Lyrics3, ID3v1":      {slicesOf(frames, ape, lyrics, v1), "APE", "A; B", 2, 2005, true, true},
		"APEv2 before the sound":     {slicesOf(ape, frames), "APE", "A; B", 2, 2005, false, true},
		"ID3v2.4 appended":           {slicesOf(frames, v24), "Appended", "", 0, 0, false, false},
		"ID3v2 above APEv2 above v1": {slicesOf(probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00V2")), frames, ape, v1), "V2", "A; B", 2, 2005, false, true},
		"a size that lies":           {slicesOf(frames, probetest.Le("APETAGEX", uint32(2000), uint32(math.MaxUint32), uint32(1), uint32(0), uint64(0))), "", "", 0, 0, false, false},
		"an item that lies":          {slicesOf(frames, probetest.Le(uint32(math.MaxUint32), uint32(0), "Title\x00x", "APETAGEX", uint32(2000), uint32(47), uint32(9), uint32(0), uint64(0))), "", "", 0, 0, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := probeBytes(bytes.Clone(c.data), ".mp3")
			d := r.Description
			if err != nil || d.Title != c.title || d.Artist != c.artist || d.Track != c.track || d.Year != c.year || d.Media.Lyrics != c.lyrics {
				t.Errorf("%v, %+v", err, d)
			}
			if a := d.Media.Artwork; (a != nil) != c.art {
				t.Errorf("artwork is %+v", a)
			} else if a != nil && string(c.data[a.Offset:a.Offset+a.Length]) != jpegHead {
				t.Errorf("artwork is %+v", a)
			}
			if d.Media.DurationSeconds < 0.5 || d.Media.DurationSeconds > 0.53 && name[0] != 'a' {
				t.Errorf("%v s", d.Media.DurationSeconds)
			}
		})
	}
}

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// summary lays a header of the given kind into the first of n frames.
func summary(header []byte, at, n int) []byte {
	b := probetest.MPEGFrames(n)
	copy(b[at:], header)
	return b
}

func TestMPEGSummaries(t *testing.T) {
	const frame = 1152 / 44100.0
	xing := func(frames, size uint32) []byte { return be("Xing", uint32(3), frames, size) }
	for name, c := range map[string]struct {
		data    []byte
		seconds float64
		cut     bool
	}{
		"Xing":                          {summary(xing(1000, 5000), 36, 12), 1000 * frame, false},
		"Xing of a cut file":            {summary(xing(100, 417*100), 36, 50), 50 * frame, true},
		"Xing of the first of two":      {summary(xing(50, 417*50), 36, 100), 100 * frame, false},
		"Xing without the size":         {summary(be("Info", uint32(1), uint32(77)), 36, 10), 77 * frame, false},
		"Xing without frames":           {summary(be("Info", uint32(0)), 36, 11), 10 * frame, false},
		"VBRI":                          {summary(be("VBRI", uint16(1), uint16(0), uint16(75), uint32(5000), uint32(300)), 36, 12), 300 * frame, false},
		"none":                          {probetest.MPEGFrames(40), 40 * frame, false},
		"none, with rubbish in between": {slicesOf(probetest.MPEGFrames(20), bytes.Repeat([]byte("\xFF\x00rubbish"), 50), probetest.MPEGFrames(20)), 40 * frame, false},
		"none, behind rubbish":          {slicesOf(bytes.Repeat([]byte("\xFF\x00rubbish"), 500), probetest.MPEGFrames(40)), 40 * frame, false},
	} {
		r, err := probeBytes(c.data, ".mp3")
		if errors.Is(err, window.ErrTruncated) != c.cut || err != nil && !c.cut {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := r.Description.Media.DurationSeconds; math.Abs(got-c.seconds) > c.seconds/50 {
			t.Errorf("%s: %v s, want %v", name, got, c.seconds)
		}
	}
}

// A long stream of a varying bit rate without a summary is measured at places all over it.
func TestVaryingFramesAreSampledOverTheWholeStream(t *testing.T) {
	frame := func(n int) []byte {
		b := make([]byte, n)
		copy(b, []byte{0xFF, 0xF1, 0x50, 0x80 | byte(n>>11), byte(n >> 3), byte(n<<5) | 0x1F, 0xFC})
		return b
	}
	var data []byte
	for i := range 6000 {
		data = append(data, frame(100+i/20+i%7)...)
	}
	r, err := probeBytes(data, ".aac")
	want := 6000 * 1024 / 44100.0
	if got := r.Description.Media.DurationSeconds; err != nil || math.Abs(got-want) > want/50 {
		t.Errorf("%v, %v s, want %v", err, got, want)
	}
}

func TestFLACWithLiesInIt(t *testing.T) {
	info := make([]byte, 34)
	copy(info, be(uint16(4096), uint16(4096)))
	copy(info[10:], []byte{0x0A, 0xC4, 0x42, 0xF0, 0, 0, 0xAC, 0x44}) // 44.1 kHz, 2 channels, 16 bits, 44100 samples
	block := func(kind byte, size int, b []byte) []byte {
		return append([]byte{kind, byte(size >> 16), byte(size >> 8), byte(size)}, b...)
	}
	head := slicesOf([]byte("fLaC"), block(0, 34, info))
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"comments that end early":         {slicesOf(head, block(4, 12, probetest.Le(uint32(0), uint32(5), uint32(100))), block(0x81, 0, nil)), nil},
		"a vendor longer than the block":  {slicesOf(head, block(4, 8, probetest.Le(uint32(math.MaxUint32), uint32(0))), block(0x81, 0, nil)), nil},
		"a picture longer than the block": {slicesOf(head, block(6, 32, be(uint32(3), uint32(0), uint32(0), make([]byte, 16), uint32(1<<31))), block(0x81, 0, nil)), nil},
		"a cue sheet of no tracks":        {slicesOf(head, block(5, 396, make([]byte, 396)), block(0x81, 0, nil)), nil},
		"a block longer than the file":    {slicesOf(head, block(4, 1<<24-1, nil)), nil},
		"no stream info":                  {slicesOf([]byte("fLaC"), block(0x81, 0, nil)), window.ErrMalformed},
		"blocks without end":              {slicesOf(head, bytes.Repeat(block(1, 0, nil), 100)), window.ErrTruncated},
	} {
		r, err := probeBytes(c.data, ".flac")
		if !errors.Is(err, c.err) || c.err == nil && (err != nil || r.Description.Media.DurationSeconds != 1) {
			t.Errorf("%s: %v, %+v", name, err, r.Description.Media)
		}
	}
}

func TestWAVWithLiesInIt(t *testing.T) {
	format := probetest.Le(uint16(1), uint16(1), uint32(8000), uint32(8000), uint16(1), uint16(8))
	sound := bytes.Repeat([]byte{0x81}, 8000)
	wav := func(chunks ...any) []byte {
		return append(probetest.Le("RIFF", uint32(0), "WAVE"), probetest.Le(chunks...)...)
	}
	for name, c := range map[string]struct {
		data    []byte
		seconds float64
		err     error
	}{
		"written to a pipe":         {wav("fmt ", uint32(16), format, "data", uint32(math.MaxUint32), sound), 1, nil},
		"never finished":            {wav("fmt ", uint32(16), format, "data", uint32(0), sound), 1, nil},
		"cut off":                   {wav("fmt ", uint32(16), format, "data", uint32(16000), sound), 1, window.ErrTruncated},
		"without sound":             {wav("fmt ", uint32(16), format), 0, window.ErrTruncated},
		"of no bytes":               {wav("fmt ", uint32(16), format, "data", uint32(0), "LIST", uint32(4), "INFO"), 0, nil},
		"without format":            {wav("data", uint32(8000), sound), 0, window.ErrMalformed},
		"no rate of bytes":          {wav("fmt ", uint32(16), probetest.Le(uint16(1), uint16(1), uint32(8000), uint32(0), uint16(0), uint16(8)), "data", uint32(8000), sound), 1, nil},
		"a block of no bytes":       {wav("fmt ", uint32(16), probetest.Le(uint16(1), uint16(0), uint32(0), uint32(0), uint16(0), uint16(0)), "data", uint32(8000), sound), 0, nil},
		"a list longer than itself": {wav("fmt ", uint32(16), format, "data", uint32(8000), sound, "LIST", uint32(16), "INFO", "INAM", uint32(1<<31), "abcd"), 1, nil},
		"RF64 that says 2^63":       {append(probetest.Le("RF64", uint32(math.MaxUint32), "WAVE"), probetest.Le("ds64", uint32(28), uint64(0), uint64(1)<<63, uint64(0), uint32(0), "fmt ", uint32(16), format, "data", uint32(math.MaxUint32), sound)...), 1, window.ErrTruncated},
	} {
		r, err := probeBytes(c.data, ".wav")
		if !errors.Is(err, c.err) || c.err == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if m := r.Description.Media; !errors.Is(err, window.ErrMalformed) && m.DurationSeconds != c.seconds {
			t.Errorf("%s: %v s", name, m.DurationSeconds)
		}
	}
}

func FuzzMonkey(f *testing.F) {
	fuzzSoundOf(f, monkeyNew(), append(monkeyOld(), apeItems(2000, "Title", "T")...))
}
func FuzzMusepack7(f *testing.F) { fuzzSoundOf(f, musepack7()) }
func FuzzDSD(f *testing.F)       { fuzzSoundOf(f, dsf(), dff(true), dff(false)[:400]) }
func FuzzMIDI(f *testing.F)      { fuzzSoundOf(f, midi()) }
func FuzzLosslessOdd(f *testing.F) {
	fuzzSoundOf(f, tak(), optimFROG(), wavPack3(), rifx("\x00\x01")[:100])
}
func FuzzVOC(f *testing.F)  { fuzzSoundOf(f, voc()[:100]) }
func FuzzLOAS(f *testing.F) { fuzzSoundOf(f, loas(5), trueHD()) }
func FuzzAMR(f *testing.F)  { fuzzSoundOf(f, amr(5)) }
func FuzzID3(f *testing.F) {
	fuzzSoundOf(f, probetest.Id3v2(3, id3Unsync, probetest.ID3FrameBytes(3, "APIC", 0, "\x01image/jpeg\x00\x03\xFF\xFEd\x00\x00\x00"+jpegHead)),
		probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "CHAP", 0, "a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00TIT2\x00\x00\x00\x02\x00\x00\x03x")),
		probetest.Id3v2(2, 0, probetest.ID3FrameBytes(2, "TT2", 0, "\x00T")), unsyncSizedByFile(jpegHead))
}
