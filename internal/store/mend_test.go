package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// menderDir names, in the environment of a child of these tests, the directory whose catalog it is to mend by the
// backup b.db beside it, and no more.
const menderDir = "CATALOG_TO_MEND"

func mendUntilKilled(dir string) {
	_, err := Mend(context.Background(), dir, ErrCorrupt, []string{dir + "/../b.db"}, mendedAt, zap.NewNop())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var mendedAt = time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)

// breakages are what disks and power cuts do to the file of a catalog.
var breakages = map[string]func([]byte) []byte{
	"header": func(b []byte) []byte { copy(b, bytes.Repeat([]byte{0xff}, 100)); return b },
	"a middle page": func(b []byte) []byte {
		copy(b[len(b)/2/pageSize*pageSize:], bytes.Repeat([]byte{0xff}, 8*pageSize))
		return b
	},
	"truncated": func(b []byte) []byte { return b[:len(b)/2/pageSize*pageSize] },
	"zeroed":    func(b []byte) []byte { clear(b); return b },
	"empty":     func([]byte) []byte { return nil },
}

// broken is a catalog of which a backup was made before its last item came, and that was broken then.
type broken struct {
	dir, path, backup       string
	epoch, instance, before string // before: what the backup holds
	last                    Item
	lastWork                int64
	left                    []byte // of the file
}

func breakOne(t *testing.T, how func([]byte) []byte) *broken {
	t.Helper()
	base := t.TempDir()
	b := &broken{dir: filepath.Join(base, "data"), backup: filepath.Join(base, "b.db")}
	b.path = filepath.Join(b.dir, FileName)
	if err := os.Mkdir(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r := runAt(t, b.dir, Options{})
	root := r.addRoot("films")
	for i := range 300 {
		r.put(root, fmt.Sprintf("%d.mkv", i), func(it *Item) {
			it.Doc = doc(media.Description{Title: strings.Repeat("word ", 50)})
		})
	}
	b.epoch, b.instance, b.before = r.Epoch(), r.Instance(), exported(t, b.dir)
	if err := Backup(t.Context(), b.dir, b.backup); err != nil {
		t.Fatal(err)
	}
	b.last = r.put(root, "last.mkv")
	b.lastWork = r.keep(fresh(WorkView{Kind: WorkMovie, Title: "Last"}))[0].ID
	r.stop()
	whole, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	b.left = how(whole)
	if err := os.WriteFile(b.path, b.left, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Sound(t.Context(), b.dir); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("it is not broken: %v", err)
	}
	return b
}

// check looks at what has taken the place of the broken catalog.
func (b *broken) check(t *testing.T, want string) {
	t.Helper()
	if got := exported(t, b.dir); got != want {
		t.Errorf("in its place is %.300q, want %.300q", got, want)
	}
	kept := Asides(b.dir)
	if len(kept) != 1 {
		t.Fatalf("kept aside: %+v", kept)
	}
	if now, err := os.ReadFile(kept[0].File); err != nil || !bytes.Equal(now, b.left) {
		t.Errorf("the damaged file is not kept as it was: %v", err)
	}
	r := runAt(t, b.dir, Options{})
	defer r.stop()
	if r.Epoch() == b.epoch || r.Instance() != b.instance {
		t.Errorf("epoch %s after %s, instance %s after %s", r.Epoch(), b.epoch, r.Instance(), b.instance)
	}
	if it := r.put(r.addRoot("other"), "new.mkv"); it.ID <= b.last.ID {
		t.Errorf("id %d was given before, %d was the last", it.ID, b.last.ID)
	}
	if w := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "New"}))[0]; w.ID <= b.lastWork {
		t.Errorf("the work's id %d was given before, %d was the last", w.ID, b.lastWork)
	}
}

