package works

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// spokenRoots are names of roots, folded, that hold audiobooks and no music.
var spokenRoots = map[string]bool{
	"audiobooks": true, "audiobook": true, "audio books": true, "audio book": true, "spoken word": true,
	"horbucher": true, "horbuch": true, "horspiele": true, "livres audio": true, "audiolivres": true,
	"audiolibros": true, "audiolibri": true, "audiolivros": true, "luisterboeken": true, "lydboger": true,
	"lydboker": true, "ljudbocker": true, "aanikirjat": true, "audiobooki": true, "audioknihy": true,
	"аудиокниги": true,
}

// isSpoken reports whether a root is called after audiobooks: what lies there is read out, and no music, whatever its
// tags say. Of a hub's root, SOURCE~ROOT, the source calls it.
func isSpoken(root string) bool { return spokenRoots[Fold(root[strings.LastIndexByte(root, '~')+1:])] }

// spoken is a song read as the file of an audiobook that it is. Who wrote it is its artist, but where that is only what
// stands before the title in the folder's name, as in "Author/Series/Book 2 - Title", or is the title, as of
// "Author/Series/02 - Title/Title - 01.mp3".
func (d *derivation) spoken(it *Item) *Item {
	b := readBookFolder(d.named.title)
	if b.number == nil || it.Artist == "" ||
		!strings.HasPrefix(d.named.title, it.Artist) && Fold(it.Artist) != Fold(b.title) {
		read := *it
		read.Kind = media.KindAudiobook
		return &read
	}
	read := it.otherwise()
	read.Kind, read.Artist, read.AlbumArtist = media.KindAudiobook, "", ""
	switch folders := strings.Split(d.unit.Dir, "/"); {
	case len(folders) > 2:
		read.Authors = []string{folders[len(folders)-3]}
	case len(folders) == 2:
		read.Authors = []string{folders[0]}
	}
	return read
}
