package scanner

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// A file that could not be read may be readable by now: only its ctime tells of other permissions.
func TestAFileThatCouldNotBeReadIsTriedAgainWhenItsCTimeChanges(t *testing.T) {
	for name, change := range map[string]string{"in its place": "remove .other", "moved": "remove .other\nrename f g"} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("write f x\nlink f .other")
				w.scan()
				it := w.item("f")
				task := store.Task{ID: it.ID, Dir: it.Dir, Name: it.Name, FileID: it.FileID, Size: it.Size, MTime: it.MTime, CTime: it.CTime}
				err := w.st.Update(w.t.Context(), func(tx *store.Tx) error {
					_, err := tx.Record(&store.Analysed{Task: &task, Kind: it.Kind, Doc: it.Doc, Analysis: store.Failed, Error: "permission denied", RetryAt: 1 << 62})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				w.scan()
				if it = w.item("f"); it.Work != store.NoWork {
					t.Fatalf("tried again without a reason: %+v", it)
				}
				w.run(change)
				w.scan()
				path := "f"
				if name == "moved" {
					path = "g"
				}
				if now := w.item(path); now.ID != it.ID || now.Work != store.Analyse || now.RetryAt != 0 || now.Attempts != 1 {
					t.Errorf("%+v", now)
				}
				w.isTrue()
			})
		})
	}
}
