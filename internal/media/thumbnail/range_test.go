package thumbnail

import (
	"os"
	"path/filepath"
	"testing"
)

// The pictures have a left half that is black, and a right one that is white: VP8, VP8 with an alpha channel, of which
// nothing shows through but in one corner, and a fax (group 4) whose 0 is either.
func TestBlackAndWhiteAreBlackAndWhite(t *testing.T) {
	for _, name := range []string{"halves.webp", "halves-alpha.webp", "halves-0-white.tif", "halves-0-black.tif"} {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			m := made(t, file, 256)
			black, _, _, _ := m.At(8, 16).RGBA()
			white, _, _, _ := m.At(56, 16).RGBA()
			if black>>8 > 4 || white>>8 < 251 {
				t.Errorf("black is %d, and white %d", black>>8, white>>8)
			}
		})
	}
}
