package image

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestRAWFilesOfCamerasWithFormatsOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		ext           string
		data          []byte
		width, height int
		camera, taken string
	}{
		{".crw", probetest.CIFFOf("HEAPCCDR"), 2272, 1704, "Canon PowerShot X", "2005-04-23T17:54:36"},
		{".mrw", probetest.MRWOf(), 2560, 1920, "DiMAGE7", ""},
		{".x3f", probetest.X3FOf(), 2268, 1512, "SIGMA SD9", "2003-02-06T15:00:00"},
		{".iiq", probetest.IIQOf(), 7320, 5484, "", ""},
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
		return slices.Concat([]byte{0xFF, marker}, probetest.U16(uint16(2+len(body))), body)
	}
	casio := make([]byte, 0x80)
	copy(casio, "QVCI\x00")
	copy(casio[0x4D:], "1998.10.24.12.08.57")
	for name, data := range map[string][]byte{
		"Casio":   jpegOf(segment(0xE1, casio)),
		"Olympus": jpegOf(segment(0xEC, []byte("OLYMPUS OPTICAL CO.,LTD.\x00\r\n[picture info]\r\nTimeDate=909230937\r\nID=OLYMPUS C900\r\n"))),
		"Canon":   jpegOf(segment(0xE0, probetest.CIFFOf("HEAPJPGM"))),
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

func TestPicturesOfSmallFormatsSayTheirSize(t *testing.T) {
	for ext, data := range probetest.SmallPictures() {
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
