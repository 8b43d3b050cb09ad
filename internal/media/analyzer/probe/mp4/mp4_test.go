package mp4

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestImagesAreToldFromFilmsByTheirBrand(t *testing.T) {
	for brand, still := range map[string]bool{"heic": true, "avif": true, "mif1": true, "crx ": true, "isom": false, "M4A ": false, "qt  ": false} {
		head := probetest.BoxOf("ftyp", []byte(brand), probetest.U32(0), []byte("mif1isom"))
		if isobmff.IsImage(head) != still || isMP4(head, "") == still {
			t.Errorf("%q: an image %v, a film %v", brand, isobmff.IsImage(head), isMP4(head, ""))
		}
	}
}

func plainVideo() probetest.TrackOf {
	return probetest.TrackOf{ID: 1, Handler: "vide", Scale: 90000, Duration: 900000, Entry: probetest.VisualEntry("avc1", 640, 360), Tables: [][]byte{probetest.SampleTimes(250, 3600)}}
}

func probeMP4Of(t *testing.T, moov ...[]byte) format.Result {
	t.Helper()
	r, err := probeBytes(probetest.MP4Of(moov...), ".mp4")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMP4TracksSayLanguageTitleAndWhetherForced(t *testing.T) {
	german := uint16('d'-0x60)<<10 | uint16('e'-0x60)<<5 | uint16('u'-0x60)
	sound := probetest.TrackOf{
		ID: 2, Handler: "soun", Language: german, Scale: 48000, Duration: 480000, Entry: probetest.SoundEntry("ac-3", 2, 16, 48000, probetest.BoxOf("dac3", []byte{0x10, 0x3D, 0xE0})),
		Tables: [][]byte{probetest.SampleTimes(1, 1536)}, More: [][]byte{probetest.BoxOf("udta", probetest.BoxOf("name", []byte("Kommentar\x00")))},
	}
	extended := probetest.TrackOf{
		ID: 3, Handler: "sbtl", Language: german, Scale: 1000, Duration: 10000, Mdia: [][]byte{probetest.FullBox("elng", []byte("pt-BR\x00"))},
		Entry: probetest.BoxOf("tx3g", make([]byte, 6), probetest.U16(1), probetest.U32(0x80000000)), Tables: [][]byte{probetest.SampleTimes(1, 10000)},
	}
	old := probetest.TrackOf{ID: 4, Handler: "soun", Language: 11, Scale: 8000, Duration: 80000, Entry: probetest.SoundEntry("ulaw", 1, 16, 8000), Tables: [][]byte{probetest.SampleTimes(1, 1)}}
	r := probeMP4Of(t, probetest.MovieHeader(1000, 10000), plainVideo().Box(), sound.Box(), extended.Box(), old.Box())
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, mp4, 10.000 s", "video h264 640x360 25 fps default", "audio ac3 6 ch 48000 Hz de Kommentar default",
		"audio pcm_mulaw 1 ch 8000 Hz ja default", "subtitle mov_text pt-BR default forced"))
}

