package probe

import (
	"bytes"
	"errors"
	"math"
	"math/bits"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// el lays out an EBML element with a size of eight bytes.
func el(id uint32, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return slices.Concat(elID(id), u64(1<<56|uint64(len(body))), body)
}

// elID is an element's id without leading zeros.
func elID(id uint32) []byte { return u32(id)[bits.LeadingZeros32(id)/8:] }

// openEl lays out the header of an element that does not know its size.
func openEl(id uint32) []byte {
	return append(elID(id), 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
}

func elUint(id uint32, v uint64) []byte { return el(id, u64(v)) }

func elText(id uint32, s string) []byte { return el(id, []byte(s)) }

func elFloat(id uint32, v float64) []byte { return el(id, u64(math.Float64bits(v))) }

var mkvStart = el(mkvHeader, elText(mkvDocType, "matroska"))

func mkvOf(parts ...[]byte) []byte { return slices.Concat(mkvStart, el(mkvSegment, parts...)) }

func mkvInfoOf(ms float64) []byte { return el(mkvInfo, elFloat(mkvDuration, ms)) }

func mkvTrackOf(number, kind uint64, codec string, parts ...[]byte) []byte {
	return el(mkvTrackEntry, elUint(mkvTrackNumber, number), elUint(mkvTrackUID, number+100), elUint(mkvTrackType, kind), elText(mkvCodecID, codec), bytes.Join(parts, nil))
}

func mkvVideoOf(parts ...[]byte) []byte {
	return mkvTrackOf(1, mkvTypeVideo, "V_VP8", elText(mkvLanguage, "und"), elUint(mkvDefaultDuration, 40_000_000),
		el(mkvVideo, elUint(mkvPixelWidth, 640), elUint(mkvPixelHeight, 360), bytes.Join(parts, nil)))
}

func probeMKV(t *testing.T, parts ...[]byte) Result {
	t.Helper()
	r, err := probeBytes(mkvOf(parts...), ".mkv")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMatroskaDefaultsAreThoseOfItsSpecification(t *testing.T) {
	sound := mkvTrackOf(2, mkvTypeAudio, "A_MPEG/L3")
	brazil := mkvTrackOf(3, mkvTypeSubtitle, "S_TEXT/UTF8", elText(mkvLanguage, "por"), elText(mkvLanguageBCP47, "pt-BR"), elUint(mkvFlagDefault, 0), elUint(mkvFlagForced, 1), elText(mkvName, "Só forçadas"))
	r := probeMKV(t, mkvInfoOf(5000), el(mkvTracks, mkvVideoOf(), sound, brazil))
	checkFilm(t, "the film", r, lines("video, matroska, 5.000 s", "video vp8 640x360 25 fps 8 bit default", "audio mp3 1 ch 8000 Hz en default", "subtitle subrip pt-BR Só forçadas forced"))
}

func TestMatroskaColourAndAdditionsTellTheDynamicRange(t *testing.T) {
	colour := func(primaries, transfer uint64, more ...[]byte) []byte {
		return el(mkvColour, elUint(mkvPrimaries, primaries), elUint(mkvTransfer, transfer), elUint(mkvBits, 10), bytes.Join(more, nil))
	}
	for name, c := range map[string]struct {
		track []byte
		want  string
	}{
		"PQ":           {mkvVideoOf(colour(9, 16)), "hdr10"},
		"PQ, mastered": {mkvVideoOf(colour(12, 16, el(mkvMastering))), "hdr10"},
		"HLG":          {mkvVideoOf(colour(9, 18)), "hlg"},
		"standard":     {mkvVideoOf(colour(1, 1)), ""},
		"Dolby Vision": {mkvTrackOf(1, mkvTypeVideo, "V_MPEGH/ISO/HEVC", el(mkvAddition, elUint(mkvAdditionType, 0x64767643))), "dolby_vision"},
	} {
		if got := probeMKV(t, mkvInfoOf(5000), el(mkvTracks, c.track)).Description.Media.Video[0].HDR; got != c.want {
			t.Errorf("%s: %q, should be %q", name, got, c.want)
		}
	}
}

func TestMatroskaOldWrappingsNameTheirCodecs(t *testing.T) {
	wave := le(uint16(0x2000), uint16(6), uint32(48000), uint32(80000), uint16(1), uint16(16), uint16(0))
	bitmap := slices.Concat(make([]byte, 16), []byte("XVID"), make([]byte, 20))
	r := probeMKV(t, mkvInfoOf(5000), el(mkvTracks,
		mkvTrackOf(1, mkvTypeVideo, "V_MS/VFW/FOURCC", el(mkvCodecPrivate, bitmap), el(mkvVideo, elUint(mkvPixelWidth, 640), elUint(mkvPixelHeight, 360))),
		mkvTrackOf(2, mkvTypeAudio, "A_MS/ACM", el(mkvCodecPrivate, wave)),
		mkvTrackOf(3, mkvTypeAudio, "A_AAC/MPEG4/LC/SBR", el(mkvAudio, elFloat(mkvSampling, 22050), elFloat(mkvOutput, 44100), elUint(mkvChannelsOf, 2))),
		mkvTrackOf(4, mkvTypeAudio, "A_PCM/INT/BIG", el(mkvAudio, elFloat(mkvSampling, 96000), elUint(mkvChannelsOf, 2), elUint(mkvBitDepth, 24))),
	))
	checkFilm(t, "the film", r, lines("video, matroska, 5.000 s", "video mpeg4 640x360 8 bit en default", "audio ac3 6 ch 48000 Hz en default",
		"audio aac HE-AAC 2 ch 44100 Hz en default", "audio pcm_s24be 2 ch 96000 Hz 24 bit en default"))
}

func mkvTagOf(level, track uint64, pairs ...string) []byte {
	parts := [][]byte{el(mkvTargets, elUint(mkvTargetValue, level), elUint(mkvTagTrackUID, track))}
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, el(mkvSimpleTag, elText(mkvTagName, pairs[i]), elText(mkvTagString, pairs[i+1])))
	}
	return el(mkvTagEntry, parts...)
}

func TestMatroskaTagsMeanWhatTheirLevelSays(t *testing.T) {
	episode := probeMKV(t, mkvInfoOf(5000), el(mkvTracks, mkvVideoOf()), el(mkvTags,
		mkvTagOf(70, 0, "TITLE", "The Show"), mkvTagOf(60, 0, "PART_NUMBER", "2"), mkvTagOf(50, 0, "TITLE", "Pilot", "PART_NUMBER", "7", "IMDB", "tt0000001"),
		mkvTagOf(30, 101, "TITLE", "of a track"))).Description
	if episode.Title != "Pilot" || episode.Series != "The Show" || episode.Season == nil || *episode.Season != 2 || !slices.Equal(episode.Episodes, []int{7}) || episode.IDs["imdb"] != "tt0000001" {
		t.Errorf("the episode is %+v", episode)
	}
	song := probeMKV(t, mkvInfoOf(5000), el(mkvTracks, mkvTrackOf(1, mkvTypeAudio, "A_FLAC")), el(mkvTags,
		mkvTagOf(50, 0, "TITLE", "Album", "ARTIST", "Band", "PART_NUMBER", "2"), mkvTagOf(30, 0, "TITLE", "Song", "ARTIST", "Singer", "PART_NUMBER", "9")))
	if d := song.Description; song.Kind != media.KindTrack || d.Title != "Song" || d.Album != "Album" || d.AlbumArtist != "Band" || d.Artist != "Singer" || d.Track != 9 || d.Disc != 2 {
		t.Errorf("the song is %+v, %s", d, song.Kind)
	}
}

func TestMatroskaStatisticsGiveRatesThatTheHeaderLacks(t *testing.T) {
	video := mkvTrackOf(1, mkvTypeVideo, "V_VP8", el(mkvVideo, elUint(mkvPixelWidth, 64), elUint(mkvPixelHeight, 36)))
	r := probeMKV(t, mkvInfoOf(10_000), el(mkvTracks, video), el(mkvTags, mkvTagOf(50, 101, "BPS", "1500000", "DURATION", "00:00:10.000000000", "NUMBER_OF_FRAMES", "300")))
	if v := r.Description.Media.Video[0]; v.FrameRate != 30 || v.BitRate != 1_500_000 {
		t.Errorf("the video is %+v", v)
	}
}

func mkvChapterOf(ns uint64, title string, parts ...[]byte) []byte {
	return el(mkvChapterAtom, elUint(mkvChapterStart, ns), el(mkvChapterDisplay, elText(mkvChapterString, title)), bytes.Join(parts, nil))
}

func TestMatroskaChaptersAreThoseOfTheDefaultEdition(t *testing.T) {
	r := probeMKV(t, mkvInfoOf(5000), el(mkvTracks, mkvVideoOf()), el(mkvChapters,
		el(mkvEdition, mkvChapterOf(0, "of another edition")),
		el(mkvEdition, elUint(mkvEditionDefault, 1), mkvChapterOf(0, "One", mkvChapterOf(5, "nested")), mkvChapterOf(1e9, "hidden", elUint(mkvChapterHidden, 1)), mkvChapterOf(2e9, "Two"))))
	want := []media.Chapter{{StartSeconds: 0, Title: "One"}, {StartSeconds: 2, Title: "Two"}}
	if got := r.Description.Media.Chapters; !slices.Equal(got, want) {
		t.Errorf("chapters are %v, should be %v", got, want)
	}
}

// A cluster of a frame each 40 ms.
func mkvClusterOf(start uint64, frames int) []byte {
	parts := [][]byte{elUint(mkvTimestamp, start)}
	for i := range frames {
		parts = append(parts, el(mkvSimpleBlock, []byte{0x81}, u16(uint16(40*i)), []byte{0x80}, make([]byte, 50)))
	}
	return el(mkvCluster, parts...)
}

func TestMatroskaOfALiveRecordingLastsUntilItsLastBlock(t *testing.T) {
	live := slices.Concat(mkvStart, openEl(mkvSegment), el(mkvInfo), el(mkvTracks, mkvVideoOf()), mkvClusterOf(0, 25), mkvClusterOf(3_600_000, 25))
	for name, c := range map[string]struct {
		data []byte
		want float64
	}{
		"whole":                {live, 3601},
		"cut before its last":  {live[:len(live)-60], 3600.96},
		"its clusters open":    {slices.Concat(mkvStart, openEl(mkvSegment), el(mkvTracks, mkvVideoOf()), openEl(mkvCluster), elUint(mkvTimestamp, 1000), el(mkvSimpleBlock, []byte{0x81, 0, 40, 0x80, 1, 2, 3})), 1.08},
		"without any block":    {slices.Concat(mkvStart, openEl(mkvSegment), el(mkvTracks, mkvVideoOf())), 0},
		"a last cluster apart": {slices.Concat(live, el(0xEC, make([]byte, 200_000))), 0},
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
	tracks := el(mkvTracks, mkvVideoOf())
	seek := func(id uint32, at uint64) []byte {
		return el(mkvSeek, el(mkvSeekID, elID(id)), elUint(mkvSeekPosition, at))
	}
	for name, data := range map[string][]byte{
		"a SeekHead that lists itself": mkvOf(el(mkvSeekHead, seek(mkvSeekHead, 0), seek(mkvTags, 0)), mkvInfoOf(5000), tracks),
		"positions beyond the file":    mkvOf(el(mkvSeekHead, seek(mkvTags, 1<<62), seek(mkvChapters, math.MaxUint64), seek(mkvAttachments, 1e6)), mkvInfoOf(5000), tracks),
		"positions of something else":  mkvOf(el(mkvSeekHead, seek(mkvTags, 3), seek(mkvChapters, 40)), mkvInfoOf(5000), tracks),
		"a SeekHead of very many":      mkvOf(el(mkvSeekHead, bytes.Repeat(seek(mkvTags, 0), 1000)), mkvInfoOf(5000), tracks),
		"a duration that is no number": mkvOf(el(mkvInfo, elFloat(mkvDuration, math.NaN()), elFloat(mkvDuration, math.Inf(1)), elFloat(mkvDuration, 5000)), tracks),
		"fields of nine bytes":         mkvOf(el(mkvInfo, el(mkvTimestampScale, make([]byte, 9)), elFloat(mkvDuration, 5000)), tracks),
	} {
		r, err := probeBytes(data, ".mkv")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkFilm(t, name, r, lines("video, matroska, 5.000 s", "video vp8 640x360 25 fps 8 bit default"))
	}
	huge := slices.Concat(mkvStart, elID(mkvSegment), []byte{0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE}, mkvInfoOf(5000), tracks)
	r, err := probeBytes(huge, ".mkv")
	if !errors.Is(err, ErrTruncated) || r.Description.Media.DurationSeconds != 5 {
		t.Errorf("a segment that claims 2^56 bytes: %v, %v", r, err)
	}
	for name, data := range map[string][]byte{
		"an id of nothing":     mkvOf([]byte{0, 0, 0, 0, 0, 0, 0, 0}),
		"a size of nothing":    mkvOf([]byte{0xEC, 0, 0, 0}),
		"no tracks":            mkvOf(mkvInfoOf(5000)),
		"no segment":           slices.Concat(mkvStart, make([]byte, 50)),
		"tracks within tracks": mkvOf(el(mkvTracks, nestedEl(mkvTrackEntry, 5000))),
	} {
		if r, err := probeBytes(data, ".mkv"); err == nil && len(r.Description.Media.Video) > 0 {
			t.Errorf("%s passed for %s", name, filmLines(r))
		}
	}
}

func nestedEl(id uint32, depth int) []byte {
	var b []byte
	for i := depth; i > 0; i-- {
		b = append(b, elID(id)...)
		b = append(b, u64(1<<56|uint64(9*(i-1)))...)
	}
	return b
}

// mkvAttachedOf lays out an attachment of so many bytes.
func mkvAttachedOf(name, mime string, size int) []byte {
	return el(mkvAttachedFile, elText(mkvFileName, name), elText(mkvFileMIME, mime), el(mkvFileData, make([]byte, size)))
}

// mkvFilmOf is a film of 20 GB as mkvmerge lays it out: attachments in front, tags behind.
func mkvFilmOf(minutes float64, attachments ...[]byte) *sparse {
	const media = 20 << 30
	tracks := el(mkvTracks, mkvVideoOf(), mkvTrackOf(2, mkvTypeAudio, "A_TRUEHD", el(mkvAudio, elFloat(mkvSampling, 48000), elUint(mkvChannelsOf, 8))))
	tags := el(mkvTags, mkvTagOf(50, 0, "DATE_RELEASED", "2001"))
	front := func(at uint64) []byte {
		return slices.Concat(el(mkvSeekHead, el(mkvSeek, el(mkvSeekID, elID(mkvTags)), elUint(mkvSeekPosition, at))), mkvInfoOf(minutes*60_000), tracks,
			el(mkvAttachments, attachments...))
	}
	head := front(uint64(len(front(0))) + media)
	segment := slices.Concat(elID(mkvSegment), u64(1<<56|uint64(len(head)+media+len(tags))))
	cluster := slices.Concat(elID(mkvCluster), u64(1<<56|(media-12)))
	src := &sparse{size: int64(len(mkvStart)+len(segment)+len(head)+len(tags)) + media, parts: map[int64][]byte{}}
	src.parts[0] = slices.Concat(mkvStart, segment, head, cluster)
	src.parts[src.size-int64(len(tags))] = tags
	return src
}

func TestMatroskaOfTwoHoursNeedsFewReads(t *testing.T) {
	src := mkvFilmOf(120, mkvAttachedOf("cover.jpg", "image/jpeg", 400_000), mkvAttachedOf("font.ttf", "font/ttf", 300_000), mkvAttachedOf("bold.ttf", "font/ttf", 300_000))
	r := probeWithin(t, src, src.size, ".mkv")
	checkFilm(t, "the film", r, lines("video, matroska, 7200.000 s", "video vp8 640x360 25 fps 8 bit default", "audio truehd 8 ch 48000 Hz en default",
		"attachment cover.jpg", "attachment font.ttf", "attachment bold.ttf", "artwork image/jpeg 400000 bytes"))
	if r.Description.Year != 2001 {
		t.Errorf("tags behind the media were not read: %+v", r.Description)
	}
}

// Names behind each other's bytes cost a read each. A film does not spend more on them than it may, and then
// has none rather than a part of them; it has its cover and tags all the same. An episode spends what it takes.
func TestMatroskaWithManyAttachmentsKeepsToItsBudget(t *testing.T) {
	fonts := func(n, size int) [][]byte {
		list := [][]byte{mkvAttachedOf("cover.jpg", "image/jpeg", size)}
		for range n {
			list = append(list, mkvAttachedOf("font.ttf", "font/ttf", size))
		}
		return list
	}
	for name, c := range map[string]struct {
		src  *sparse
		want int
	}{
		"fonts of 300 KB": {mkvFilmOf(120, fonts(40, 300_000)...), 0},
		"a few of them":   {mkvFilmOf(120, fonts(5, 300_000)...), 6},
		"fonts of 1 KB":   {mkvFilmOf(120, fonts(40, 1_000)...), 41},
	} {
		r := probeWithin(t, c.src, c.src.size, ".mkv")
		if m := r.Description.Media; len(m.Attachments) != c.want || m.Artwork == nil || r.Description.Year != 2001 {
			t.Errorf("%s: %d attachments, should be %d; artwork %v, year %d", name, len(m.Attachments), c.want, m.Artwork, r.Description.Year)
		}
	}
	episode := mkvFilmOf(24, fonts(40, 300_000)...)
	w := NewWindow(t.Context(), episode, episode.size)
	defer w.release()
	if r, err := probeWindow(w, ".mkv"); err != nil || len(r.Description.Media.Attachments) != 41 {
		t.Errorf("an episode's attachments: %v, %v", r.Description.Media, err)
	}
}

// DTS-HD and Atmos hide behind the codec ids of their elders; their first frames come behind a picture.
func TestMatroskaSoundSaysItsProfileByItsFirstFrame(t *testing.T) {
	core := append([]byte{0x7F, 0xFE, 0x80, 0x01, 0xFC, 0x3C, 0x1F, 0xF0, 0xB5, 0xE0, 0, 0, 0, 0, 0, 0}, make([]byte, 496)...) // it states 512 bytes
	lossless := slices.Concat(core, []byte{0x64, 0x58, 0x20, 0x25}, make([]byte, 40), []byte{0x41, 0xA2, 0x95, 0x47}, make([]byte, 500))
	sound := func(codec string) []byte {
		return mkvTrackOf(2, mkvTypeAudio, codec, el(mkvAudio, elFloat(mkvSampling, 48000), elUint(mkvChannelsOf, 8)))
	}
	block := func(track byte, data []byte) []byte {
		return el(mkvSimpleBlock, []byte{0x80 | track, 0, 0, 0x80}, data)
	}
	cluster := el(mkvCluster, elUint(mkvTimestamp, 0), block(1, make([]byte, 300_000)), block(2, lossless), block(1, make([]byte, 60_000)))
	data := mkvOf(mkvInfoOf(5000), el(mkvTracks, mkvVideoOf(), sound("A_DTS")), cluster)
	r := probeWithin(t, bytes.NewReader(data), int64(len(data)), ".mkv")
	if a := r.Description.Media.Audio[0]; a.Profile != "DTS-HD MA" || a.Channels != 8 {
		t.Errorf("the sound is %+v", a)
	}
	// Where it is far away, it is not looked for any longer than it may.
	pictures := bytes.Repeat(block(1, make([]byte, 50_000)), 50)
	data = mkvOf(mkvInfoOf(5000), el(mkvTracks, mkvVideoOf(), sound("A_TRUEHD")), el(mkvCluster, elUint(mkvTimestamp, 0), pictures))
	if r := probeWithin(t, bytes.NewReader(data), int64(len(data)), ".mkv"); r.Description.Media.Audio[0].Profile != "" {
		t.Errorf("the sound is %+v", r.Description.Media.Audio[0])
	}
}
