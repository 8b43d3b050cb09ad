package analyzer

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestEachFileIsAnalysedOnceAndThenItIsIdle(t *testing.T) {
	inWorld(t, func(w *world) {
		for i := range 700 { // more than a page of work
			w.write(fmt.Sprintf("d%d/%d.png", i%5, i), picture(i+1, 2))
		}
		w.write("empty.png", nil)
		w.catalogue()
		w.begin()
		if w.a.Idle() {
			t.Error("idle before it began")
		}
		w.rest()
		w.counted("all", 700, 0)
		if d := w.says("d3/123.png"); d.Media == nil || d.Media.Width != 124 || d.Media.Height != 2 {
			t.Errorf("the picture is described as %+v, want it 124 by 2", d)
		}
		if it := w.row("d3/123.png"); it.Analysis != store.Done || it.Work != store.NoWork || !it.HasFingerprint || it.Kind != media.KindImage {
			t.Errorf("the picture is %+v, want it done, with a fingerprint, as an image", it)
		}
		if it := w.row("empty.png"); it.Analysis != store.None {
			t.Errorf("an empty file: %+v", it)
		}
		head := w.st.Head()
		time.Sleep(time.Hour)
		w.rest()
		if w.st.Head() != head {
			t.Error("it goes on although nothing changed")
		}
	})
}

func TestBytesCorrectWhatTheNamePromised(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("Film (2001).mkv", picture(3, 4))
		w.write("notes.xyz", []byte("nothing that anybody knows"))
		w.catalogue()
		if it := w.row("Film (2001).mkv"); it.Kind != media.KindMovie {
			t.Errorf("by its name: %s", it.Kind)
		}
		w.begin()
		w.rest()
		it, d := w.row("Film (2001).mkv"), w.says("Film (2001).mkv")
		if it.Kind != media.KindImage || d.Title != "Film" || d.Media.Width != 3 {
			t.Errorf("the picture called Film is a %s, %+v, want an image called Film, 3 wide", it.Kind, d)
		}
		if it := w.row("notes.xyz"); it.Kind != media.KindOther || it.Analysis != store.Done || it.Error != "" {
			t.Errorf("the unknown file is %+v, want it done, of another kind, without an error", it)
		}
	})
}

// TestAFileThatFailsIsFailedAndStopsNothing gives one file each way to fail.
func TestAFileThatFailsIsFailedAndStopsNothing(t *testing.T) {
	at := faketree.Exactly("bad.png")
	for name, c := range map[string]struct {
		fault  faketree.Fault
		reason string
	}{
		"read error": {faketree.Fault{Ops: faketree.Read, At: at, Err: syscall.EIO}, "input/output error"},
		"denied":     {faketree.Fault{Ops: faketree.Open, At: at, Err: syscall.EACCES}, "permission denied"},
		"no answer":  {faketree.Fault{Ops: faketree.Read, At: at, Hang: true}, "not read within 30s"},
		"panic":      {faketree.Fault{Ops: faketree.Open, At: at, Before: func(string) { panic("odd") }}, "panicked: odd"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.write("bad.png", picture(1, 1))
				w.write("good.png", picture(2, 2))
				w.catalogue()
				w.tree.Inject(c.fault)
				w.begin()
				w.rest()
				w.counted("at first", 1, 1)
				it := w.row("bad.png")
				if it.Analysis != store.Failed || !strings.Contains(it.Error, c.reason) || it.Attempts != 1 || it.Kind != media.KindImage {
					t.Errorf("the bad file is %+v, want it failed once for %q, as an image", it, c.reason)
				}
				if w.st.ItemCounts().Failed != 1 {
					t.Errorf("%+v are counted, want one failed", w.st.ItemCounts())
				}
				w.tree.Mend()
				time.Sleep(2 * time.Minute)
				w.rest()
				it = w.row("bad.png")
				if it.Analysis != store.Done || it.Error != "" || it.Attempts != 0 {
					t.Errorf("after the retry: %+v", it)
				}
			})
		})
	}
}

func TestRetriesComeMoreAndMoreSeldomAndEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	inWorld(t, func(w *world) {
		w.write("bad.png", picture(1, 1))
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Err: syscall.EIO})
		w.begin()
		began := time.Now()
		w.rest()
		for i, delay := range retryDelays {
			w.counted(fmt.Sprint("try ", i), 0, int64(i+1))
			it := w.row("bad.png")
			if got := time.Duration(it.RetryAt - time.Now().UnixNano()); got > delay || got < delay-16*time.Second {
				t.Errorf("after try %d the next is due in %v, want %v", i, got, delay)
			}
			time.Sleep(time.Until(time.Unix(0, it.RetryAt)) + 16*time.Second) // it is asked every 15 s what is due
			w.rest()
		}
		if it := w.row("bad.png"); it.RetryAt != 0 {
			t.Errorf("still due in %v", time.Duration(it.RetryAt-time.Now().UnixNano()))
		}
		time.Sleep(60 * 24 * time.Hour)
		w.rest()
		w.counted(fmt.Sprint("in the end, after ", time.Since(began)), 0, int64(len(retryDelays)+1))

		w.tree.Mend()
		w.run("time bad.png -1h") // it changes
		w.catalogue()
		w.rest()
		if it := w.row("bad.png"); it.Analysis != store.Done {
			t.Errorf("after a change: %+v", it)
		}
	})
}

