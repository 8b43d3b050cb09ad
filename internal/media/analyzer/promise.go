package analyzer

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// recognised are the endings of names that promise a format of which every file is told by its first bytes.
var recognised = func() map[string]bool {
	all := map[string]bool{}
	for ext := range strings.FieldsSeq(`3gp asf avi flv m4v mk3d mkv mov mp4 ogv webm wmv
		aif aiff flac m4a m4b mka mp3 oga ogg opus wav wma
		arw avif bmp cr2 cr3 dng gif heic heif jpe jpeg jpg jxl nef png psd tif tiff webp
		azw3 cb7 cbr cbz djvu epub mobi pdf 7z gz rar xz zip zst`) {
		all["."+ext] = true
	}
	return all
}()

// placeholder is up to how many bytes a file is taken for one that only stands in a film's or an album's place: people
// keep such for discs on a shelf.
const placeholder = 1 << 10

// brokenPromise says of a file whose bytes nobody recognises that its name promises what they would.
func brokenPromise(t *store.Task) []string {
	ext := Ext(t.Path)
	if t.Size <= placeholder || !recognised[ext] {
		return nil
	}
	return []string{fmt.Sprintf("the bytes are of no known format, and not of the one that %s says", ext)}
}
