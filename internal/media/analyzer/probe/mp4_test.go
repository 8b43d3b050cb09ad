package probe

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// An MP4 laid out by hand: boxes of moov, and what its tracks are made of.
var mp4Brand = boxOf("ftyp", []byte("isom"), u32(0))

func fullBox(kind string, fields ...[]byte) []byte {
	return boxOf(kind, append([][]byte{u32(0)}, fields...)...)
}

func movieHeader(scale, duration uint32) []byte {
	return fullBox("mvhd", u32(0, 0, scale, duration), make([]byte, 80))
}

type trackOf struct {
	id       uint32
	handler  string
	language uint16
	scale    uint32
	duration uint32
	entry    []byte
	tables   [][]byte
	more     [][]byte // boxes of trak
	minf     [][]byte
	mdia     [][]byte
}

func (t trackOf) box() []byte {
	if t.language == 0 {
		t.language = 0x55C4 // "und"
	}
	stbl := boxOf("stbl", slices.Concat([][]byte{fullBox("stsd", u32(1), t.entry)}, t.tables)...)
	minf := boxOf("minf", slices.Concat(t.minf, [][]byte{stbl})...)
	mdia := boxOf("mdia", slices.Concat([][]byte{
		fullBox("mdhd", u32(0, 0, t.scale, t.duration), u16(t.language, 0)),
		fullBox("hdlr", u32(0), []byte(t.handler), make([]byte, 13)),
	}, t.mdia, [][]byte{minf})...)
	return boxOf("trak", slices.Concat([][]byte{
		boxOf("tkhd", u32(1), u32(0, 0, t.id, 0, t.duration), make([]byte, 60)),
	}, t.more, [][]byte{mdia})...)
}

func visualEntry(kind string, w, h uint16, boxes ...[]byte) []byte {
	return boxOf(kind, make([]byte, 6), u16(1), make([]byte, 16), u16(w, h), make([]byte, 50), bytes.Join(boxes, nil))
}

func soundEntry(kind string, channels, bits uint16, rate uint32, boxes ...[]byte) []byte {
	return boxOf(kind, make([]byte, 6), u16(1), make([]byte, 8), u16(channels, bits, 0, 0), u32(rate<<16), bytes.Join(boxes, nil))
}

func sampleTimes(pairs ...uint32) []byte {
	return fullBox("stts", u32(uint32(len(pairs)/2)), u32(pairs...))
}

func plainVideo() trackOf {
	return trackOf{id: 1, handler: "vide", scale: 90000, duration: 900000, entry: visualEntry("avc1", 640, 360), tables: [][]byte{sampleTimes(250, 3600)}}
}

func mp4Of(moov ...[]byte) []byte {
	return slices.Concat(mp4Brand, boxOf("moov", moov...))
}

