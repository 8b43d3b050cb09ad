package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestTheStoreTakesNoMoreOfAFileThanItKeeps(t *testing.T) {
	b := newBesides(t)
	b.change(b.paths["a.mkv"], func(it *Item) { it.Work = Analyse })
	task, head := b.task(), b.Head()
	for what, a := range map[string]Analysed{
		"description": {Doc: make([]byte, media.MaxDocument+1)},
		"findings":    {Probed: make([]byte, media.MaxDocument+1)},
		"error":       {Error: strings.Repeat("x", media.MaxText+1), Analysis: Failed},
	} {
		a.Task, a.Kind, a.AsOf = &task, media.KindVideo, head
		record := b.Update(t.Context(), func(tx *Tx) error { _, err := tx.Record(&a); return err })
		describe := b.Update(t.Context(), func(tx *Tx) error { return tx.Redescribed(&a) })
		for _, err := range []error{record, describe} {
			if !errors.Is(err, ErrTooLong) || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "a.mkv") {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	if it := b.item(task.ID); b.Head() != head || it.Doc != nil || it.Work != Analyse {
		t.Errorf("the head went from %d to %d, %+v", head, b.Head(), it)
	}
	full := Analysed{Task: &task, Kind: media.KindVideo, Doc: []byte(`"title":"` + strings.Repeat("x", media.MaxDocument-10) + `"`), AsOf: head}
	b.update(func(tx *Tx) error { _, err := tx.Record(&full); return err })
	if it := b.item(task.ID); len(it.Doc) != media.MaxDocument {
		t.Errorf("%d bytes are kept of %d", len(it.Doc), media.MaxDocument)
	}
}

// TestWhatAnEarlierVersionKeptTooMuchOfIsCut: until there was a bound, findings were as long as a file made them.
func TestWhatAnEarlierVersionKeptTooMuchOfIsCut(t *testing.T) {
	b := newBesides(t)
	id := b.paths["a.mkv"]
	short, long := []byte(`{"title":"short"}`), make([]byte, media.MaxDocument+1)
	for name, c := range map[string]struct{ kept, want []byte }{"longer than today": {long, short}, "as today": {[]byte(`{"title":"kept"}`), []byte(`{"title":"kept"}`)}} {
		b.change(id, func(it *Item) { it.Work, it.Probed, it.Doc = Describe, c.kept, []byte(`"title":"old"`) })
		task := b.task()
		b.update(func(tx *Tx) error {
			return tx.Redescribed(&Analysed{Task: &task, Kind: task.Kind, Doc: []byte(`"title":"new"`), Probed: short, AsOf: b.Head()})
		})
		if it := b.item(id); string(it.Probed) != string(c.want) || string(it.Doc) != `"title":"new"` || it.Work != NoWork {
			t.Errorf("%s: %d bytes are kept, %s", name, len(it.Probed), it.Doc)
		}
	}
}
