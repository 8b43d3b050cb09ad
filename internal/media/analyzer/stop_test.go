package analyzer

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestARunningFileIsReadToItsEndAtAStop(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("f.png", picture(1, 1))
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Latency: 2 * time.Second})
		w.begin()
		time.Sleep(100 * time.Millisecond) // it runs
		w.stop()
		w.counted("when it has stopped", 1, 0)
		if it := w.row("f.png"); it.Analysis != store.Done {
			t.Errorf("the file is %v in the store, want it done", it.Analysis)
		}
	})
}

func TestAFileThatHangsHoldsUpNoStop(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("f.png", picture(1, 1))
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Latency: 20 * time.Second})
		w.begin()
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		w.stop()
		if took := time.Since(began); took < finishTime || took > finishTime+time.Second {
			t.Errorf("the stop took %v, want %v", took, finishTime)
		}
		if it := w.row("f.png"); it.Analysis != store.Pending || it.Attempts != 0 {
			t.Errorf("the file is %v after %d attempts, want it pending and not blamed", it.Analysis, it.Attempts)
		}
	})
}

func TestAPanicOfAProberIsLoggedWithItsStack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("f.png", picture(1, 1))
		w.catalogue()
		core, lines := observer.New(zap.ErrorLevel)
		l := newRootWorker(New(Config{}, w.st, w, zap.New(core)), Root{Name: "films", ID: w.root, Tree: w.tree, Workers: 1})
		tasks, err := w.st.Tasks(w.t.Context(), w.root, 1)
		if err != nil || len(tasks) != 1 {
			t.Fatalf("%d tasks, %v", len(tasks), err)
		}
		a := l.quarantine(w.t.Context(), &tasks[0], &probe.PanicError{Format: "png", Value: "out of range", Stack: []byte("main.go:1")}, nil)
		if a.Analysis != store.Failed || strings.Contains(a.Error, "main.go") {
			t.Errorf("the item is %v with %q, want it failed, without the stack", a.Analysis, a.Error)
		}
		if all := lines.All(); len(all) != 1 || all[0].ContextMap()["stack"] != "main.go:1" || all[0].ContextMap()["path"] != "f.png" {
			t.Errorf("the log has %+v, want one line with path and stack", all)
		}
	})
}