func TestMP4SoundIsDescribedByItsConfigurationNotItsEntry(t *testing.T) {
	for name, c := range map[string]struct {
		entry []byte
		want  string
	}{
		"E-AC-3 of 7.1":           {probetest.SoundEntry("ec-3", 2, 16, 48000, probetest.BoxOf("dec3", []byte{0x20, 0x00, 0x20, 0x0F, 0x02, 0x02})), "audio eac3 8 ch 48000 Hz default"},
		"Opus of 5.1":             {probetest.SoundEntry("Opus", 2, 16, 48000, probetest.BoxOf("dOps", []byte{0, 6, 1, 56, 0, 0, 0xBB, 0x80, 0, 0, 1})), "audio opus 6 ch 48000 Hz default"},
		"ALAC beyond 65535 Hz":    {probetest.SoundEntry("alac", 2, 16, 0, probetest.FullBox("alac", probetest.U32(4096), []byte{0, 24, 40, 10, 14, 2}, probetest.U16(255), probetest.U32(0, 0, 96000))), "audio alac 2 ch 96000 Hz 24 bit default"},
		"FLAC":                    {probetest.SoundEntry("fLaC", 2, 16, 0, probetest.FullBox("dfLa", []byte{0x80, 0, 0, 34}, make([]byte, 10), []byte{0x17, 0x70, 0x03, 0x70}, make([]byte, 20))), "audio flac 2 ch 96000 Hz 24 bit default"},
		"QuickTime's version 2":   {probetest.BoxOf("lpcm", make([]byte, 6), probetest.U16(1, 2), make([]byte, 6), probetest.U16(3, 16, 0xFFFE, 0), probetest.U32(0x10000, 72), probetest.U64(math.Float64bits(192000)), probetest.U32(4, 0x7F000000, 24, 4|8, 12, 1)), "audio pcm_s24le 4 ch 192000 Hz 24 bit default"},
		"little-endian by enda":   {probetest.SoundEntry("in24", 2, 16, 48000, probetest.BoxOf("wave", probetest.BoxOf("enda", probetest.U16(1)))), "audio pcm_s24le 2 ch 48000 Hz 24 bit default"},
		"encrypted AAC":           {probetest.SoundEntry("enca", 2, 16, 44100, probetest.BoxOf("sinf", probetest.BoxOf("frma", []byte("mp4a")), probetest.FullBox("schm", []byte("cenc"), probetest.U32(0x10000)))), "audio aac 2 ch 44100 Hz default"},
		"a codec nobody named":    {probetest.SoundEntry("XyZ ", 2, 16, 44100), "audio xyz 2 ch 44100 Hz default"},
		"HE-AAC by its config":    {probetest.SoundEntry("mp4a", 2, 16, 24000, probetest.FullBox("esds", probetest.ESDSOf(0x40, 0x2B, 0x11, 0x88, 0x00))), "audio aac HE-AAC 2 ch 48000 Hz default"},
		"MP3 in MPEG-4's clothes": {probetest.SoundEntry("mp4a", 2, 16, 44100, probetest.FullBox("esds", probetest.ESDSOf(0x6B))), "audio mp3 2 ch 44100 Hz default"},
	} {
		sound := probetest.TrackOf{ID: 1, Handler: "soun", Scale: 1000, Duration: 5000, Entry: c.entry, Tables: [][]byte{probetest.SampleTimes(1, 5000)}}
		probetest.CheckFilm(t, name, probeMP4Of(t, probetest.MovieHeader(1000, 5000), sound.Box()), probetest.Lines("track, mp4, 5.000 s", c.want))
	}
}

func TestMP4DolbyVisionAndColourTellTheDynamicRange(t *testing.T) {
	colour := func(primaries, transfer uint16) []byte {
		return probetest.BoxOf("colr", []byte("nclx"), probetest.U16(primaries, transfer, 9), []byte{0})
	}
	for name, c := range map[string]struct {
		boxes [][]byte
		want  string
	}{
		"PQ in BT.2020":      {[][]byte{colour(9, 16)}, "hdr10"},
		"PQ elsewhere":       {[][]byte{colour(1, 16)}, "pq"},
		"PQ with mastering":  {[][]byte{colour(12, 16), probetest.BoxOf("mdcv", make([]byte, 24))}, "hdr10"},
		"HLG":                {[][]byte{colour(9, 18)}, "hlg"},
		"Dolby Vision":       {[][]byte{colour(9, 16), probetest.BoxOf("dvvC", make([]byte, 24))}, "dolby_vision"},
		"standard":           {[][]byte{colour(1, 1)}, ""},
		"wide gamut, no HDR": {[][]byte{colour(9, 14)}, ""},
	} {
		v := plainVideo()
		v.Entry = probetest.VisualEntry("hvc1", 3840, 2160, c.boxes...)
		if got := probeMP4Of(t, probetest.MovieHeader(1000, 10000), v.Box()).Description.Media.Video[0].HDR; got != c.want {
			t.Errorf("%s: %q, should be %q", name, got, c.want)
		}
	}
}

func itemOf(kind string, class uint32, value string) []byte {
	return probetest.BoxOf(kind, probetest.BoxOf("data", probetest.U32(class, 0), []byte(value)))
}

func freeItem(name, value string) []byte {
	return probetest.BoxOf("----", probetest.FullBox("mean", []byte("com.apple.iTunes")), probetest.FullBox("name", []byte(name)), probetest.BoxOf("data", probetest.U32(1, 0), []byte(value)))
}

