package matroska

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// openEl lays out the header of an element that does not know its size.
func openEl(id uint32) []byte {
	return append(probetest.ElID(id), 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
}

func probeMKV(t *testing.T, parts ...[]byte) format.Result {
	t.Helper()
	r, err := probeBytes(probetest.MatroskaOf(parts...), ".mkv")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMatroskaDefaultsAreThoseOfItsSpecification(t *testing.T) {
	sound := probetest.MkvTrackOf(2, typeAudio, "A_MPEG/L3")
	brazil := probetest.MkvTrackOf(3, typeSubtitle, "S_TEXT/UTF8", probetest.ElText(mkvLanguage, "por"), probetest.ElText(languageBCP47, "pt-BR"), probetest.ElUint(flagDefault, 0), probetest.ElUint(flagForced, 1), probetest.ElText(name, "Só forçadas"))
	r := probeMKV(t, probetest.MkvInfoOf(5000), probetest.El(mkvTracks, probetest.MkvVideoOf(), sound, brazil))
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, matroska, 5.000 s", "video vp8 640x360 25 fps 8 bit default", "audio mp3 1 ch 8000 Hz en default", "subtitle subrip pt-BR Só forçadas forced"))
}

func TestMatroskaColourAndAdditionsTellTheDynamicRange(t *testing.T) {
	colour := func(primaries, transfer uint64, more ...[]byte) []byte {
		return probetest.El(colour, probetest.ElUint(mkvPrimaries, primaries), probetest.ElUint(mkvTransfer, transfer), probetest.ElUint(mkvBits, 10), bytes.Join(more, nil))
	}
	for name, c := range map[string]struct {
		track []byte
		want  string
	}{
		"PQ":           {probetest.MkvVideoOf(colour(9, 16)), "hdr10"},
		"PQ, mastered": {probetest.MkvVideoOf(colour(12, 16, probetest.El(mastering))), "hdr10"},
		"HLG":          {probetest.MkvVideoOf(colour(9, 18)), "hlg"},
		"standard":     {probetest.MkvVideoOf(colour(1, 1)), ""},
		"Dolby Vision": {probetest.MkvTrackOf(1, typeVideo, "V_MPEGH/ISO/HEVC", probetest.El(addition, probetest.ElUint(additionType, 0x64767643))), "dolby_vision"},
	} {
		if got := probeMKV(t, probetest.MkvInfoOf(5000), probetest.El(mkvTracks, c.track)).Description.Media.Video[0].HDR; got != c.want {
			t.Errorf("%s: %q, should be %q", name, got, c.want)
		}
	}
}

func TestMatroskaOldWrappingsNameTheirCodecs(t *testing.T) {
	wave := probetest.Le(uint16(0x2000), uint16(6), uint32(48000), uint32(80000), uint16(1), uint16(16), uint16(0))
	bitmap := slices.Concat(make([]byte, 16), []byte("XVID"), make([]byte, 20))
	r := probeMKV(t, probetest.MkvInfoOf(5000), probetest.El(mkvTracks,
		probetest.MkvTrackOf(1, typeVideo, "V_MS/VFW/FOURCC", probetest.El(codecPrivate, bitmap), probetest.El(video, probetest.ElUint(pixelWidth, 640), probetest.ElUint(pixelHeight, 360))),
		probetest.MkvTrackOf(2, typeAudio, "A_MS/ACM", probetest.El(codecPrivate, wave)),
		probetest.MkvTrackOf(3, typeAudio, "A_AAC/MPEG4/LC/SBR", probetest.El(audio, probetest.ElFloat(sampling, 22050), probetest.ElFloat(mkvOutput, 44100), probetest.ElUint(channelsOf, 2))),
		probetest.MkvTrackOf(4, typeAudio, "A_PCM/INT/BIG", probetest.El(audio, probetest.ElFloat(sampling, 96000), probetest.ElUint(channelsOf, 2), probetest.ElUint(bitDepth, 24))),
		probetest.MkvTrackOf(5, typeAudio, "A_OPUS", probetest.El(audio, probetest.ElFloat(sampling, 8000), probetest.ElUint(channelsOf, 2))),
	))
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, matroska, 5.000 s", "video mpeg4 640x360 8 bit en default", "audio ac3 6 ch 48000 Hz en default",
		"audio aac HE-AAC 2 ch 44100 Hz en default", "audio pcm_s24be 2 ch 96000 Hz 24 bit en default",
		"audio opus 2 ch 48000 Hz en default"))
}