func TestADamagedCatalogIsKeptAsideAndTheLastWholeBackupTakesItsPlace(t *testing.T) {
	for name, how := range breakages {
		t.Run(name, func(t *testing.T) {
			b := breakOne(t, how)
			torn := filepath.Join(filepath.Dir(b.backup), "torn.db")
			if err := os.WriteFile(torn, []byte("SQLite format 3\x00 and no more"), 0o600); err != nil {
				t.Fatal(err)
			}
			done, err := Mend(t.Context(), b.dir, ErrCorrupt, []string{torn, b.backup}, mendedAt, zap.NewNop())
			if err != nil {
				t.Fatal(err)
			}
			if done.Backup != b.backup || done.Items != 300 || done.Aside != b.path+".damaged-20261129T030000Z" {
				t.Errorf("%+v", done)
			}
			said := Asides(b.dir)[0].Text
			if said != done.Text() || !strings.Contains(said, b.backup) || !strings.Contains(said, done.Aside) {
				t.Errorf("it says %q", said)
			}
			b.check(t, b.before)
		})
	}
}

func TestWithoutABackupANewCatalogGoesOnAboveTheIDsOfTheDamagedOne(t *testing.T) {
	for name, how := range breakages {
		t.Run(name, func(t *testing.T) {
			b := breakOne(t, how)
			done, err := Mend(t.Context(), b.dir, ErrCorrupt, nil, mendedAt, zap.NewNop())
			if err != nil || done.Backup != "" || !strings.Contains(done.Text(), "no backup") {
				t.Fatalf("%+v, %v", done, err)
			}
			b.check(t, "")
		})
	}
}

