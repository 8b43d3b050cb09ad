package reconcile

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// What was renamed with its folder is described as it was read, where it is read alike by its name now.
func TestFilesOfARenamedFolderAreThoseOfBeforeWhereTheyAreReadAlike(t *testing.T) {
	for _, c := range []struct {
		from, to string
		kind     media.Kind
		analysis store.Analysis
		same     bool
	}{
		{"a.mkv", "a.mkv", media.KindMovie, store.Done, true},
		{"a.mkv", "b.MKV", media.KindMovie, store.Done, true},
		{"a.txt", "a.nfo", media.KindOther, store.Done, false},
		{"a.nfo", "a.nfo", media.KindMetadata, store.Done, true},
		{"a.nfo", "album.nfo", media.KindMetadata, store.Done, false},
		{"a.txt", "a.nfo", media.KindOther, store.None, true}, // it is empty
	} {
		id := tree.FileID{Inode: 1, Birth: 1}
		files := []tree.Entry{{Name: c.to, ID: id, Links: 1}}
		items := []store.Item{{Name: c.from, FileID: id, Links: 1, Kind: c.kind, Analysis: c.analysis}}
		if same := SameItems(files, items) != nil; same != c.same {
			t.Errorf("%s renamed to %s: known %v", c.from, c.to, same)
		}
	}
}