func probeMP4Of(t *testing.T, moov ...[]byte) Result {
	t.Helper()
	r, err := probeBytes(mp4Of(moov...), ".mp4")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMP4TracksSayLanguageTitleAndWhetherForced(t *testing.T) {
	german := uint16('d'-0x60)<<10 | uint16('e'-0x60)<<5 | uint16('u'-0x60)
	sound := trackOf{
		id: 2, handler: "soun", language: german, scale: 48000, duration: 480000, entry: soundEntry("ac-3", 2, 16, 48000, boxOf("dac3", []byte{0x10, 0x3D, 0xE0})),
		tables: [][]byte{sampleTimes(1, 1536)}, more: [][]byte{boxOf("udta", boxOf("name", []byte("Kommentar\x00")))},
	}
	extended := trackOf{
		id: 3, handler: "sbtl", language: german, scale: 1000, duration: 10000, mdia: [][]byte{fullBox("elng", []byte("pt-BR\x00"))},
		entry: boxOf("tx3g", make([]byte, 6), u16(1), u32(0x80000000)), tables: [][]byte{sampleTimes(1, 10000)},
	}
	old := trackOf{id: 4, handler: "soun", language: 11, scale: 8000, duration: 80000, entry: soundEntry("ulaw", 1, 16, 8000), tables: [][]byte{sampleTimes(1, 1)}}
	r := probeMP4Of(t, movieHeader(1000, 10000), plainVideo().box(), sound.box(), extended.box(), old.box())
	checkFilm(t, "the film", r, lines("video, mp4, 10.000 s", "video h264 640x360 25 fps default", "audio ac3 6 ch 48000 Hz de Kommentar default",
		"audio pcm_mulaw 1 ch 8000 Hz ja default", "subtitle mov_text pt-BR default forced"))
}

func TestMP4SoundIsDescribedByItsConfigurationNotItsEntry(t *testing.T) {
	for name, c := range map[string]struct {
		entry []byte
		want  string
	}{
		"E-AC-3 of 7.1":           {soundEntry("ec-3", 2, 16, 48000, boxOf("dec3", []byte{0x20, 0x00, 0x20, 0x0F, 0x02, 0x02})), "audio eac3 8 ch 48000 Hz default"},
		"Opus of 5.1":             {soundEntry("Opus", 2, 16, 48000, boxOf("dOps", []byte{0, 6, 1, 56, 0, 0, 0xBB, 0x80, 0, 0, 1})), "audio opus 6 ch 48000 Hz default"},
		"ALAC beyond 65535 Hz":    {soundEntry("alac", 2, 16, 0, fullBox("alac", u32(4096), []byte{0, 24, 40, 10, 14, 2}, u16(255), u32(0, 0, 96000))), "audio alac 2 ch 96000 Hz 24 bit default"},
		"FLAC":                    {soundEntry("fLaC", 2, 16, 0, fullBox("dfLa", []byte{0x80, 0, 0, 34}, make([]byte, 10), []byte{0x17, 0x70, 0x03, 0x70}, make([]byte, 20))), "audio flac 2 ch 96000 Hz 24 bit default"},
		"QuickTime's version 2":   {boxOf("lpcm", make([]byte, 6), u16(1, 2), make([]byte, 6), u16(3, 16, 0xFFFE, 0), u32(0x10000, 72), u64(math.Float64bits(192000)), u32(4, 0x7F000000, 24, 4|8, 12, 1)), "audio pcm_s24le 4 ch 192000 Hz 24 bit default"},
		"little-endian by enda":   {soundEntry("in24", 2, 16, 48000, boxOf("wave", boxOf("enda", u16(1)))), "audio pcm_s24le 2 ch 48000 Hz 24 bit default"},
		"encrypted AAC":           {soundEntry("enca", 2, 16, 44100, boxOf("sinf", boxOf("frma", []byte("mp4a")), fullBox("schm", []byte("cenc"), u32(0x10000)))), "audio aac 2 ch 44100 Hz default"},
		"a codec nobody named":    {soundEntry("XyZ ", 2, 16, 44100), "audio xyz 2 ch 44100 Hz default"},
		"HE-AAC by its config":    {soundEntry("mp4a", 2, 16, 24000, fullBox("esds", esdsOf(0x40, 0x2B, 0x11, 0x88, 0x00))), "audio aac HE-AAC 2 ch 48000 Hz default"},
		"MP3 in MPEG-4's clothes": {soundEntry("mp4a", 2, 16, 44100, fullBox("esds", esdsOf(0x6B))), "audio mp3 2 ch 44100 Hz default"},
	} {
		sound := trackOf{id: 1, handler: "soun", scale: 1000, duration: 5000, entry: c.entry, tables: [][]byte{sampleTimes(1, 5000)}}
		checkFilm(t, name, probeMP4Of(t, movieHeader(1000, 5000), sound.box()), lines("track, mp4, 5.000 s", c.want))
	}
}

// esdsOf lays out the descriptors of an esds box.
func esdsOf(object byte, config ...byte) []byte {
	specific := slices.Concat([]byte{5, byte(len(config))}, config)
	decoder := slices.Concat([]byte{object, 0x15}, make([]byte, 11), specific)
	decoder = slices.Concat([]byte{4, byte(len(decoder))}, decoder)
	return slices.Concat([]byte{3, 0x80, 0x80, byte(3 + len(decoder)), 0, 1, 0}, decoder)
}

func TestMP4DolbyVisionAndColourTellTheDynamicRange(t *testing.T) {
	colour := func(primaries, transfer uint16) []byte {
		return boxOf("colr", []byte("nclx"), u16(primaries, transfer, 9), []byte{0})
	}
	for name, c := range map[string]struct {
		boxes [][]byte
		want  string
	}{
		"PQ in BT.2020":      {[][]byte{colour(9, 16)}, "hdr10"},
		"PQ elsewhere":       {[][]byte{colour(1, 16)}, "pq"},
		"PQ with mastering":  {[][]byte{colour(12, 16), boxOf("mdcv", make([]byte, 24))}, "hdr10"},
		"HLG":                {[][]byte{colour(9, 18)}, "hlg"},
		"Dolby Vision":       {[][]byte{colour(9, 16), boxOf("dvvC", make([]byte, 24))}, "dolby_vision"},
		"standard":           {[][]byte{colour(1, 1)}, ""},
		"wide gamut, no HDR": {[][]byte{colour(9, 14)}, ""},
	} {
		v := plainVideo()
		v.entry = visualEntry("hvc1", 3840, 2160, c.boxes...)
		if got := probeMP4Of(t, movieHeader(1000, 10000), v.box()).Description.Media.Video[0].HDR; got != c.want {
			t.Errorf("%s: %q, should be %q", name, got, c.want)
		}
	}
}

func itemOf(kind string, class uint32, value string) []byte {
	return boxOf(kind, boxOf("data", u32(class, 0), []byte(value)))
}

func freeItem(name, value string) []byte {
	return boxOf("----", fullBox("mean", []byte("com.apple.iTunes")), fullBox("name", []byte(name)), boxOf("data", u32(1, 0), []byte(value)))
}

func TestMP4TagsOfEpisodesAndFreeNames(t *testing.T) {
	ilst := boxOf("ilst", itemOf("\xa9nam", 1, "Pilot"), itemOf("tvsh", 1, "The Show"), itemOf("tvsn", 21, "\x00\x00\x00\x02"), itemOf("tves", 21, "\x05"),
		itemOf("stik", 21, "\x0A"), itemOf("desc", 1, "What happens"), itemOf("trkn", 0, "\x00\x00\x00\x03\x00\x0C\x00\x00"),
		freeItem("MusicBrainz Album Id", "0d9e7f4e"), freeItem("iTunMOVI", "<plist/>"), itemOf("covr", 13, "\xFF\xD8\xFFpicture"))
	udta := boxOf("udta", fullBox("meta", fullBox("hdlr", u32(0), []byte("mdirappl"), make([]byte, 9)), ilst))
	data := mp4Of(movieHeader(1000, 10000), plainVideo().box(), udta)
	r, err := probeBytes(data, ".m4v")
	if err != nil {
		t.Fatal(err)
	}
	d := r.Description
	if d.Title != "Pilot" || d.EpisodeTitle != "Pilot" || d.Series != "The Show" || d.Season == nil || *d.Season != 2 || !slices.Equal(d.Episodes, []int{5}) || d.Plot != "What happens" {
		t.Errorf("the episode is %+v", d)
	}
	if d.Track != 3 || d.TrackTotal != 12 || d.IDs["musicbrainz_album"] != "0d9e7f4e" {
		t.Errorf("track %d of %d, ids %v", d.Track, d.TrackTotal, d.IDs)
	}
	if a := d.Media.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "\xFF\xD8\xFFpicture" || a.MIME != "image/jpeg" {
		t.Errorf("artwork is %+v", d.Media.Artwork)
	}
}

func TestMP4MetadataOfQuickTimeAndPhones(t *testing.T) {
	keys := fullBox("keys", u32(2), boxOf("mdta", []byte("com.apple.quicktime.title")), boxOf("mdta", []byte("com.apple.quicktime.location.ISO6709")))
	ilst := boxOf("ilst", boxOf("\x00\x00\x00\x01", boxOf("data", u32(1, 0), []byte("Garden"))), boxOf("\x00\x00\x00\x02", boxOf("data", u32(1, 0), []byte("+48.8577-002.2950+035.1/"))))
	meta := boxOf("meta", fullBox("hdlr", u32(0), []byte("mdta"), make([]byte, 13)), keys, ilst)
	d := probeMP4Of(t, movieHeader(1000, 10000), plainVideo().box(), meta).Description
	if d.Title != "Garden" || d.Latitude == nil || *d.Latitude != 48.8577 || *d.Longitude != -2.295 {
		t.Errorf("the recording is %+v", d)
	}
	old := boxOf("udta", boxOf("\xa9nam", u16(4, 0), []byte("Caf\x8E")), u32(0))
	if got := probeMP4Of(t, movieHeader(1000, 10000), plainVideo().box(), old).Description.Title; got != "Café" {
		t.Errorf("QuickTime's title is %q", got)
	}
	phone := boxOf("udta", fullBox("titl", u16(0x15C7), []byte("Phone\x00")), fullBox("auth", u16(0x15C7), []byte{0xFE, 0xFF, 0x04, 0x10, 0, 0}))
	if d := probeMP4Of(t, movieHeader(1000, 10000), plainVideo().box(), phone).Description; d.Title != "Phone" || d.Artist != "А" {
		t.Errorf("3GPP's asset information is %q by %q", d.Title, d.Artist)
	}
}

func TestMP4NestedWithoutEndIsRefused(t *testing.T) {
	for _, kind := range []string{"udta", "meta"} {
		inner := []byte{}
		for range 200 {
			inner = boxOf("udta", boxOf("meta", u32(0), inner))
		}
		_, err := probeBytes(mp4Of(movieHeader(1, 1), boxOf(kind, inner)), ".mp4")
		if err != nil && !errors.Is(err, ErrBudget) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	entry := []byte{}
	for range 200 {
		entry = boxOf("sinf", entry)
	}
	v := plainVideo()
	v.entry = visualEntry("encv", 16, 16, entry)
	if _, err := probeBytes(mp4Of(movieHeader(1, 1), v.box()), ".mp4"); !errors.Is(err, ErrBudget) {
		t.Errorf("an entry of boxes within boxes: %v", err)
	}
}

func TestMP4TablesThatLieSayNothing(t *testing.T) {
	v := plainVideo()
	v.tables = [][]byte{fullBox("stts", u32(math.MaxUint32), u32(250, 3600)), fullBox("stsz", u32(0, math.MaxUint32))}
	r := probeMP4Of(t, movieHeader(0, math.MaxUint32), v.box())
	if d := r.Description.Media.DurationSeconds; d != 10 { // of the track
		t.Errorf("duration %v", d)
	}
	v.scale, v.duration, v.tables = 0, math.MaxUint32, nil
	m := probeMP4Of(t, movieHeader(0, 5), v.box()).Description.Media
	if m.DurationSeconds != 0 || m.BitRate != 0 || m.Video[0].FrameRate != 0 {
		t.Errorf("clocks that stand still made %+v", m)
	}
}

func TestMP4WithoutItsHeaderIsTruncated(t *testing.T) {
	_, err := probeBytes(slices.Concat(mp4Brand, hugeBox("mdat", 1<<40, make([]byte, 100)...)), ".mp4")
	if !errors.Is(err, ErrTruncated) {
		t.Errorf("media without a header: %v", err)
	}
	if _, err := probeBytes(slices.Concat(mp4Brand, []byte("garbage is no box, is it? no.")), ".mp4"); err == nil {
		t.Error("garbage passed")
	}
}

// A chapter track of an audiobook: forty titles, scattered over the media.
func TestMP4ChapterTracksKeepTheirStartsWhereTitlesAreFarApart(t *testing.T) {
	const n, apart = 40, 1 << 20
	offsets, src := make([]uint32, n), &sparse{parts: map[int64][]byte{}}
	for i := range offsets {
		offsets[i] = uint32(1<<20 + i*apart)
		title := fmt.Sprintf("Part %d", i+1)
		src.parts[int64(offsets[i])] = slices.Concat(u16(uint16(len(title))), []byte(title))
	}
	sizes := slices.Repeat([]uint32{8}, n)
	for i := 9; i < n; i++ {
		sizes[i] = 9
	}
	sound := trackOf{id: 1, handler: "soun", scale: 1000, duration: n * 60000, entry: soundEntry("mp4a", 2, 16, 44100), tables: [][]byte{sampleTimes(1, n*60000)},
		more: [][]byte{boxOf("tref", boxOf("chap", u32(2)))}}
	text := trackOf{id: 2, handler: "text", scale: 1000, duration: n * 60000, entry: boxOf("text", make([]byte, 43)), tables: [][]byte{
		sampleTimes(n, 60000), fullBox("stsz", u32(0, n), u32(sizes...)), fullBox("stsc", u32(1, 1, 1, 1)), fullBox("stco", u32(n), u32(offsets...)),
	}}
	head := mp4Of(movieHeader(1000, n*60000), sound.box(), text.box())
	src.parts[0] = slices.Concat(head, hugeBox("mdat", 1<<32))
	src.size = int64(len(head)) + 1<<32
	m := probeWithin(t, src, src.size, ".m4b").Description.Media
	if len(m.Chapters) != n || m.Chapters[39].StartSeconds != 39*60 || m.Chapters[0].Title != "Part 1" || m.Chapters[39].Title != "" {
		t.Errorf("the chapters are %v", m.Chapters)
	}
	if len(m.Subtitles) != 0 {
		t.Errorf("chapters passed for %v", m.Subtitles)
	}
}

// filmTables are the sample tables of two hours of pictures, as large as they are.
func filmTables(frames uint32) [][]byte {
	return [][]byte{
		sampleTimes(frames, 1001), fullBox("stss", u32(frames/48), make([]byte, frames/48*4)), fullBox("ctts", u32(frames), make([]byte, frames*8)),
		fullBox("stsc", u32(1, 1, 1, 1)), fullBox("stsz", u32(0, frames), make([]byte, frames*4)), fullBox("co64", u32(frames), make([]byte, frames*8)),
	}
}

func TestMP4OfTwoHoursNeedsFewReads(t *testing.T) {
	const frames = 2 * 3600 * 24
	v := trackOf{id: 1, handler: "vide", scale: 24000, duration: frames * 1001, entry: visualEntry("hvc1", 3840, 2160), tables: filmTables(frames)}
	parts := [][]byte{movieHeader(1000, 7207200), v.box()}
	for i := range uint32(2) {
		parts = append(parts, trackOf{id: 2 + i, handler: "soun", scale: 48000, duration: 7207 * 48000, entry: soundEntry("ac-3", 2, 16, 48000, boxOf("dac3", []byte{0x10, 0x3D, 0xE0})), tables: filmTables(frames)}.box())
	}
	for i := range uint32(2) {
		parts = append(parts, trackOf{id: 4 + i, handler: "sbtl", scale: 1000, duration: 7207200, entry: boxOf("tx3g", make([]byte, 12)), tables: filmTables(3000)}.box())
	}
	parts = append(parts, boxOf("udta", fullBox("meta", fullBox("hdlr", make([]byte, 21)), boxOf("ilst", itemOf("covr", 13, strings.Repeat("x", 500_000)), itemOf("\xa9nam", 1, "Long")))))
	moov := boxOf("moov", parts...)
	for name, front := range map[string]bool{"moov in front": true, "moov behind": false} {
		const media = 6 << 30
		src := &sparse{size: int64(len(mp4Brand)+len(moov)) + 16 + media, parts: map[int64][]byte{0: mp4Brand}}
		mdat := hugeBox("mdat", media+16)
		if front {
			src.parts[int64(len(mp4Brand))] = slices.Concat(moov, mdat)
		} else {
			src.parts[int64(len(mp4Brand))] = mdat
			src.parts[src.size-int64(len(moov))] = moov
		}
		r := probeWithin(t, src, src.size, ".mp4")
		m := r.Description.Media
		if len(m.Video) != 1 || len(m.Audio) != 2 || len(m.Subtitles) != 2 || m.DurationSeconds != 7207.2 || r.Description.Title != "Long" {
			t.Errorf("%s: %s", name, filmLines(r))
		}
	}
}

// Smooth Streaming counts from below zero where sound must be warmed up.
func TestMP4FragmentsMayBeginBeforeTheFilm(t *testing.T) {
	sound := trackOf{id: 1, handler: "soun", scale: 1000, entry: soundEntry("mp4a", 2, 16, 48000, fullBox("esds", esdsOf(0x40, 0x11, 0x90)))}
	time := boxOf("uuid", []byte(mp4SmoothTime), u32(0x01000000), u64(1<<64-20), u64(2020))
	fragment := boxOf("moof", fullBox("mfhd", u32(1)), boxOf("traf", boxOf("tfhd", u32(8), u32(1), u32(20)), fullBox("trun", u32(101)), time))
	data := slices.Concat(mp4Of(movieHeader(1000, 0), sound.box(), boxOf("mvex", fullBox("trex", u32(1, 1, 20, 0, 0)))), fragment, boxOf("mdat", make([]byte, 100)))
	r, err := probeBytes(data, ".ismv")
	if d := r.Description.Media; err != nil || d.DurationSeconds < 1.99 || d.DurationSeconds > 2.03 {
		t.Errorf("%+v, %v", d, err)
	}
}

// Films that come from Matroska have times in milliseconds, each frame another one than the last.
func TestMP4FrameRateOfRoundedTimesNeedsNoWholeTable(t *testing.T) {
	times := func(deltas ...uint32) []byte {
		fields := u32(6000)
		for i := range 6000 {
			fields = append(fields, u32(1, deltas[i%len(deltas)])...)
		}
		return fullBox("stts", fields)
	}
	for name, c := range map[string]struct {
		deltas []uint32
		want   float64
	}{
		"rounded":  {[]uint32{42, 42, 41}, 24},
		"variable": {[]uint32{42, 83}, 0},
	} {
		v := plainVideo()
		v.scale, v.duration, v.tables = 1000, 250_000, [][]byte{times(c.deltas...)}
		got := probeMP4Of(t, movieHeader(1000, 250_000), v.box()).Description.Media.Video[0].FrameRate
		if math.Abs(got-c.want) > 0.02 {
			t.Errorf("%s: %v a second, should be %v", name, got, c.want)
		}
	}
}

// A film with more streams than one: each of its tables lies between two tracks.
func TestMP4OfTwoHoursWithSeveralLanguagesNeedsFewReads(t *testing.T) {
	const seconds, media = 7200, 6 << 30
	sound := func(id uint32) []byte {
		s := trackOf{id: id, handler: "soun", scale: 48000, duration: seconds * 48000, entry: soundEntry("ac-3", 2, 16, 48000, boxOf("dac3", []byte{0x10, 0x3D, 0xE0}))}
		s.tables = [][]byte{sampleTimes(225_000, 1536), fullBox("stsc", u32(1, 1, 1, 1)), fullBox("stsz", u32(768, 225_000)), fullBox("stco", make([]byte, 900_004))}
		return s.box()
	}
	text := func(id uint32) []byte {
		s := trackOf{id: id, handler: "sbtl", scale: 1000, duration: seconds * 1000, entry: boxOf("tx3g", make([]byte, 6), u16(1), u32(0))}
		s.tables = [][]byte{fullBox("stts", u32(2800), make([]byte, 8*2800)), fullBox("stsc", u32(1, 1, 1, 1)), fullBox("stsz", u32(0, 2800), make([]byte, 4*2800))}
		return s.box()
	}
	v := trackOf{id: 1, handler: "vide", scale: 24000, duration: seconds * 24000, entry: visualEntry("hvc1", 3840, 2160), tables: filmTables(seconds * 24)}
	moov := boxOf("moov", movieHeader(1000, seconds*1000), v.box(), sound(2), sound(3), sound(4), text(5), text(6))
	head := slices.Concat(mp4Brand, hugeBox("mdat", media+16))
	src := &sparse{size: int64(len(head)) + media + int64(len(moov)), parts: map[int64][]byte{0: head, int64(len(head)) + media: moov}}
	m := probeWithin(t, src, src.size, ".mp4").Description.Media
	if len(m.Video) != 1 || len(m.Audio) != 3 || len(m.Subtitles) != 2 || m.DurationSeconds != seconds || math.Abs(m.Video[0].FrameRate-23.976) > 0.001 {
		t.Errorf("%+v", m)
	}
}

func TestAFragmentedFilmThatEndsInsideAFragmentIsTruncated(t *testing.T) {
	whole, err := os.ReadFile("testdata/video/fragments.mp4")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size int
		want bool
	}{{len(whole), false}, {len(whole) - 400, true}, {len(whole) * 2 / 3, true}} {
		r, err := probeBytes(whole[:c.size], ".mp4")
		if err != nil || r.Description.Media.Truncated != c.want {
			t.Errorf("%d of %d bytes: truncated is %v (error %v), want %v", c.size, len(whole), r.Description.Media.Truncated, err, c.want)
		}
	}
}
