package probe

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func le16Of(v ...uint16) (b []byte) {
	for _, n := range v {
		b = append(b, byte(n), byte(n>>8))
	}
	return b
}

// realSoundOf is the header of a stream of sound, version 4: 44.1 kHz, stereo, 64 kbit/s, of codec cook.
func realSoundOf() []byte {
	return slices.Concat([]byte(".ra\xfd"), u16(4), u16(0), []byte(".ra4"), u32(0), u16(4), u32(0), u16(0), u32(0, 0, 480000, 0), u16(1, 2, 3, 0),
		u16(44100), u32(16), u16(2), []byte("\x04Int0"), []byte("\x04cook"), make([]byte, 3))
}

func realMediaOf() []byte {
	chunk := func(kind string, body ...[]byte) []byte {
		b := slices.Concat(body...)
		return slices.Concat([]byte(kind), u32(uint32(10+len(b))), u16(0), b)
	}
	stream := func(body []byte) []byte {
		return chunk("MDPR", u16(0), u32(64000, 64000, 0, 0, 0, 0, 0), []byte("\x04name\x04mime"), u32(uint32(len(body))), body)
	}
	video := slices.Concat(u32(34), []byte("VIDORV30"), u16(320, 240, 12), u32(0), u32(25<<16), make([]byte, 8))
	return slices.Concat(chunk(".RMF", u32(0, 4)), chunk("PROP", u32(0, 0, 0, 0, 0, 12500, 0, 0, 0), u16(2, 0)),
		chunk("CONT", u16(5), []byte("Title"), u16(6), []byte("Artist"), u16(0, 0)), stream(video), stream(realSoundOf()), chunk("DATA", make([]byte, 8)))
}

func TestRealMediaSaysItsStreams(t *testing.T) {
	r, err := probeBytes(realMediaOf(), ".rm")
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, "a film", r, lines("video, rm, 12.500 s", "video rv30 320x240 25 fps 8 bit", "audio cook 2 ch 44100 Hz", "tags Title Artist"))
	song := slices.Concat(realSoundOf(), []byte("\x05Title\x06Artist\x00\x00"), make([]byte, 80000))
	if r, err = probeBytes(song, ".ra"); err != nil {
		t.Fatal(err)
	}
	checkFilm(t, "a song", r, lines("track, rm, 10.002 s", "audio cook 2 ch 44100 Hz", "tags Title Artist"))
	r, err = probeBytes(realMediaOf()[:120], ".rm")
	if err == nil || r.Description.Title != "Title" || !r.Description.Media.Truncated {
		t.Errorf("cut off: %+v, %v", r.Description, err)
	}
}