func TestMatroskaTagsMeanWhatTheirLevelSays(t *testing.T) {
	episode := probeMKV(t, probetest.MkvInfoOf(5000), probetest.El(mkvTracks, probetest.MkvVideoOf()), probetest.El(mkvTags,
		probetest.MkvTagOf(70, 0, "TITLE", "The Show"), probetest.MkvTagOf(60, 0, "PART_NUMBER", "2"), probetest.MkvTagOf(50, 0, "TITLE", "Pilot", "PART_NUMBER", "7", "IMDB", "tt0000001"),
		probetest.MkvTagOf(30, 101, "TITLE", "of a track"))).Description
	if episode.Title != "Pilot" || episode.Series != "The Show" || episode.Season == nil || *episode.Season != 2 || !slices.Equal(episode.Episodes, []int{7}) || episode.IDs["imdb"] != "tt0000001" {
		t.Errorf("the episode is %+v", episode)
	}
	song := probeMKV(t, probetest.MkvInfoOf(5000), probetest.El(mkvTracks, probetest.MkvTrackOf(1, typeAudio, "A_FLAC")), probetest.El(mkvTags,
		probetest.MkvTagOf(50, 0, "TITLE", "Album", "ARTIST", "Band", "PART_NUMBER", "2"), probetest.MkvTagOf(30, 0, "TITLE", "Song", "ARTIST", "Singer", "PART_NUMBER", "9")))
	if d := song.Description; song.Kind != media.KindTrack || d.Title != "Song" || d.Album != "Album" || d.AlbumArtist != "Band" || d.Artist != "Singer" || d.Track != 9 || d.Disc != 2 {
		t.Errorf("the song is %+v, %s", d, song.Kind)
	}
}

func TestMatroskaStatisticsGiveRatesThatTheHeaderLacks(t *testing.T) {
	video := probetest.MkvTrackOf(1, typeVideo, "V_VP8", probetest.El(video, probetest.ElUint(pixelWidth, 64), probetest.ElUint(pixelHeight, 36)))
	r := probeMKV(t, probetest.MkvInfoOf(10_000), probetest.El(mkvTracks, video), probetest.El(mkvTags, probetest.MkvTagOf(50, 101, "BPS", "1500000", "DURATION", "00:00:10.000000000", "NUMBER_OF_FRAMES", "300")))
	if v := r.Description.Media.Video[0]; v.FrameRate != 30 || v.BitRate != 1_500_000 {
		t.Errorf("the video is %+v", v)
	}
}

func TestMatroskaChaptersAreThoseOfTheDefaultEdition(t *testing.T) {
	r := probeMKV(t, probetest.MkvInfoOf(5000), probetest.El(mkvTracks, probetest.MkvVideoOf()), probetest.El(chapters,
		probetest.El(edition, probetest.MkvChapterOf(0, "of another edition")),
		probetest.El(edition, probetest.ElUint(editionDefault, 1), probetest.MkvChapterOf(0, "One", probetest.MkvChapterOf(5, "nested")), probetest.MkvChapterOf(1e9, "hidden", probetest.ElUint(chapterHidden, 1)), probetest.MkvChapterOf(2e9, "Two"))))
	want := []media.Chapter{{StartSeconds: 0, Title: "One"}, {StartSeconds: 2, Title: "Two"}}
	if got := r.Description.Media.Chapters; !slices.Equal(got, want) {
		t.Errorf("chapters are %v, should be %v", got, want)
	}
}