func TestAFileThatIsNotWhatTheCatalogSaysIsLeftToTheScanner(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"changed before": func(w *world) { w.run("append f.png more") },
		"replaced":       func(w *world) { w.run("remove f.png"); w.write("f.png", picture(5, 5)) },
		"gone":           func(w *world) { w.run("remove f.png") },
		"a FIFO":         func(w *world) { w.run("remove f.png\nfifo f.png") },
		"gone, and lost while it is read": func(w *world) {
			w.tree.Inject(faketree.Fault{Ops: faketree.Read, At: faketree.Exactly("f.png"), Err: syscall.EIO, Before: func(string) { w.run("rename f.png .away") }, Times: 1})
		},
		"changed while it is read": func(w *world) {
			w.tree.Inject(faketree.Fault{Ops: faketree.Read, Times: 4, Before: func(string) {
				if err := w.files.Append("f.png", []byte("x")); err != nil {
					w.t.Error(err)
				}
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.write("f.png", picture(1, 1))
				w.write("g.png", picture(2, 2))
				w.catalogue()
				change(w)
				w.begin()
				w.rest()
				it := w.row("f.png")
				if it.Analysis != store.Pending || it.Work != store.NoWork || it.Probed != nil {
					t.Errorf("the file that changed is %+v, want it pending, off the list, with nothing known", it)
				}
				w.counted("the other", 1, 0)
				if h := w.hints(); !slices.Equal(h, []string{"films:f.png"}) {
					t.Errorf("asked for a look at %q", h)
				}
				if strings.HasPrefix(name, "gone") || name == "a FIFO" {
					return
				}
				w.tree.Mend()
				w.catalogue() // the look
				w.rest()
				if it := w.row("f.png"); it.Analysis != store.Done || it.HasFingerprint != true {
					t.Errorf("after the look: %+v", it)
				}
			})
		})
	}
}

func TestAFingerprintThatStandsSparesTheReading(t *testing.T) {
	for _, same := range []bool{true, false} {
		inWorld(t, func(w *world) {
			w.write("f.png", picture(7, 7))
			w.catalogue()
			w.begin()
			w.rest()
			was := w.row("f.png")
			if !same { // other bytes under the same size and time
				b := bytes.Replace(picture(7, 7), []byte{0, 0, 0, 7}, []byte{0, 0, 0, 9}, 1)
				at := time.Unix(0, was.MTime)
				w.write("f.png", b)
				if err := w.files.SetTime("f.png", at); err != nil {
					t.Fatal(err)
				}
			}
			w.update(func(tx *store.Tx) error {
				it := was
				it.Work = store.Verify
				return tx.SaveQuietly(&was, &it)
			})
			w.rest()
			it := w.row("f.png")
			if it.Work != store.NoWork || (it.Seq == was.Seq) != same || (it.Fingerprint == was.Fingerprint) != same {
				t.Errorf("same %v: %+v became %+v", same, was, it)
			}
		})
	}
}

func TestARootThatHangsStopsNoOther(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("f.png", picture(1, 1))
		w.catalogue()
		other := w.addRoot("other")
		w.update(func(tx *store.Tx) error { return w.catalogueIn(tx, other, "") })
		hanging := faketree.NewFaulty(w.files, 1)
		hanging.Inject(faketree.Fault{Hang: true})
		w.begin(Root{Name: "other", ID: other, Tree: hanging, Workers: 1}, Root{Name: "films", ID: w.root, Tree: w.tree, Workers: 1})
		time.Sleep(time.Second)
		synctest.Wait()
		if it := w.row("f.png"); it.Analysis != store.Done {
			t.Errorf("the file beside a root that hangs is %v, want it done", it.Analysis)
		}
		if w.a.Idle() {
			t.Error("idle while one hangs")
		}
	})
}

func TestHowLongAFileMayTakeCanBeChanged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("f.png", picture(1, 1))
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Hang: true})
		films := Root{Name: "films", ID: w.root, Tree: w.tree, Workers: 1, FileTimeout: time.Hour}
		w.begin(films)
		time.Sleep(time.Minute)
		w.counted("in an hour's time", 0, 0)
		films.FileTimeout = time.Second
		w.a.SetRoots([]Root{films})
		time.Sleep(5 * time.Second)
		w.rest()
		if it := w.row("f.png"); it.Analysis != store.Failed || it.Error != "not read within 1s" {
			t.Errorf("the file is %v with %q, want it failed as not read within 1s", it.Analysis, it.Error)
		}
	})
}