// dvFrames lays out frames whose sound's source pack is given.
func dvFrames(n int, pal bool, source []byte) []byte {
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

func TestDVSaysItsSystemAndItsSound(t *testing.T) {
	for _, c := range []struct {
		name   string
		pal    bool
		source []byte
		want   string
	}{
		{"PAL, 48 kHz", true, []byte{0x50, 0, 0, 0, 0}, lines("video, dv, 0.400 s", "video dvvideo 720x576 25 fps 8 bit", "audio pcm_s16le 2 ch 48000 Hz 16 bit")},
		{"NTSC, four channels", false, []byte{0x50, 0, 0, 0, 0x11}, lines("video, dv, 0.334 s", "video dvvideo 720x480 29.97 fps 8 bit", "audio pcm_s16le 2 ch 32000 Hz 16 bit", "audio pcm_s16le 2 ch 32000 Hz 16 bit")},
		{"without sound", false, nil, lines("video, dv, 0.334 s", "video dvvideo 720x480 29.97 fps 8 bit")},
	} {
		r, err := probeBytes(dvFrames(10, c.pal, c.source), ".dv")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkFilm(t, c.name, r, c.want)
	}
}

func ivfOf() []byte {
	return slices.Concat([]byte("DKIF"), le16Of(0, 32), []byte("AV01"), le16Of(320, 180), le32Of(25, 1, 50, 0), make([]byte, 64))
}

// y4mOf is a second of tiny pictures of 10 bits.
func y4mOf() []byte {
	return slices.Concat([]byte("YUV4MPEG2 W16 H8 F24000:1001 Ip C420p10 XYSCSS=420P10\n"), bytes.Repeat(append([]byte("FRAME\n"), make([]byte, 16*8*3)...), 24))
}

func TestVideoWithHardlyAContainer(t *testing.T) {
	for _, c := range []struct {
		ext  string
		data []byte
		want string
	}{
		{".ivf", ivfOf(), lines("video, ivf, 2.000 s", "video av1 320x180 25 fps")},
		{".y4m", y4mOf(), lines("video, yuv4mpegpipe, 1.001 s", "video rawvideo 16x8 23.976 fps 10 bit")},
		{".m2v", slices.Concat(mpeg2Headers, make([]byte, 64)), lines("video, mpeg2video, 0.000 s", "video mpeg2video Main 720x576 25 fps 8 bit")},
		{".bin", slices.Concat(mpeg2Headers, make([]byte, 64)), lines("video, mpeg2video, 0.000 s", "video mpeg2video Main 720x576 25 fps 8 bit")},
	} {
		r, err := probeBytes(c.data, c.ext)
		if err != nil {
			t.Errorf("%s: %v", c.ext, err)
			continue
		}
		checkFilm(t, c.ext, r, c.want)
	}
	if r, err := probeBytes(slices.Concat([]byte{0, 0, 0, 1, 9}, make([]byte, 200)), ".h264"); err == nil {
		t.Errorf("zeros that are called H.264: %s", filmLines(r))
	}
}

// mxfOf lays out a header with a descriptor of pictures and one of sound.
func mxfOf() []byte {
	smpte := []byte{0x06, 0x0E, 0x2B, 0x34}
	klv := func(key []byte, value []byte) []byte {
		key = append(bytes.Clone(key), make([]byte, 16)...)[:16]
		return slices.Concat(key, []byte{0x83, byte(len(value) >> 16), byte(len(value) >> 8), byte(len(value))}, value)
	}
	set := func(kind byte, properties ...[]byte) []byte {
		return klv(slices.Concat(smpte, []byte{2, 0x53, 1, 1, 0x0D, 1, 1, 1, 1, 1, kind}), slices.Concat(properties...))
	}
	property := func(tag uint16, value []byte) []byte { return slices.Concat(u16(tag, uint16(len(value))), value) }
	label := slices.Concat(make([]byte, 8), []byte{4, 1, 2, 2, 1, 4, 3, 0})
	sets := slices.Concat(
		set(0x51, property(0x3001, u32(25, 1)), property(0x3002, u64(250)), property(0x3203, u32(1920)), property(0x3202, u32(540)), property(0x320C, []byte{1}), property(0x3301, u32(8)), property(0x3201, label)),
		set(0x23, property(0x1234, make([]byte, 40))),
		set(0x48, property(0x3001, u32(25, 1)), property(0x3002, u64(250)), property(0x3D03, u32(48000, 1)), property(0x3D07, u32(2)), property(0x3D01, u32(24))))
	pack := slices.Concat(make([]byte, 32), u64(uint64(len(sets))), make([]byte, 48))
	return slices.Concat(klv(slices.Concat(smpte, []byte{2, 5, 1, 1, 0x0D, 1, 2, 1, 1, 2, 4}), pack), sets, make([]byte, 100))
}

func TestMXFSaysWhatItsDescriptorsDo(t *testing.T) {
	r, err := probeBytes(mxfOf(), ".mxf")
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, "a recording", r, lines("video, mxf, 10.000 s", "video mpeg2video 1920x1080 25 fps 8 bit", "audio pcm_s24le 2 ch 48000 Hz 24 bit"))
}