// A cluster of a frame each 40 ms.
func clusterOf(start uint64, frames int) []byte {
	parts := [][]byte{probetest.ElUint(timestamp, start)}
	for i := range frames {
		parts = append(parts, probetest.El(simpleBlock, []byte{0x81}, probetest.U16(uint16(40*i)), []byte{0x80}, make([]byte, 50)))
	}
	return probetest.El(mkvCluster, parts...)
}

func TestMatroskaOfALiveRecordingLastsUntilItsLastBlock(t *testing.T) {
	live := slices.Concat(probetest.MkvStart, openEl(segment), probetest.El(info), probetest.El(mkvTracks, probetest.MkvVideoOf()), clusterOf(0, 25), clusterOf(3_600_000, 25))
	for name, c := range map[string]struct {
		data []byte
		want float64
	}{
		"whole":                {live, 3601},
		"cut before its last":  {live[:len(live)-60], 3600.96},
		"its clusters open":    {slices.Concat(probetest.MkvStart, openEl(segment), probetest.El(mkvTracks, probetest.MkvVideoOf()), openEl(mkvCluster), probetest.ElUint(timestamp, 1000), probetest.El(simpleBlock, []byte{0x81, 0, 40, 0x80, 1, 2, 3})), 1.08},
		"without any block":    {slices.Concat(probetest.MkvStart, openEl(segment), probetest.El(mkvTracks, probetest.MkvVideoOf())), 0},
		"a last cluster apart": {slices.Concat(live, probetest.El(0xEC, make([]byte, 200_000))), 0},
	} {
		r, err := probeBytes(c.data, ".mkv")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := r.Description.Media.DurationSeconds; math.Abs(got-c.want) > 0.0001 {
			t.Errorf("%s: lasts %v s, should %v s", name, got, c.want)
		}
	}
}

func TestMatroskaSizesAndPositionsThatLieAreSurvived(t *testing.T) {
	tracks := probetest.El(mkvTracks, probetest.MkvVideoOf())
	seek := func(id uint32, at uint64) []byte {
		return probetest.El(seek, probetest.El(seekID, probetest.ElID(id)), probetest.ElUint(seekPosition, at))
	}
	for name, data := range map[string][]byte{
		"a SeekHead that lists itself": probetest.MatroskaOf(probetest.El(seekHead, seek(seekHead, 0), seek(mkvTags, 0)), probetest.MkvInfoOf(5000), tracks),
		"positions beyond the file":    probetest.MatroskaOf(probetest.El(seekHead, seek(mkvTags, 1<<62), seek(chapters, math.MaxUint64), seek(mkvAttachments, 1e6)), probetest.MkvInfoOf(5000), tracks),
		"positions of something else":  probetest.MatroskaOf(probetest.El(seekHead, seek(mkvTags, 3), seek(chapters, 40)), probetest.MkvInfoOf(5000), tracks),
		"a SeekHead of very many":      probetest.MatroskaOf(probetest.El(seekHead, bytes.Repeat(seek(mkvTags, 0), 1000)), probetest.MkvInfoOf(5000), tracks),
		"a duration that is no number": probetest.MatroskaOf(probetest.El(info, probetest.ElFloat(duration, math.NaN()), probetest.ElFloat(duration, math.Inf(1)), probetest.ElFloat(duration, 5000)), tracks),
		"fields of nine bytes":         probetest.MatroskaOf(probetest.El(info, probetest.El(timestampScale, make([]byte, 9)), probetest.ElFloat(duration, 5000)), tracks),
	} {
		r, err := probeBytes(data, ".mkv")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		probetest.CheckFilm(t, name, r, probetest.Lines("video, matroska, 5.000 s", "video vp8 640x360 25 fps 8 bit default"))
	}
	huge := slices.Concat(probetest.MkvStart, probetest.ElID(segment), []byte{0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE}, probetest.MkvInfoOf(5000), tracks)
	r, err := probeBytes(huge, ".mkv")
	if !errors.Is(err, window.ErrTruncated) || r.Description.Media.DurationSeconds != 5 {
		t.Errorf("a segment that claims 2^56 bytes: %v, %v", r, err)
	}
	for name, data := range map[string][]byte{
		"an id of nothing":     probetest.MatroskaOf([]byte{0, 0, 0, 0, 0, 0, 0, 0}),
		"a size of nothing":    probetest.MatroskaOf([]byte{0xEC, 0, 0, 0}),
		"no tracks":            probetest.MatroskaOf(probetest.MkvInfoOf(5000)),
		"no segment":           slices.Concat(probetest.MkvStart, make([]byte, 50)),
		"tracks within tracks": probetest.MatroskaOf(probetest.El(mkvTracks, nestedEl(trackEntry, 5000))),
	} {
		if r, err := probeBytes(data, ".mkv"); err == nil && len(r.Description.Media.Video) > 0 {
			t.Errorf("%s passed for %s", name, probetest.FilmLines(r))
		}
	}
}

