package analyzer

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

var errOdd = errors.New("odd")

func TestWhatWasReadBeforeAFailureIsKept(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		l := w.a.workers["films"]
		w.write("Film (2001).mkv", picture(1, 1))
		w.catalogue()
		w.rest()
		it := w.row("Film (2001).mkv")
		task := &store.Task{ID: it.ID, Dir: it.Dir, Path: it.Name, Name: it.Name}
		a := l.quarantine(context.Background(), task, errOdd, &findings{Kind: media.KindVideo, Description: media.Description{Media: &media.Media{Container: "matroska"}}})
		if a.Analysis != store.Failed || a.Error != "odd" || a.Kind != media.KindMovie || !bytes.Contains(a.Doc, []byte(`"container":"matroska"`)) {
			t.Errorf("the row is %+v, want a failed movie with its container", a)
		}
	})
}

func TestATroubleOfTheStoreIsNoFailureOfAFile(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		l := w.a.workers["films"]
		w.write("f.png", picture(1, 1))
		w.catalogue()
		w.rest()
		it := w.row("f.png")
		db, err := sql.Open("sqlite3", "file:"+w.st.Path()+"?_busy_timeout=5000")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(context.Background(), "ALTER TABLE dirs RENAME TO lost"); err != nil {
			t.Fatal(err)
		}
		for _, work := range []store.Work{store.Describe, store.Analyse} {
			task := &store.Task{
				ID: it.ID, Dir: it.Dir, Path: it.Name, Name: it.Name, Size: it.Size, MTime: it.MTime, FileID: it.FileID, Work: work,
				Kind: it.Kind, SiblingSeq: it.SiblingSeq + 1e6,
			}
			if o := l.attempt(context.Background(), task); o.result != away {
				t.Errorf("work %d ends with %+v, want the task to stand", work, o)
			}
		}
		if _, err := db.ExecContext(context.Background(), "ALTER TABLE lost RENAME TO dirs"); err != nil {
			t.Fatal(err)
		}
	})
}