func TestMP4TagsOfEpisodesAndFreeNames(t *testing.T) {
	ilst := probetest.BoxOf("ilst", itemOf("\xa9nam", 1, "Pilot"), itemOf("tvsh", 1, "The Show"), itemOf("tvsn", 21, "\x00\x00\x00\x02"), itemOf("tves", 21, "\x05"),
		itemOf("stik", 21, "\x0A"), itemOf("desc", 1, "What happens"), itemOf("trkn", 0, "\x00\x00\x00\x03\x00\x0C\x00\x00"), itemOf("disk", 0, "\x00\x00\x00\x02"),
		freeItem("MusicBrainz Album Id", "0d9e7f4e"), freeItem("iTunMOVI", "<plist/>"), itemOf("covr", 13, "\xFF\xD8\xFFpicture"))
	udta := probetest.BoxOf("udta", probetest.FullBox("meta", probetest.FullBox("hdlr", probetest.U32(0), []byte("mdirappl"), make([]byte, 9)), ilst))
	data := probetest.MP4Of(probetest.MovieHeader(1000, 10000), plainVideo().Box(), udta)
	r, err := probeBytes(data, ".m4v")
	if err != nil {
		t.Fatal(err)
	}
	d := r.Description
	if d.Title != "Pilot" || d.EpisodeTitle != "Pilot" || d.Series != "The Show" || d.Season == nil || *d.Season != 2 || !slices.Equal(d.Episodes, []int{5}) || d.Plot != "What happens" {
		t.Errorf("the episode is %+v", d)
	}
	if d.Track != 3 || d.TrackTotal != 12 || d.Disc != 2 || d.DiscTotal != 0 || d.IDs["musicbrainz_album"] != "0d9e7f4e" {
		t.Errorf("track %d of %d, disc %d of %d, ids %v", d.Track, d.TrackTotal, d.Disc, d.DiscTotal, d.IDs)
	}
	if a := d.Media.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "\xFF\xD8\xFFpicture" || a.MIME != "image/jpeg" {
		t.Errorf("artwork is %+v", d.Media.Artwork)
	}
}

func TestMP4MetadataOfQuickTimeAndPhones(t *testing.T) {
	keys := probetest.FullBox("keys", probetest.U32(2), probetest.BoxOf("mdta", []byte("com.apple.quicktime.title")), probetest.BoxOf("mdta", []byte("com.apple.quicktime.location.ISO6709")))
	ilst := probetest.BoxOf("ilst", probetest.BoxOf("\x00\x00\x00\x01", probetest.BoxOf("data", probetest.U32(1, 0), []byte("Garden"))), probetest.BoxOf("\x00\x00\x00\x02", probetest.BoxOf("data", probetest.U32(1, 0), []byte("+48.8577-002.2950+035.1/"))))
	meta := probetest.BoxOf("meta", probetest.FullBox("hdlr", probetest.U32(0), []byte("mdta"), make([]byte, 13)), keys, ilst)
	d := probeMP4Of(t, probetest.MovieHeader(1000, 10000), plainVideo().Box(), meta).Description
	if d.Title != "Garden" || d.Latitude == nil || *d.Latitude != 48.8577 || *d.Longitude != -2.295 {
		t.Errorf("the recording is %+v", d)
	}
	old := probetest.BoxOf("udta", probetest.BoxOf("\xa9nam", probetest.U16(4, 0), []byte("Caf\x8E")), probetest.U32(0))
	if got := probeMP4Of(t, probetest.MovieHeader(1000, 10000), plainVideo().Box(), old).Description.Title; got != "Café" {
		t.Errorf("QuickTime's title is %q", got)
	}
	phone := probetest.BoxOf("udta", probetest.FullBox("titl", probetest.U16(0x15C7), []byte("Phone\x00")), probetest.FullBox("auth", probetest.U16(0x15C7), []byte{0xFE, 0xFF, 0x04, 0x10, 0, 0}))
	if d := probeMP4Of(t, probetest.MovieHeader(1000, 10000), plainVideo().Box(), phone).Description; d.Title != "Phone" || d.Artist != "А" {
		t.Errorf("3GPP's asset information is %q by %q", d.Title, d.Artist)
	}
}