func nestedEl(id uint32, depth int) []byte {
	var b []byte
	for i := depth; i > 0; i-- {
		b = append(b, probetest.ElID(id)...)
		b = append(b, probetest.U64(1<<56|uint64(9*(i-1)))...)
	}
	return b
}

// attachedOf lays out an attachment of so many bytes.
func attachedOf(name, mime string, size int) []byte {
	return probetest.El(attachedFile, probetest.ElText(fileName, name), probetest.ElText(fileMIME, mime), probetest.El(fileData, make([]byte, size)))
}

// filmOf is a film of 20 GB as mkvmerge lays it out: attachments in front, tags behind.
func filmOf(minutes float64, attachments ...[]byte) *probetest.Sparse {
	const media = 20 << 30
	tracks := probetest.El(mkvTracks, probetest.MkvVideoOf(), probetest.MkvTrackOf(2, typeAudio, "A_TRUEHD", probetest.El(audio, probetest.ElFloat(sampling, 48000), probetest.ElUint(channelsOf, 8))))
	tags := probetest.El(mkvTags, probetest.MkvTagOf(50, 0, "DATE_RELEASED", "2001"))
	front := func(at uint64) []byte {
		return slices.Concat(probetest.El(seekHead, probetest.El(seek, probetest.El(seekID, probetest.ElID(mkvTags)), probetest.ElUint(seekPosition, at))), probetest.MkvInfoOf(minutes*60_000), tracks,
			probetest.El(mkvAttachments, attachments...))
	}
	head := front(uint64(len(front(0))) + media)
	segment := slices.Concat(probetest.ElID(segment), probetest.U64(1<<56|uint64(len(head)+media+len(tags))))
	cluster := slices.Concat(probetest.ElID(mkvCluster), probetest.U64(1<<56|(media-12)))
	src := &probetest.Sparse{Size: int64(len(probetest.MkvStart)+len(segment)+len(head)+len(tags)) + media, Parts: map[int64][]byte{}}
	src.Parts[0] = slices.Concat(probetest.MkvStart, segment, head, cluster)
	src.Parts[src.Size-int64(len(tags))] = tags
	return src
}

func TestMatroskaOfTwoHoursNeedsFewReads(t *testing.T) {
	src := filmOf(120, attachedOf("cover.jpg", "image/jpeg", 400_000), attachedOf("font.ttf", "font/ttf", 300_000), attachedOf("bold.ttf", "font/ttf", 300_000))
	r := probeWithin(t, src, src.Size, ".mkv")
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, matroska, 7200.000 s", "video vp8 640x360 25 fps 8 bit default", "audio truehd 8 ch 48000 Hz en default",
		"attachment cover.jpg", "attachment font.ttf", "attachment bold.ttf", "artwork image/jpeg 400000 bytes"))
	if r.Description.Year != 2001 {
		t.Errorf("tags behind the media were not read: %+v", r.Description)
	}
}

