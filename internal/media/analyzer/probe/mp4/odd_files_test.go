package mp4

import (
	"bytes"
	"compress/zlib"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Of pictures that are left out, or shown twice, no duration is usual.
func TestFragmentedMP4WithoutAUsualDurationHasTheMeanRate(t *testing.T) {
	track := track{fragmented: true, timescale: 30000, usual: 2002, votes: 1, inFront: 30, frontTime: 30 * 1001}
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
	return slices.Concat(probetest.U32(uint32(8+len(body))), []byte(kind), body)
}

func TestAMovieHeaderThatIsPackedIsReadAsAnyOther(t *testing.T) {
	data, err := os.ReadFile("../testdata/video/hlg.mov")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := probeBytes(data, ".mov")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("moov")) - 4
	moov := data[at : at+int(window.BE32(data[at:]))]
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
		return boxBytes("moov", boxBytes("cmov", boxBytes("dcom", []byte(method)), boxBytes("cmvd", probetest.U32(uint32(size)), packed.Bytes())))
	}
	r, err := probeBytes(append(bytes.Clone(data[:at]), cmov("zlib", len(moov))...), ".mov")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "packed", r, probetest.FilmLines(plain))
	for name, header := range map[string][]byte{"too large": cmov("zlib", 1<<30), "of an unknown method": cmov("rle ", len(moov)), "shorter than said": cmov("zlib", len(moov)+100)} {
		if _, err := probeBytes(append(bytes.Clone(data[:at]), header...), ".mov"); name == "too large" && err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMP4ThatEndsBeforeItsMediaIsTruncated(t *testing.T) {
	data, err := os.ReadFile("../testdata/video/film.mp4")
	if err != nil {
		t.Fatal(err)
	}
	moov, mdat := bytes.Index(data, []byte("moov"))-4, bytes.Index(data, []byte("mdat"))-4
	front := slices.Concat(data[:mdat], data[moov:moov+int(window.BE32(data[moov:]))], boxBytes("free", make([]byte, 8)), data[mdat:mdat+int(window.BE32(data[mdat:]))])
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
