package probe

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// jpegOf lays out segments, and a frame header of 40 x 30 behind them.
func jpegOf(segments ...[]byte) []byte {
	b := []byte{0xFF, 0xD8}
	for _, s := range segments {
		b = append(b, s...)
	}
	return append(b, 0xFF, 0xC0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2)
}

func TestStrayBytesBetweenSegmentsOfJPEGAreSteppedOver(t *testing.T) {
	app := []byte{0xFF, 0xE0, 0, 6, 'J', 'F', 'I', 'F'}
	for name, data := range map[string][]byte{
		"a few zeros":                 jpegOf(app, make([]byte, 3)),
		"a segment longer than said":  jpegOf(app, []byte{0xFF, 0xEE, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
		"an escaped byte among them":  jpegOf(app, []byte{7, 0xFF, 0, 7}),
		"a long way to the next one":  jpegOf(app, bytes.Repeat([]byte{5}, 20<<10)),
		"behind the start, no marker": jpegOf(app, []byte{0}, app),
	} {
		r, err := probeBytes(data, ".jpg")
		if m := r.Description.Media; err != nil || m.Width != 40 || m.Height != 30 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	if _, err := probeBytes(jpegOf(app, make([]byte, jpegMaxStray+8192)), ".jpg"); err == nil {
		t.Error("stray bytes without end were followed")
	}
}

// manySubsections lays out a PDF whose cross-reference has a subsection for each object, as an editor leaves it that
// changes single pages.
func manySubsections(sections int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := map[int]int{}
	object := func(n int, body string) {
		at[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, body)
	}
	object(1, "<</Type/Catalog/Pages 3 0 R>>")
	object(3, "<</Type/Pages/Count 1/Kids[5 0 R]>>")
	object(5, "<</Type/Page/Parent 3 0 R>>")
	object(2*sections-1, "<</Title(Many subsections)>>")
	start := b.Len()
	b.WriteString("xref\n")
	for n := 1; n < 2*sections; n += 2 {
		if at[n] == 0 {
			fmt.Fprintf(&b, "%d 1\n%010d %05d f \n", n, 0, 1)
			continue
		}
		fmt.Fprintf(&b, "%d 1\n%010d %05d n \n", n, at[n], 0)
	}
	fmt.Fprintf(&b, "trailer\n<</Root 1 0 R/Info %d 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", 2*sections-1, 2*sections, start)
	return b.Bytes()
}

func TestPDFOfManySubsectionsIsReadByItsTables(t *testing.T) {
	for _, n := range []int{20, 125, 1500} {
		r, err := probeBytes(append(bytes.Clone(manySubsections(n)), '\n'), ".pdf")
		if err != nil || r.Description.Title != "Many subsections" || r.Description.Media.Pages != 1 {
			t.Errorf("%d subsections: %+v, %v", n, r.Description, err)
		}
	}
}

func TestALargePDFWhoseTablesAreBrokenIsSearchedAtBothEnds(t *testing.T) {
	whole := manySubsections(20)
	objects := bytes.TrimPrefix(whole[:bytes.Index(whole, []byte("xref\n"))], []byte("%PDF-1.4\n"))
	stream := append([]byte("90 0 obj\n<</Length 2000000>>\nstream\n"), make([]byte, 2_000_000)...)
	data := slices.Concat([]byte("%PDF-1.4\n"), stream, []byte("\nendstream\nendobj\n"), objects,
		[]byte("trailer\n<</Root 1 0 R/Info 39 0 R>>\nstartxref\n7\n%%EOF\n"))
	r, err := probeBytes(data, ".pdf")
	if err != nil || r.Description.Title != "Many subsections" || r.Description.Media.Pages != 1 {
		t.Errorf("%+v, %v", r.Description, err)
	}
}

func TestRatesThatCannotBeTrueAreNotStated(t *testing.T) {
	for rate, want := range map[float64]float64{600: 0, 1000: 0, 240: 240, 59.94: 59.94} {
		if got := codecRate(rate); got != want {
			t.Errorf("%v frames a second pass for %v", rate, got)
		}
	}
	uneven := make([]float64, 30)
	for i := range uneven {
		uneven[i] = float64(i)/10 + float64(i%3)/50
	}
	if got := meanRate(uneven); math.Abs(got-10) > 0.2 {
		t.Errorf("the mean of uneven times is %v", got)
	}
	if got := meanRate(uneven[:9]); got != 0 {
		t.Errorf("of a few times it is %v", got)
	}
}

// Of pictures that are left out, or shown twice, no duration is usual.
func TestFragmentedMP4WithoutAUsualDurationHasTheMeanRate(t *testing.T) {
	track := mp4Track{fragmented: true, timescale: 30000, usual: 2002, votes: 1, inFront: 30, frontTime: 30 * 1001}
	if got := track.frameRate(); math.Abs(got-29.97) > 0.01 {
		t.Errorf("%v frames a second", got)
	}
	track.inFront, track.frontTime = 30, 30*2050
	if got := track.frameRate(); math.Abs(got-14.985) > 0.01 {
		t.Errorf("a usual one: %v frames a second", got)
	}
}

func boxBytes(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(u32(uint32(8+len(body))), []byte(kind), body)
}

func TestAMovieHeaderThatIsPackedIsReadAsAnyOther(t *testing.T) {
	data, err := os.ReadFile("testdata/video/hlg.mov")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := probeBytes(data, ".mov")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("moov")) - 4
	moov := data[at : at+int(be32(data[at:]))]
	if at+len(moov) != len(data) {
		t.Skip("its header is not at its end")
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(moov); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	cmov := func(method string, size int) []byte {
		return boxBytes("moov", boxBytes("cmov", boxBytes("dcom", []byte(method)), boxBytes("cmvd", u32(uint32(size)), packed.Bytes())))
	}
	r, err := probeBytes(append(bytes.Clone(data[:at]), cmov("zlib", len(moov))...), ".mov")
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, "packed", r, filmLines(plain))
	for name, header := range map[string][]byte{"too large": cmov("zlib", 1<<30), "of an unknown method": cmov("rle ", len(moov)), "shorter than said": cmov("zlib", len(moov)+100)} {
		if _, err := probeBytes(append(bytes.Clone(data[:at]), header...), ".mov"); name == "too large" && err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMP4ThatEndsBeforeItsMediaIsTruncated(t *testing.T) {
	data, err := os.ReadFile("testdata/video/film.mp4")
	if err != nil {
		t.Fatal(err)
	}
	moov, mdat := bytes.Index(data, []byte("moov"))-4, bytes.Index(data, []byte("mdat"))-4
	front := slices.Concat(data[:mdat], data[moov:moov+int(be32(data[moov:]))], boxBytes("free", make([]byte, 8)), data[mdat:mdat+int(be32(data[mdat:]))])
	if moov < mdat {
		front = data
	}
	for n, want := range map[int]bool{0: false, 100: true} {
		r, err := probeBytes(front[:len(front)-n], ".mp4")
		if err != nil || r.Description.Media.Truncated != want || len(r.Description.Media.Video) != 1 {
			t.Errorf("without its last %d bytes: %+v, %v", n, r.Description.Media, err)
		}
	}
}

func TestWindowsMediaTrackNumbersAsTextCountFromZeroToo(t *testing.T) {
	text := func(s string) []byte {
		var b []byte
		for _, u := range utf16.Encode([]rune(s + "\x00")) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return b
	}
	for value, want := range map[string]int{"2": 3, "0": 1} {
		data := text(value)
		p := &asf{w: NewWindow(t.Context(), bytes.NewReader(data), int64(len(data))), r: &Result{}}
		if err := p.attributeValue(asfAttribute{name: "WM/Track", size: int64(2*len(value) + 2)}); err != nil {
			t.Fatal(err)
		}
		p.tags.describe(p.r)
		if got := p.r.Description.Track; got != want {
			t.Errorf("%s is track %d", value, got)
		}
	}
}

func TestSubtitlesThatAnAVIDeclaresAsVideoAreSubtitles(t *testing.T) {
	for _, tag := range []string{"DXSB", "DXSA"} {
		s := aviStream{kind: "vids"}
		s.format(slices.Concat(make([]byte, 16), []byte(tag), make([]byte, 20)))
		if s.kind != "txts" || aviSubtitle(s.handler) != "xsub" {
			t.Errorf("%s: %+v", tag, s)
		}
	}
}

// dtsAssetOf lays out the header of an extension substream whose one asset has so many channels.
func dtsAssetOf(channels int) []byte {
	bits := latmBits(32, 0x64582025, 8, 0, 2, 0, 1, 0, 8, 40, 16, 900, 1, 1, 2, 1, 3, 0, 1, 0, 3, 0, 3, 0, 1, 1, 8, 1, 1, 0,
		16, 800, 9, 30, 3, 0, 1, 0, 1, 0, 1, 0, 5, 23, 4, 12, 8, channels-1, 16, 0)
	return append(bits, 0x41, 0xA2, 0x95, 0x47)
}

func TestDTSHDHasAllTheChannelsOfItsAsset(t *testing.T) {
	core := append([]byte{0x7F, 0xFE, 0x80, 0x01, 0xFC, 0x3C, 0x0B, 0xF0, 0xB5, 0xE0, 0x01, 0x38, 0, 0, 0, 0}, make([]byte, 176)...)
	for name, b := range map[string][]byte{"behind a core": slices.Concat(core, dtsAssetOf(8)), "alone": dtsAssetOf(8)} {
		var a media.Audio
		if !dtsFrame(b, &a) || a.Channels != 8 || a.SampleRate != 48000 || !strings.HasPrefix(a.Profile, "DTS-HD MA") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestTrueHDInMP4HasTheChannelsOfItsLargestPresentation(t *testing.T) {
	// 48 kHz; six channels: left, right, centre, LFE and surrounds; eight: those and the pair behind.
	info := latmBits(4, 0, 4, 0, 2, 0, 2, 0, 5, 0x0F, 2, 0, 13, 0x4F)
	if rate, channels := mlpFormat(info); rate != 48000 || channels != 8 {
		t.Errorf("%d channels of %d Hz", channels, rate)
	}
}