// Names behind each other's bytes cost a read each. A film does not spend more on them than it may, and then
// has none rather than a part of them; it has its cover and tags all the same. An episode spends what it takes.
func TestMatroskaWithManyAttachmentsKeepsToItsBudget(t *testing.T) {
	fonts := func(n, size int) [][]byte {
		list := [][]byte{attachedOf("cover.jpg", "image/jpeg", size)}
		for range n {
			list = append(list, attachedOf("font.ttf", "font/ttf", size))
		}
		return list
	}
	for name, c := range map[string]struct {
		src  *probetest.Sparse
		want int
	}{
		"fonts of 300 KB": {filmOf(120, fonts(40, 300_000)...), 0},
		"a few of them":   {filmOf(120, fonts(5, 300_000)...), 6},
		"fonts of 1 KB":   {filmOf(120, fonts(40, 1_000)...), 41},
	} {
		r := probeWithin(t, c.src, c.src.Size, ".mkv")
		if m := r.Description.Media; len(m.Attachments) != c.want || m.Artwork == nil || r.Description.Year != 2001 {
			t.Errorf("%s: %d attachments, should be %d; artwork %v, year %d", name, len(m.Attachments), c.want, m.Artwork, r.Description.Year)
		}
	}
	episode := filmOf(24, fonts(40, 300_000)...)
	w := window.New(t.Context(), episode, episode.Size)
	defer w.Release()
	if r, err := probeWindow(w, ".mkv"); err != nil || len(r.Description.Media.Attachments) != 41 {
		t.Errorf("an episode's attachments: %v, %v", r.Description.Media, err)
	}
}

// DTS-HD and Atmos hide behind the codec ids of their elders; their first frames come behind a picture.
func TestMatroskaSoundSaysItsProfileByItsFirstFrame(t *testing.T) {
	core := append([]byte{0x7F, 0xFE, 0x80, 0x01, 0xFC, 0x3C, 0x1F, 0xF0, 0xB5, 0xE0, 0, 0, 0, 0, 0, 0}, make([]byte, 496)...) // it states 512 bytes
	lossless := slices.Concat(core, []byte{0x64, 0x58, 0x20, 0x25}, make([]byte, 40), []byte{0x41, 0xA2, 0x95, 0x47}, make([]byte, 500))
	sound := func(codec string) []byte {
		return probetest.MkvTrackOf(2, typeAudio, codec, probetest.El(audio, probetest.ElFloat(sampling, 48000), probetest.ElUint(channelsOf, 8)))
	}
	block := func(track byte, data []byte) []byte {
		return probetest.El(simpleBlock, []byte{0x80 | track, 0, 0, 0x80}, data)
	}
	cluster := probetest.El(mkvCluster, probetest.ElUint(timestamp, 0), block(1, make([]byte, 300_000)), block(2, lossless), block(1, make([]byte, 60_000)))
	data := probetest.MatroskaOf(probetest.MkvInfoOf(5000), probetest.El(mkvTracks, probetest.MkvVideoOf(), sound("A_DTS")), cluster)
	r := probeWithin(t, bytes.NewReader(data), int64(len(data)), ".mkv")
	if a := r.Description.Media.Audio[0]; a.Profile != "DTS-HD MA" || a.Channels != 8 {
		t.Errorf("the sound is %+v", a)
	}
	// Where it is far away, it is not looked for any longer than it may.
	pictures := bytes.Repeat(block(1, make([]byte, 50_000)), 50)
	data = probetest.MatroskaOf(probetest.MkvInfoOf(5000), probetest.El(mkvTracks, probetest.MkvVideoOf(), sound("A_TRUEHD")), probetest.El(mkvCluster, probetest.ElUint(timestamp, 0), pictures))
	if r := probeWithin(t, bytes.NewReader(data), int64(len(data)), ".mkv"); r.Description.Media.Audio[0].Profile != "" {
		t.Errorf("the sound is %+v", r.Description.Media.Audio[0])
	}
}
