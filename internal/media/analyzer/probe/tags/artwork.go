package tags

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// ArtChoice keeps the best of the pictures that a tag holds: the front cover, else the first that is
// no icon, else an icon. Kinds of pictures are those of ID3v2's APIC, which FLAC and ASF took over.
type ArtChoice struct {
	Art  *media.Artwork
	rank int
}

const (
	pictureOther      = 0
	pictureIcon       = 1
	pictureOtherIcon  = 2
	pictureFrontCover = 3
)

// Offer takes a picture of a kind into account.
func (c *ArtChoice) Offer(kind byte, mime string, art media.Artwork) {
	rank := 2
	switch kind {
	case pictureFrontCover:
		rank = 3
	case pictureIcon, pictureOtherIcon:
		rank = 1
	}
	if rank > c.rank && art.Length > 0 {
		art.MIME = mime
		c.Art, c.rank = &art, rank
	}
}

// artMIME returns the type of a picture: by its first bytes where they tell, else as stated.
func artMIME(stated string, head []byte) string {
	if m := PictureMIME(head); m != "" {
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
		return text.Clean(m)
	}
}

// PictureMIME tells a picture's kind by its first bytes; empty where it is none of the usual.
func PictureMIME(b []byte) string {
	switch {
	case len(b) >= 3 && string(b[:3]) == "\xFF\xD8\xFF":
		return "image/jpeg"
	case len(b) >= 8 && string(b[:8]) == "\x89PNG\r\n\x1A\n":
		return "image/png"
	case len(b) >= 6 && string(b[:4]) == "GIF8":
		return "image/gif"
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	case len(b) >= 2 && string(b[:2]) == "BM":
		return "image/bmp"
	}
	return ""
}
