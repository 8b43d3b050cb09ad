package probe

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// artChoice keeps the best of the pictures that a tag holds: the front cover, else the first that is
// no icon, else an icon. Kinds of pictures are those of ID3v2's APIC, which FLAC and ASF took over.
type artChoice struct {
	art  *media.Artwork
	rank int
}

const (
	pictureOther      = 0
	pictureIcon       = 1
	pictureOtherIcon  = 2
	pictureFrontCover = 3
)

// offer takes a picture of a kind into account.
func (c *artChoice) offer(kind byte, mime string, art media.Artwork) {
	rank := 2
	switch kind {
	case pictureFrontCover:
		rank = 3
	case pictureIcon, pictureOtherIcon:
		rank = 1
	}
	if rank > c.rank && art.Length > 0 {
		art.MIME = mime
		c.art, c.rank = &art, rank
	}
}

// artMIME returns the type of a picture: by its first bytes where they tell, else as stated.
func artMIME(stated string, head []byte) string {
	if m := pictureMIME(head); m != "" {
		return m
	}
	switch m := strings.ToLower(strings.TrimSpace(stated)); m {
	case "jpg", "jpeg", "image/jpg":
		return "image/jpeg"
	case "png", "gif", "bmp", "webp":
		return "image/" + m
	default:
		if !strings.HasPrefix(m, "image/") {
			return ""
		}
		return cleanText(m)
	}
}
