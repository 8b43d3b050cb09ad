package scanner

import (
	"context"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestRowsThatWereReadAheadAreNotReadAgainWhileNoneHasChanged(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1")
		w.scan()
		r, ctx := w.s.runner("films"), context.Background()
		top, _, err := w.st.Dir(ctx, r.id, "")
		if err != nil {
			t.Fatal(err)
		}
		known, err := r.rowsBelow(ctx, top.ID)
		if err != nil {
			t.Fatal(err)
		}
		if row := known.of("c"); row.dir != nil {
			t.Errorf("a directory that is not there has the row %+v", row.dir)
		}
		ahead := &job{dir: "a", row: known.of("a")}
		ahead.row.dir.Stamp = 17 // which the catalog does not say
		kept := *ahead
		if d, found, err := r.rowOf(ctx, ahead); err != nil || !found || d.Stamp != 17 {
			t.Errorf("%+v, %v, %v: not what was read ahead", d, found, err)
		}
		if d, found, err := r.rowOf(ctx, ahead); err != nil || !found || d.Stamp == 17 {
			t.Errorf("%+v, %v, %v: read ahead for one scan, and taken for the next", d, found, err)
		}
		w.run("write b/g 2")
		w.hint("b/g")
		if d, found, err := r.rowOf(ctx, &kept); err != nil || !found || d.Stamp == 17 {
			t.Errorf("%+v, %v, %v: taken although a row has changed since", d, found, err)
		}
	})
}

// The rows of a and b are read together. While the first is scanned a file appears in the other, is recorded, and
// vanishes before the walk comes there: it lists what that row is of, but the catalog has the file by now.
func TestAWalkBelievesNoRowThatAHintHasOutdated(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1\nwrite b/g 2")
		walking := false
		w.s.watch = watches{then: func(dir string) {
			other, below := map[string]string{"a": "b", "b": "a"}[dir]
			if !below || !walking {
				return
			}
			walking = false
			if err := w.files.Write(other+"/brief", []byte("x")); err != nil {
				t.Error(err)
			}
			w.s.Hint(media.Hint{Root: "films", Dir: other, Names: []string{"brief"}})
			time.Sleep(time.Millisecond) // until everybody else waits: the hint is taken in
		}}
		w.roots(RootConfig{Name: "films", Location: "/films", Tree: w.tree, Workers: 1})
		recorded := ""
		w.setOdd(func(path string) {
			if tree.Base(path) == "brief" && recorded == "" {
				recorded = path
				if err := w.files.Remove(path); err != nil {
					t.Error(err)
				}
			}
		})
		walking = true
		w.scan()
		if recorded == "" {
			t.Error("the file was never seen")
		}
		if _, there := w.shows().present[recorded]; there {
			t.Errorf("%s is there, which no listing shows", recorded)
		}
	})
}
