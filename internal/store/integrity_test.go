package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// SQLite's own check of a search index trusts what the connection has read of it before: of one that others have changed
// since, it says that it is broken. A daemon checks again and again.
func TestACatalogThatChangesBetweenChecksIsFoundSound(t *testing.T) {
	r := runFresh(t, Options{Readers: 1})
	root := r.addRoot("films")
	for round := range 12 {
		for i := range 40 {
			r.put(root, fmt.Sprintf("%d/%d.mkv", round, i), func(it *Item) {
				it.Doc = doc(media.Description{Title: strings.Repeat(fmt.Sprintf("word%d ", i*round), 20)})
			})
			r.indexAll()
		}
		if err := r.Integrity(t.Context()); err != nil {
			t.Fatalf("check %d: %v", round, err)
		}
	}
	if err := r.Damage(); err != nil {
		t.Error(err)
	}
}