func adifOf(variable int) []byte {
	head := []int{1, 0, 2, 0, 1, variable, 23, 128000, 4, 0}
	if variable == 0 {
		head = append(head, 20, 0)
	}
	program := []int{4, 0, 2, 1, 4, 3, 4, 1, 4, 0, 4, 0, 2, 0, 3, 0, 4, 0, 1, 0, 1, 0, 1, 0, 1, 1, 4, 0, 32, 0, 32, 0}
	b := append([]byte("ADIF"), latmBits(append(head, program...)...)...)
	return append(b, make([]byte, 16000-len(b))...)
}

func shortenOf() []byte {
	return append([]byte("ajkg\x02"), latmBits(1, 1, 2, 3, 1, 1, 3, 5, 1, 1, 2, 2, 1, 1, 2, 2, 32, 0, 32, 0, 32, 0)...)
}

func TestSoundBehindOneHeader(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		ext  string
		want media.Audio
		secs float64
	}{
		"ADIF of a constant rate": {adifOf(0), ".aac", media.Audio{Codec: "aac", Profile: "LC", SampleRate: 48000, Channels: 2, BitRate: 128000}, 1},
		"ADIF of a variable one":  {adifOf(1), ".aac", media.Audio{Codec: "aac", Profile: "LC", SampleRate: 48000, Channels: 2}, 0},
		"Shorten":                 {shortenOf(), ".shn", media.Audio{Codec: "shorten", Channels: 2}, 0},
	} {
		r, err := probeBytes(c.data, c.ext)
		if m := r.Description.Media; err != nil || len(m.Audio) != 1 || m.Audio[0] != c.want || math.Abs(m.DurationSeconds-c.secs) > 0.001 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// ciffOf lays out a heap of a camera's name, a time and a size, in a heap as cameras do.
func ciffOf(magic string) []byte {
	heap := func(entries ...any) []byte {
		var body, dir []byte
		for i := 0; i < len(entries); i += 2 {
			value := entries[i+1].([]byte)
			dir = slices.Concat(dir, le16Of(entries[i].(uint16)), le32Of(uint32(len(value)), uint32(len(body))))
			body = append(body, value...)
		}
		return slices.Concat(body, le16Of(uint16(len(entries)/2)), dir, le32Of(uint32(len(body))))
	}
	inner := heap(uint16(ciffMakeModel), []byte("Canon\x00Canon PowerShot X\x00"), uint16(ciffTime), le32Of(1114278876, 0, 0), uint16(ciffImage), le32Of(2272, 1704, 0, 90))
	return slices.Concat([]byte("II"), le32Of(26), []byte(magic), make([]byte, 12), heap(uint16(0x300A), inner))
}

func mrwOf() []byte {
	exif := slices.Concat([]byte("II*\x00"), le32Of(8), le16Of(1, exifTagModel, 2), le32Of(8, 26, 0), []byte("DiMAGE7\x00"))
	block := func(name string, body []byte) []byte {
		return slices.Concat([]byte("\x00"+name), u32(uint32(len(body))), body)
	}
	blocks := slices.Concat(block("PRD", slices.Concat([]byte("27730001"), u16(1928, 2576, 1920, 2560), make([]byte, 8))), block("TTW", exif))
	return slices.Concat([]byte("\x00MRM"), u32(uint32(len(blocks))), blocks, make([]byte, 64))
}

func x3fOf() []byte {
	var texts []byte
	var table []uint32
	for _, s := range []string{"CAMMODEL", "SIGMA SD9", "TIME", "1044543600"} {
		table = append(table, uint32(len(texts)/2))
		for _, u := range utf16.Encode([]rune(s + "\x00")) {
			texts = append(texts, byte(u), byte(u>>8))
		}
	}
	header := slices.Concat([]byte("FOVb"), le32Of(0x20000), make([]byte, 20), le32Of(2268, 1512, 90))
	properties := slices.Concat([]byte("SECp"), le32Of(0x20000, 2, 0, 0, uint32(len(texts)/2)), le32Of(table...), texts)
	dir := uint32(len(header) + len(properties))
	return slices.Concat(header, properties, []byte("SECd"), le32Of(0x20000, 1, uint32(len(header)), uint32(len(properties))), []byte("PROP"), le32Of(dir))
}

func iiqOf() []byte {
	raw := slices.Concat([]byte("IIII\x00waR"), le32Of(12), le32Of(3, 0, 0x10C, 1, 4, 7320, 0x10D, 1, 4, 5484, 0x100, 1, 4, 0))
	tiff := slices.Concat(le16Of(2, exifTagImageWidth, 4), le32Of(1, 1), le16Of(exifTagImageLength, 4), le32Of(1, 1), le32Of(0))
	return slices.Concat([]byte("II*\x00"), le32Of(uint32(8+len(raw))), raw, tiff)
}

func TestRAWFilesOfCamerasWithFormatsOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		ext           string
		data          []byte
		width, height int
		camera, taken string
	}{
		{".crw", ciffOf("HEAPCCDR"), 2272, 1704, "Canon PowerShot X", "2005-04-23T17:54:36"},
		{".mrw", mrwOf(), 2560, 1920, "DiMAGE7", ""},
		{".x3f", x3fOf(), 2268, 1512, "SIGMA SD9", "2003-02-06T15:00:00"},
		{".iiq", iiqOf(), 7320, 5484, "", ""},
	} {
		r, err := probeBytes(c.data, c.ext)
		d := r.Description
		if err != nil || r.Kind != media.KindPhoto && c.ext != ".iiq" || d.Media.Width != c.width || d.Media.Height != c.height || d.Camera != c.camera || d.TakenAt != c.taken {
			t.Errorf("%s: %s %+v %+v, %v", c.ext, r.Kind, d, d.Media, err)
		}
	}
}

