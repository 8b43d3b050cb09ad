package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// TestADirectoryIsReadWithoutItsDocuments: a look compares sizes and times, and a directory of many files that say
// much is no reason to hold all that they say.
func TestADirectoryIsReadWithoutItsDocuments(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("books")
	long := strings.Repeat("x", 1000)
	for i := range 10 {
		r.put(root, fmt.Sprintf("d/%d.epub", i), func(it *Item) {
			it.Doc, it.Probed, it.Size = []byte(`"title":"`+long+`"`), []byte(`{"title":"`+long+`"}`), int64(i)
		})
	}
	r.update(func(tx *Tx) error {
		d, _, err := tx.Dir(root, "d")
		if err != nil {
			return err
		}
		items, err := tx.ItemsIn(d.ID)
		if err != nil || len(items) != 10 {
			return errors.Join(err, fmt.Errorf("%d items", len(items)))
		}
		for i := range items {
			if it := &items[i]; !it.Unread || it.Doc != nil || it.Probed != nil || it.Size != int64(i) {
				t.Errorf("read %+v, want size %d and no documents", it, i)
			}
		}
		there, err := tx.ItemsAt(d.ID, "3.epub")
		if err == nil && (len(there) != 1 || there[0].Doc != nil) {
			err = errors.New("an item at a name has a document")
		}
		return err
	})
}

func TestAnItemThatWasReadWithoutItsDocumentsKeepsThem(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("books")
	before := r.put(root, "a.epub", func(it *Item) { it.Doc, it.Probed = []byte(`"title":"A"`), []byte(`{"title":"A"}`) })
	edit := func(edit func(tx *Tx, it *Item) error) {
		t.Helper()
		r.update(func(tx *Tx) error {
			there, err := tx.ItemsAt(before.Dir, "a.epub")
			if err != nil || len(there) != 1 {
				return errors.Join(err, errors.New("not there"))
			}
			it := there[0]
			if err := edit(tx, &it); err != nil {
				return err
			}
			return tx.Save(&there[0], &it)
		})
	}
	says := func(doc, probed string) {
		t.Helper()
		if it := r.item(before.ID); string(it.Doc) != doc || string(it.Probed) != probed || it.Unread {
			t.Errorf("%s and %s, want %s and %s", it.Doc, it.Probed, doc, probed)
		}
	}
	edit(func(_ *Tx, it *Item) error { it.Size, it.Kind, it.MTime = 77, media.KindBook, 99; return nil })
	says(`"title":"A"`, `{"title":"A"}`)
	if it := r.item(before.ID); it.Size != 77 || it.Kind != media.KindBook || it.MTime != 99 || it.Seq <= before.Seq {
		t.Errorf("item is %+v, want size 77, a book of time 99 and a number after %d", it, before.Seq)
	}
	edit(func(tx *Tx, it *Item) error {
		err := tx.Fill(it)
		it.Doc = append(it.Doc, `,"year":1`...)
		return err
	})
	says(`"title":"A","year":1`, `{"title":"A"}`)
	edit(func(_ *Tx, it *Item) error {
		it.Doc, it.Probed, it.Unread = []byte(`"title":"B"`), nil, false
		return nil
	})
	says(`"title":"B"`, "")
	err := r.Update(t.Context(), func(tx *Tx) error {
		there, err := tx.ItemsAt(before.Dir, "a.epub")
		if err != nil {
			return err
		}
		there[0].Name = "b.epub"
		return tx.Insert(&there[0])
	})
	if err == nil || !strings.Contains(err.Error(), `"b.epub"`) {
		t.Errorf("an item is added without its documents: %v", err)
	}
}