func TestMP4NestedWithoutEndIsRefused(t *testing.T) {
	for _, kind := range []string{"udta", "meta"} {
		inner := []byte{}
		for range 200 {
			inner = probetest.BoxOf("udta", probetest.BoxOf("meta", probetest.U32(0), inner))
		}
		_, err := probeBytes(probetest.MP4Of(probetest.MovieHeader(1, 1), probetest.BoxOf(kind, inner)), ".mp4")
		if err != nil && !errors.Is(err, window.ErrBudget) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	entry := []byte{}
	for range 200 {
		entry = probetest.BoxOf("sinf", entry)
	}
	v := plainVideo()
	v.Entry = probetest.VisualEntry("encv", 16, 16, entry)
	if _, err := probeBytes(probetest.MP4Of(probetest.MovieHeader(1, 1), v.Box()), ".mp4"); !errors.Is(err, window.ErrBudget) {
		t.Errorf("an entry of boxes within boxes: %v", err)
	}
}

func TestMP4TablesThatLieSayNothing(t *testing.T) {
	v := plainVideo()
	v.Tables = [][]byte{probetest.FullBox("stts", probetest.U32(math.MaxUint32), probetest.U32(250, 3600)), probetest.FullBox("stsz", probetest.U32(0, math.MaxUint32))}
	r := probeMP4Of(t, probetest.MovieHeader(0, math.MaxUint32), v.Box())
	if d := r.Description.Media.DurationSeconds; d != 10 { // of the track
		t.Errorf("duration %v", d)
	}
	v.Scale, v.Duration, v.Tables = 0, math.MaxUint32, nil
	m := probeMP4Of(t, probetest.MovieHeader(0, 5), v.Box()).Description.Media
	if m.DurationSeconds != 0 || m.BitRate != 0 || m.Video[0].FrameRate != 0 {
		t.Errorf("clocks that stand still made %+v", m)
	}
}

func TestMP4WithoutItsHeaderIsTruncated(t *testing.T) {
	_, err := probeBytes(slices.Concat(probetest.MP4Brand, probetest.HugeBox("mdat", 1<<40, make([]byte, 100)...)), ".mp4")
	if !errors.Is(err, window.ErrTruncated) {
		t.Errorf("media without a header: %v", err)
	}
	if _, err := probeBytes(slices.Concat(probetest.MP4Brand, []byte("garbage is no box, is it? no.")), ".mp4"); err == nil {
		t.Error("garbage passed")
	}
}

// A chapter track of an audiobook: forty titles, scattered over the media.
func TestMP4ChapterTracksKeepTheirStartsWhereTitlesAreFarApart(t *testing.T) {
	const n, apart = 40, 1 << 20
	offsets, src := make([]uint32, n), &probetest.Sparse{Parts: map[int64][]byte{}}
	for i := range offsets {
		offsets[i] = uint32(1<<20 + i*apart)
		title := fmt.Sprintf("Part %d", i+1)
		src.Parts[int64(offsets[i])] = slices.Concat(probetest.U16(uint16(len(title))), []byte(title))
	}
	sizes := slices.Repeat([]uint32{8}, n)
	for i := 9; i < n; i++ {
		sizes[i] = 9
	}
	sound := probetest.TrackOf{ID: 1, Handler: "soun", Scale: 1000, Duration: n * 60000, Entry: probetest.SoundEntry("mp4a", 2, 16, 44100), Tables: [][]byte{probetest.SampleTimes(1, n*60000)},
		More: [][]byte{probetest.BoxOf("tref", probetest.BoxOf("chap", probetest.U32(2)))}}
	text := probetest.TrackOf{ID: 2, Handler: "text", Scale: 1000, Duration: n * 60000, Entry: probetest.BoxOf("text", make([]byte, 43)), Tables: [][]byte{
		probetest.SampleTimes(n, 60000), probetest.FullBox("stsz", probetest.U32(0, n), probetest.U32(sizes...)), probetest.FullBox("stsc", probetest.U32(1, 1, 1, 1)), probetest.FullBox("stco", probetest.U32(n), probetest.U32(offsets...)),
	}}
	head := probetest.MP4Of(probetest.MovieHeader(1000, n*60000), sound.Box(), text.Box())
	src.Parts[0] = slices.Concat(head, probetest.HugeBox("mdat", 1<<32))
	src.Size = int64(len(head)) + 1<<32
	m := probeWithin(t, src, src.Size, ".m4b").Description.Media
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
		probetest.SampleTimes(frames, 1001), probetest.FullBox("stss", probetest.U32(frames/48), make([]byte, frames/48*4)), probetest.FullBox("ctts", probetest.U32(frames), make([]byte, frames*8)),
		probetest.FullBox("stsc", probetest.U32(1, 1, 1, 1)), probetest.FullBox("stsz", probetest.U32(0, frames), make([]byte, frames*4)), probetest.FullBox("co64", probetest.U32(frames), make([]byte, frames*8)),
	}
}