func TestJPEGsOfCamerasBeforeEXIFSayWhenTheyWereTaken(t *testing.T) {
	segment := func(marker byte, body []byte) []byte {
		return slices.Concat([]byte{0xFF, marker}, u16(uint16(2+len(body))), body)
	}
	casio := make([]byte, 0x80)
	copy(casio, "QVCI\x00")
	copy(casio[0x4D:], "1998.10.24.12.08.57")
	for name, data := range map[string][]byte{
		"Casio":   jpegOf(segment(0xE1, casio)),
		"Olympus": jpegOf(segment(0xEC, []byte("OLYMPUS OPTICAL CO.,LTD.\x00\r\n[picture info]\r\nTimeDate=909230937\r\nID=OLYMPUS C900\r\n"))),
		"Canon":   jpegOf(segment(0xE0, ciffOf("HEAPJPGM"))),
	} {
		r, err := probeBytes(data, ".jpg")
		want := "1998-10-24T12:08:57"
		if name == "Canon" {
			want = "2005-04-23T17:54:36"
		}
		if d := r.Description; err != nil || d.TakenAt != want || d.Media.Width != 40 || r.Kind != media.KindPhoto {
			t.Errorf("%s: %s %+v %+v, %v", name, r.Kind, d, d.Media, err)
		}
	}
}