// A catalog of a version that kept no file of ids is asked itself, as far as it can be read.
func TestIDsAreReadOutOfADamagedCatalogWhereNoFileSaysThem(t *testing.T) {
	b := breakOne(t, breakages["a middle page"])
	if err := os.Remove(filepath.Join(b.dir, FloorName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Mend(t.Context(), b.dir, ErrCorrupt, nil, mendedAt, zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	b.check(t, "")
}

// Each round kills the mending a little later. Whatever it has done, the damaged catalog or its replacement is there,
// and who goes on comes to the same end as one that nobody has killed.
func TestAMendingThatIsKilledIsGoneOnWith(t *testing.T) {
	b := breakOne(t, breakages["a middle page"])
	wal := []byte("a log that belongs to the damaged file")
	damaged := func() {
		for _, f := range []string{b.path + "-wal", b.path} {
			if err := os.WriteFile(f, map[bool][]byte{true: b.left, false: wal}[f == b.path], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	mend := func(limit time.Duration) (killed bool, took time.Duration) {
		if found, _ := filepath.Glob(b.path + ".*"); len(Asides(b.dir)) > 0 {
			_ = removeIfThere(found...)
		}
		damaged()
		began := time.Now()
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), menderDir+"="+b.dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		return cmd.Wait() != nil, time.Since(began)
	}
	killed, whole := mend(time.Hour)
	if killed {
		t.Fatal("it does not come to its end")
	}
	kills := 0
	for round := range 12 {
		killed, took := mend(time.Duration(rand.Int64N(int64(whole))))
		if killed {
			kills++
		} else {
			whole = took // it was faster than thought
		}
		st, err := Open(t.Context(), b.dir, Options{})
		if err == nil {
			err = st.Close()
		}
		if err == nil {
			err = Sound(t.Context(), b.dir)
		}
		if len(Asides(b.dir)) == 0 { // it was killed before it had anything: so it is there as it was
			if now, rerr := os.ReadFile(b.path); rerr != nil || !bytes.Equal(now, b.left) || !errors.Is(err, ErrCorrupt) {
				t.Fatalf("round %d: neither the damaged catalog nor another: %v, %v", round, rerr, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if kept, err := os.ReadFile(Asides(b.dir)[0].File + "-wal"); err != nil || !bytes.Equal(kept, wal) {
			t.Fatalf("round %d: the log is not kept: %v", round, err)
		}
	}
	if kills == 0 {
		t.Error("no mending was killed: this proves nothing")
	}
	if len(Asides(b.dir)) == 0 {
		mend(time.Hour)
	}
	b.check(t, b.before)
	if names := filesIn(t, b.dir); strings.Contains(names, ".part") {
		t.Errorf("it left %s", names)
	}
}

// The three places between the steps of the last stretch, each by itself: a kill seldom meets them.
func TestWhatIsToTakeTheDamagedCatalogsPlaceDoesSoFromAnyStep(t *testing.T) {
	for steps := range 3 {
		b := breakOne(t, breakages["header"])
		stamp := mendedAt.Format(mendingTime)
		aside := b.path + damagedMark + stamp
		if err := copyFile(b.backup, b.path+replacementMark+stamp); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(b.path+"-wal", []byte("of the damaged one"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, end := range []string{"-wal", ""}[:steps] {
			if err := os.Rename(b.path+end, aside+end); err != nil {
				t.Fatal(err)
			}
		}
		if got := func() string { runAt(t, b.dir, Options{}).stop(); return exported(t, b.dir) }(); got != b.before {
			t.Errorf("after %d steps: %.200q", steps, got)
		}
		names := filesIn(t, b.dir)
		if strings.Contains(names, replacementMark) || !strings.Contains(names, filepath.Base(aside)+"-wal") {
			t.Errorf("after %d steps there is %s", steps, names)
		}
	}
}

func TestADiskThatBreaksOneCatalogAfterTheOtherGetsNoMore(t *testing.T) {
	b := breakOne(t, breakages["header"])
	for i := range 4 {
		if i > 0 {
			if err := os.WriteFile(b.path, b.left, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		at := mendedAt.Add(time.Duration(i) * time.Hour)
		_, err := Mend(t.Context(), b.dir, ErrCorrupt, []string{b.backup}, at, zap.NewNop())
		if refused := errors.Is(err, ErrMendedTooOften); refused != (i == 3) || !refused && err != nil {
			t.Fatalf("mending %d: %v", i, err)
		}
	}
	if now, err := os.ReadFile(b.path); err != nil || !bytes.Equal(now, b.left) {
		t.Errorf("what was not mended was changed: %v", err)
	}
	for day := range 9 {
		if err := os.WriteFile(b.path, b.left, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Mend(t.Context(), b.dir, ErrCorrupt, nil, mendedAt.AddDate(0, 0, 2+day), zap.NewNop()); err != nil {
			t.Fatalf("on another day: %v", err)
		}
	}
	if kept := Asides(b.dir); len(kept) != asideMost || !strings.HasSuffix(kept[0].File, "20261209T030000Z") {
		t.Errorf("%d are kept, the newest %v", len(kept), kept[0])
	}
}

func TestIDsAreAllowedOnDiskBeforeTheyAreGiven(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	for range 3 {
		r.ReserveIDs(floorStep - 10)
		it := r.put(root, fmt.Sprintf("%d.mkv", r.lastID.Load()))
		if f, err := readFloor(r.path); err != nil || f.Items < it.ID || f.Works < floorStep || f.Instance != r.Instance() {
			t.Errorf("id %d was given, and %+v says how far they may go (%v)", it.ID, f, err)
		}
	}
}

func TestACatalogIsNotWrittenWhereItsIDsCannotBeAllowed(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	file := floorOf(r.path)
	if err := errors.Join(os.Remove(file), os.MkdirAll(file+"/in the way", 0o700)); err != nil {
		t.Fatal(err)
	}
	r.ReserveIDs(floorStep)
	put := func() error {
		return r.Update(t.Context(), func(tx *Tx) error { _, err := putIn(tx, root, "a.mkv"); return err })
	}
	if err := put(); !errors.Is(err, ErrUnwritten) || !strings.Contains(err.Error(), file) {
		t.Errorf("written, though its id is allowed nowhere: %v", err)
	}
	if err := os.RemoveAll(file); err != nil {
		t.Fatal(err)
	}
	if err := put(); err != nil || r.Failure() != nil {
		t.Errorf("not written when it can be: %v, %v", err, r.Failure())
	}
}