func TestMP4OfTwoHoursNeedsFewReads(t *testing.T) {
	const frames = 2 * 3600 * 24
	v := probetest.TrackOf{ID: 1, Handler: "vide", Scale: 24000, Duration: frames * 1001, Entry: probetest.VisualEntry("hvc1", 3840, 2160), Tables: filmTables(frames)}
	parts := [][]byte{probetest.MovieHeader(1000, 7207200), v.Box()}
	for i := range uint32(2) {
		parts = append(parts, probetest.TrackOf{ID: 2 + i, Handler: "soun", Scale: 48000, Duration: 7207 * 48000, Entry: probetest.SoundEntry("ac-3", 2, 16, 48000, probetest.BoxOf("dac3", []byte{0x10, 0x3D, 0xE0})), Tables: filmTables(frames)}.Box())
	}
	for i := range uint32(2) {
		parts = append(parts, probetest.TrackOf{ID: 4 + i, Handler: "sbtl", Scale: 1000, Duration: 7207200, Entry: probetest.BoxOf("tx3g", make([]byte, 12)), Tables: filmTables(3000)}.Box())
	}
	parts = append(parts, probetest.BoxOf("udta", probetest.FullBox("meta", probetest.FullBox("hdlr", make([]byte, 21)), probetest.BoxOf("ilst", itemOf("covr", 13, strings.Repeat("x", 500_000)), itemOf("\xa9nam", 1, "Long")))))
	moov := probetest.BoxOf("moov", parts...)
	for name, front := range map[string]bool{"moov in front": true, "moov behind": false} {
		const media = 6 << 30
		src := &probetest.Sparse{Size: int64(len(probetest.MP4Brand)+len(moov)) + 16 + media, Parts: map[int64][]byte{0: probetest.MP4Brand}}
		mdat := probetest.HugeBox("mdat", media+16)
		if front {
			src.Parts[int64(len(probetest.MP4Brand))] = slices.Concat(moov, mdat)
		} else {
			src.Parts[int64(len(probetest.MP4Brand))] = mdat
			src.Parts[src.Size-int64(len(moov))] = moov
		}
		r := probeWithin(t, src, src.Size, ".mp4")
		m := r.Description.Media
		if len(m.Video) != 1 || len(m.Audio) != 2 || len(m.Subtitles) != 2 || m.DurationSeconds != 7207.2 || r.Description.Title != "Long" {
			t.Errorf("%s: %s", name, probetest.FilmLines(r))
		}
	}
}

// Smooth Streaming counts from below zero where sound must be warmed up.
func TestMP4FragmentsMayBeginBeforeTheFilm(t *testing.T) {
	sound := probetest.TrackOf{ID: 1, Handler: "soun", Scale: 1000, Entry: probetest.SoundEntry("mp4a", 2, 16, 48000, probetest.FullBox("esds", probetest.ESDSOf(0x40, 0x11, 0x90)))}
	time := probetest.BoxOf("uuid", []byte(smoothTime), probetest.U32(0x01000000), probetest.U64(1<<64-20), probetest.U64(2020))
	fragment := probetest.BoxOf("moof", probetest.FullBox("mfhd", probetest.U32(1)), probetest.BoxOf("traf", probetest.BoxOf("tfhd", probetest.U32(8), probetest.U32(1), probetest.U32(20)), probetest.FullBox("trun", probetest.U32(101)), time))
	data := slices.Concat(probetest.MP4Of(probetest.MovieHeader(1000, 0), sound.Box(), probetest.BoxOf("mvex", probetest.FullBox("trex", probetest.U32(1, 1, 20, 0, 0)))), fragment, probetest.BoxOf("mdat", make([]byte, 100)))
	r, err := probeBytes(data, ".ismv")
	if d := r.Description.Media; err != nil || d.DurationSeconds < 1.99 || d.DurationSeconds > 2.03 {
		t.Errorf("%+v, %v", d, err)
	}
}