func TestARootThatIsAwayFailsNoFile(t *testing.T) {
	inWorld(t, func(w *world) {
		for i := range 20 {
			w.write(fmt.Sprint(i, ".png"), picture(i+1, 1))
		}
		w.catalogue()
		w.tree.Inject(faketree.Fault{Err: tree.ErrAway})
		w.begin()
		time.Sleep(5 * time.Second) // the scanner has not noticed yet
		w.counted("not noticed", 0, 0)
		w.setAway("films", true)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !w.a.Idle() {
			t.Error("not idle, and nothing can be done")
		}
		hits := w.tree.Hits()
		time.Sleep(time.Minute)
		if n := w.tree.Hits() - hits; n > 0 {
			t.Errorf("%d tries of a root that is known to be away", n)
		}
		w.tree.Mend()
		w.setAway("films", false)
		time.Sleep(2 * time.Second)
		w.rest()
		w.counted("back", 20, 0)
	})
}

// On a share that comes and goes a read may fail as if the file were at fault.
func TestAFileIsNotBlamedWhereNothingCanBeAsked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("f.png", picture(1, 1))
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Err: errors.New("connection lost"), Times: 1})
		w.tree.Inject(faketree.Fault{Ops: faketree.Stat, Err: tree.ErrAway, Times: 1})
		w.begin()
		time.Sleep(5 * time.Second)
		w.rest()
		w.counted("back", 1, 0)
		if it := w.row("f.png"); it.Analysis != store.Done || it.Attempts != 0 {
			t.Errorf("the file is %v after %d failures, want it done after none", it.Analysis, it.Attempts)
		}
	})
}

func TestAStopAndANewStartAnalyseNothingTwice(t *testing.T) {
	inWorld(t, func(w *world) {
		for i := range 100 {
			w.write(fmt.Sprintf("%d/f.png", i), picture(i+1, 1))
		}
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Latency: 10 * time.Millisecond})
		done := int64(0)
		for range 4 {
			w.begin()
			time.Sleep(105 * time.Millisecond)
			w.stop()
			if n := w.a.Counters().Done.Load(); n == 0 {
				t.Error("nothing was finished")
			} else {
				done += n
			}
		}
		w.begin()
		w.rest()
		if done += w.a.Counters().Done.Load(); done != 100 {
			t.Errorf("100 files were analysed %d times", done)
		}
	})
}

func TestWhatTheStoreCannotTakeIsReadAgainAfterAPause(t *testing.T) {
	inWorld(t, func(w *world) {
		for i := range 30 {
			w.write(fmt.Sprint(i, ".png"), picture(i+1, 1))
		}
		w.catalogue()
		db, err := sql.Open("sqlite3", "file:"+w.st.Path()+"?_busy_timeout=5000")
		if err != nil {
			t.Fatal(err)
		}
		exec := func(s string) {
			t.Helper()
			if _, err := db.ExecContext(context.Background(), s); err != nil {
				t.Fatal(err)
			}
		}
		exec("CREATE TRIGGER full BEFORE UPDATE OF analysis ON items BEGIN SELECT RAISE(ABORT, 'no room'); END")
		reads := 0
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, At: faketree.Exactly("7.png"), Before: func(string) { reads++ }})
		w.begin()
		time.Sleep(21 * time.Second)
		synctest.Wait()
		w.counted("while nothing can be written", 0, 0)
		if reads < 2 || reads > 6 {
			t.Errorf("a file was read %d times in 21 s", reads)
		}
		if w.a.Idle() {
			t.Error("idle with work that was not written")
		}
		exec("DROP TRIGGER full")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		w.rest()
		w.counted("when it can", 30, 0)
	})
}

func TestRootsThatStayGoOnAndThoseThatLeaveEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		films := Root{Name: "films", ID: w.root, Tree: w.tree, Workers: 2}
		was := w.a.workers["films"]
		w.a.SetRoots([]Root{films})
		if w.a.workers["films"] != was {
			t.Error("started anew without a reason")
		}
		films.Workers = 3
		w.a.SetRoots([]Root{films})
		if w.a.workers["films"] == was {
			t.Error("goes on with old workers")
		}
		w.a.SetRoots(nil)
		w.write("f.png", picture(1, 1))
		w.catalogue()
		time.Sleep(time.Minute)
		w.counted("without roots", 0, 0)
		if !w.a.Idle() {
			t.Error("not idle without roots")
		}
	})
}