// smallPictures are of 40 by 30, each as its format has it.
func smallPictures() map[string][]byte {
	pad := func(b []byte) []byte { return append(b, make([]byte, 140)...) }
	attribute := func(name, kind string, v []byte) []byte {
		return slices.Concat([]byte(name+"\x00"+kind+"\x00"), le32Of(uint32(len(v))), v)
	}
	return map[string][]byte{
		".pcx":  pad(slices.Concat([]byte{10, 5, 1, 8}, le16Of(1, 1, 40, 30))),
		".ppm":  []byte("P6\n# a comment\n40 30\n255\n......"),
		".pam":  []byte("P7\nWIDTH 40\nHEIGHT 30\nDEPTH 3\nMAXVAL 255\nENDHDR\n..."),
		".tga":  pad(slices.Concat([]byte{0, 0, 2}, make([]byte, 9), le16Of(40, 30), []byte{24, 0})),
		".dds":  pad(slices.Concat([]byte("DDS "), le32Of(124, 7, 30, 40))),
		".xcf":  pad(slices.Concat([]byte("gimp xcf v011\x00"), u32(40, 30))),
		".qoi":  pad(slices.Concat([]byte("qoif"), u32(40, 30), []byte{3, 0})),
		".exr":  slices.Concat([]byte("\x76\x2F\x31\x01\x02\x00\x00\x00"), attribute("compression", "compression", []byte{3}), attribute("displayWindow", "box2i", le32Of(0, 0, 39, 29)), []byte{0}),
		".icns": slices.Concat([]byte("icns"), u32(48), []byte("icp4"), u32(16), make([]byte, 8), []byte("ic08"), u32(24), make([]byte, 16)),
	}
}

func TestPicturesOfSmallFormatsSayTheirSize(t *testing.T) {
	for ext, data := range smallPictures() {
		width, height := 40, 30
		if ext == ".icns" {
			width, height = 256, 256
		}
		r, err := probeBytes(data, ext)
		if m := r.Description.Media; err != nil || m.Width != width || m.Height != height || r.Kind != media.KindImage {
			t.Errorf("%s: %s %+v, %v", ext, r.Kind, m, err)
		}
	}
	for name, data := range map[string][]byte{"empty.ppm": []byte("P6 ........"), "not.pam": []byte("P7\nWIDTH 40\n..."), "large.dds": append([]byte("DDS \x7C\x00\x00\x00"), bytes.Repeat([]byte{0xFF}, 130)...)} {
		if r, err := probeBytes(data, name[strings.LastIndex(name, "."):]); err == nil {
			t.Errorf("%s: %+v", name, r.Description.Media)
		}
	}
}

// bareFiles are all of the formats above, by their extension.
func bareFiles() map[string][]byte {
	files := map[string][]byte{
		".rm": realMediaOf(), ".ra": realSoundOf(), ".dv": dvFrames(1, true, []byte{0x50, 0, 0, 0, 0})[:16<<10], ".ivf": ivfOf(), ".y4m": y4mOf(), ".m2v": slices.Concat(mpeg2Headers, make([]byte, 64)),
		".mxf": mxfOf(), ".aac": adifOf(0)[:200], ".shn": shortenOf(), ".crw": ciffOf("HEAPCCDR"), ".mrw": mrwOf(), ".x3f": x3fOf(), ".iiq": iiqOf(),
	}
	for ext, data := range smallPictures() {
		files[ext] = data
	}
	return files
}

func TestMutatedBareFilesAreSurvived(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 200
	}
	for ext, data := range bareFiles() {
		mutate(t, "x"+ext, data, n)
	}
}

func fuzzBare(f *testing.F, exts ...string) {
	files := bareFiles()
	for _, ext := range exts {
		f.Add(files[ext])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ext := range exts {
			checkNoPanic(t, data, ext)
		}
	})
}

func FuzzRealMedia(f *testing.F) { fuzzBare(f, ".rm", ".ra") }
func FuzzRawVideo(f *testing.F)  { fuzzBare(f, ".dv", ".ivf", ".y4m", ".m2v") }
func FuzzMXF(f *testing.F)       { fuzzBare(f, ".mxf") }
func FuzzBareSound(f *testing.F) { fuzzBare(f, ".aac", ".shn") }
func FuzzCameraRAW(f *testing.F) { fuzzBare(f, ".crw", ".mrw", ".x3f", ".iiq") }
func FuzzSmallPictures(f *testing.F) {
	fuzzBare(f, ".pcx", ".ppm", ".pam", ".tga", ".dds", ".xcf", ".qoi", ".exr", ".icns")
}