// Films that come from Matroska have times in milliseconds, each frame another one than the last.
func TestMP4FrameRateOfRoundedTimesNeedsNoWholeTable(t *testing.T) {
	times := func(deltas ...uint32) []byte {
		fields := probetest.U32(6000)
		for i := range 6000 {
			fields = append(fields, probetest.U32(1, deltas[i%len(deltas)])...)
		}
		return probetest.FullBox("stts", fields)
	}
	for name, c := range map[string]struct {
		deltas []uint32
		want   float64
	}{
		"rounded":  {[]uint32{42, 42, 41}, 24},
		"variable": {[]uint32{42, 83}, 0},
	} {
		v := plainVideo()
		v.Scale, v.Duration, v.Tables = 1000, 250_000, [][]byte{times(c.deltas...)}
		got := probeMP4Of(t, probetest.MovieHeader(1000, 250_000), v.Box()).Description.Media.Video[0].FrameRate
		if math.Abs(got-c.want) > 0.02 {
			t.Errorf("%s: %v a second, should be %v", name, got, c.want)
		}
	}
}

// A film with more streams than one: each of its tables lies between two tracks.
func TestMP4OfTwoHoursWithSeveralLanguagesNeedsFewReads(t *testing.T) {
	const seconds, media = 7200, 6 << 30
	sound := func(id uint32) []byte {
		s := probetest.TrackOf{ID: id, Handler: "soun", Scale: 48000, Duration: seconds * 48000, Entry: probetest.SoundEntry("ac-3", 2, 16, 48000, probetest.BoxOf("dac3", []byte{0x10, 0x3D, 0xE0}))}
		s.Tables = [][]byte{probetest.SampleTimes(225_000, 1536), probetest.FullBox("stsc", probetest.U32(1, 1, 1, 1)), probetest.FullBox("stsz", probetest.U32(768, 225_000)), probetest.FullBox("stco", make([]byte, 900_004))}
		return s.Box()
	}
	text := func(id uint32) []byte {
		s := probetest.TrackOf{ID: id, Handler: "sbtl", Scale: 1000, Duration: seconds * 1000, Entry: probetest.BoxOf("tx3g", make([]byte, 6), probetest.U16(1), probetest.U32(0))}
		s.Tables = [][]byte{probetest.FullBox("stts", probetest.U32(2800), make([]byte, 8*2800)), probetest.FullBox("stsc", probetest.U32(1, 1, 1, 1)), probetest.FullBox("stsz", probetest.U32(0, 2800), make([]byte, 4*2800))}
		return s.Box()
	}
	v := probetest.TrackOf{ID: 1, Handler: "vide", Scale: 24000, Duration: seconds * 24000, Entry: probetest.VisualEntry("hvc1", 3840, 2160), Tables: filmTables(seconds * 24)}
	moov := probetest.BoxOf("moov", probetest.MovieHeader(1000, seconds*1000), v.Box(), sound(2), sound(3), sound(4), text(5), text(6))
	head := slices.Concat(probetest.MP4Brand, probetest.HugeBox("mdat", media+16))
	src := &probetest.Sparse{Size: int64(len(head)) + media + int64(len(moov)), Parts: map[int64][]byte{0: head, int64(len(head)) + media: moov}}
	m := probeWithin(t, src, src.Size, ".mp4").Description.Media
	if len(m.Video) != 1 || len(m.Audio) != 3 || len(m.Subtitles) != 2 || m.DurationSeconds != seconds || math.Abs(m.Video[0].FrameRate-23.976) > 0.001 {
		t.Errorf("%+v", m)
	}
}

func TestAFragmentedFilmThatEndsInsideAFragmentIsTruncated(t *testing.T) {
	whole, err := os.ReadFile("../testdata/video/fragments.mp4")
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
