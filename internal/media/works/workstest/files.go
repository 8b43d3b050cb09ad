// Package workstest invents files for tests of works: names of a small vocabulary, so that they meet all the time.
package workstest

import (
	"fmt"
	"math/rand/v2"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// File is one of a library, as the catalog describes it.
type File struct {
	Root, Path string
	Kind       media.Kind
	Said       media.Description
}

// Invented makes a file of root a or b.
func Invented(r *rand.Rand) File {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	title := one("Velm", "The Velm", "Orra", "Tarn 2")
	n := 1 + r.IntN(4)
	switch r.IntN(6) {
	case 0:
		f := File{Root: one("a", "b"), Kind: media.KindMovie,
			Path: title + one("", " (1999)") + "/" + one("x", "y") + one(".mkv", "-1080p.mkv")}
		f.Said = media.Description{Title: title, Year: []int{0, 1999, 2004}[r.IntN(3)],
			Media: &media.Media{DurationSeconds: 6000}}
		return f
	case 1:
		season := r.IntN(3)
		return File{one("a", "b"), title + one("", " (1999)") +
			fmt.Sprintf("/Season %d/e%d%s.mkv", season, n, one("", "b")), media.KindEpisode,
			media.Description{Title: title, Series: title, Season: &season, Episodes: []int{n},
				Genres: []string{one("Drama", "Crime")}}}
	case 2, 3:
		artist := one("Aa", "Bb", "Aa feat. Bb")
		f := File{one("a", "b"), one(artist, "All") + "/" + title + one("", "/CD1", "/CD2") +
			fmt.Sprintf("/%d %d.mp3", n, r.IntN(2)), media.KindTrack,
			media.Description{Title: fmt.Sprint("t", n), Artist: artist, Album: one(title, title, ""), Track: n}}
		if r.IntN(3) == 0 {
			f.Said.IDs = map[string]string{"musicbrainz_artist": "00000000-0000-0000-0000-00000000000" + one("1", "2")}
		}
		return f
	case 4:
		return File{one("a", "b"), "Books/" + title + one(".epub", ".pdf"), media.KindBook,
			media.Description{Title: title, Authors: []string{one("Ann Orra", "Bo Lund")}}}
	}
	return File{"a", title + "/poster.jpg", media.KindArtwork, media.Description{}}
}
