package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
)

// rootsOfWork reads the roots that a work says.
func (r *running) rootsOfWork(id int64) []string {
	r.t.Helper()
	w, found, err := r.Work(context.Background(), id)
	if err != nil || !found {
		r.t.Fatalf("work %d: found %v, %v", id, found, err)
	}
	return w.Roots
}

// docOfWork reads what a work says of itself, as it is kept.
func (r *running) docOfWork(id int64) (doc []byte) {
	r.t.Helper()
	err := r.read(context.Background(), func(c *conn) error {
		_, err := c.one("SELECT doc FROM works WHERE id = ?", func(row row) { doc = row.bytes(0) }, id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return doc
}

// A root's name is not in each of its works. What it is called is known behind a restart, and when the root is another.
func TestTheNamesOfRootsStandOnce(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	names := []string{"a root of a long name", "another one"}
	var ids []int64
	for i := range 3 {
		w := r.keep(fresh(WorkView{Kind: WorkMovie, Title: fmt.Sprint(i), Roots: names[:1+i%2]}))[0]
		ids = append(ids, w.ID)
		if bytes.Contains(r.docOfWork(w.ID), []byte("long")) {
			t.Errorf("work %d has the name of its root", w.ID)
		}
	}
	r.stop()
	r = runAt(t, dir, Options{})
	defer r.stop()
	for i, id := range ids {
		if roots := r.rootsOfWork(id); !slices.Equal(roots, names[:1+i%2]) {
			t.Errorf("work %d is in %q", id, roots)
		}
	}
	w, _, err := r.Work(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	r.keep(again(w, func(w *WorkView) { w.Roots = []string{"a third"} }))
	if roots := r.rootsOfWork(ids[0]); !slices.Equal(roots, []string{"a third"}) {
		t.Errorf("it is in %q", roots)
	}
	if n := r.numbers("SELECT count(*) FROM work_roots")[0]; n != 3 {
		t.Errorf("%d names are kept", n)
	}
}

// Works of a catalog of before say the names of their roots themselves, and changed when they did.
func TestWorksOfBeforeSayTheNamesOfTheirRoots(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	w := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "The Tarn", AddedAt: 5_678_901,
		Roots: []string{"attic", "films"}}))[0]
	r.stop()
	shell(t, dir, undoOutdated(t)+fmt.Sprintf("UPDATE works SET doc = x'%x', updated = %d; DROP TABLE work_roots; PRAGMA user_version = 24",
		w.doc(nil), w.UpdatedAt/1_000_000))
	r = runAt(t, dir, Options{})
	defer r.stop()
	if !bytes.Contains(r.docOfWork(w.ID), []byte("attic")) || !slices.Equal(r.rootsOfWork(w.ID), w.Roots) {
		t.Errorf("it is in %q, not in %q", r.rootsOfWork(w.ID), w.Roots)
	}
	for root, want := range map[string]int{"attic": 1, "films": 1, "cellar": 0} {
		res, err := r.QueryWorks(t.Context(), WorkQuery{Text: "tarn", Filter: parsedWorks(t, "root="+root), Limit: 2})
		if err != nil || len(res.Works) != want {
			t.Errorf("%d works are found in %s, %v", len(res.Works), root, err)
		}
	}
	was, _, err := r.Work(t.Context(), w.ID)
	if err != nil || was.UpdatedAt != w.UpdatedAt || was.AddedAt != w.AddedAt {
		t.Fatalf("it changed at %d, and not at %d, %v", was.UpdatedAt, w.UpdatedAt, err)
	}
	if is := r.keep(again(was, func(*WorkView) {}))[0]; is.Seq != was.Seq {
		t.Error("it changed, since its roots would be written otherwise")
	}
	is := r.keep(again(was, func(w *WorkView) { w.Title = "The Weir" }))[0]
	if bytes.Contains(r.docOfWork(w.ID), []byte("attic")) || !slices.Equal(is.Roots, w.Roots) {
		t.Errorf("as it changes it is in %q", is.Roots)
	}
}

// The number that a request gave a name before it failed may be another name's then.
func TestARequestThatFailedGivesNoRootANumber(t *testing.T) {
	r := runFresh(t, Options{})
	keeper := r.NewWorkKeeper()
	write := func(b WorkBatch) (id int64, err error) {
		b.Upto = r.Head()
		err = keeper.Write(context.Background(), &b)
		if len(b.Puts) > 0 {
			id = b.Puts[0].New.ID
		}
		return id, err
	}
	in := func(root string) WorkPut { return fresh(WorkView{Kind: WorkMovie, Title: root, Roots: []string{root}}) }
	first, err := write(WorkBatch{Puts: []WorkPut{in("first")}})
	if err != nil {
		t.Fatal(err)
	}
	taken := in("taken")
	taken.New.ID = first
	failing := WorkBatch{Puts: []WorkPut{in("lost"), taken}, Gone: []WorkEnd{{Work: first}}}
	if _, err := write(failing); err == nil {
		t.Fatal("a work was put in another's place")
	}
	second, err := write(WorkBatch{Puts: []WorkPut{in("second")}})
	if err != nil {
		t.Fatal(err)
	}
	if roots := r.rootsOfWork(second); !slices.Equal(roots, []string{"second"}) {
		t.Errorf("it is in %q", roots)
	}
	if _, err := write(WorkBatch{Gone: []WorkEnd{{Work: second}}}); err != nil {
		t.Fatal(err)
	}
	if left := r.numbers("SELECT count(*) FROM facts WHERE value = x'" + fmt.Sprintf("%x", "second") + "'")[0]; left != 0 {
		t.Error("the sums have a root that no work is in")
	}
}
