package store

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// ofSchema4 puts a catalog into a directory that the last version with schema 4 has made: documents as they are, paths
// in the sorts, no page to be given back. What that version exported of it is beside it.
func ofSchema4(t *testing.T, dir string) (exported []byte) {
	t.Helper()
	f, err := os.Open("testdata/catalog_4.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if exported, err = os.ReadFile("testdata/catalog_4.jsonl"); err != nil {
		t.Fatal(err)
	}
	return exported
}

// titlesOf4 are the items in the order that its own sorts have.
var titlesOf4 = []int64{9, 15, 10, 3, 23, 8, 20, 1, 28, 29, 4, 7, 11, 13, 14, 6, 16, 17, 18, 24, 22, 2, 21, 5, 12, 19, 25, 26}

// What the catalog itself says of its names, as sqlite3 shows them.
const (
	epochOf4  = "d59df138698657c6"
	headOf4   = 63
	lastIDOf4 = 29
)

func TestACatalogOfSchema4KeepsItsItemsIdsCursorsAndEpoch(t *testing.T) {
	dir := t.TempDir()
	want := ofSchema4(t, dir)
	var instance string // made at the first open
	for opened := range 2 {
		r := runAt(t, dir, Options{})
		if r.Instance() == "" || opened > 0 && r.Instance() != instance {
			t.Errorf("opened %d times: the instance is %q, it was %q", opened+1, r.Instance(), instance)
		}
		instance = r.Instance()
		if r.Epoch() != epochOf4 || r.Head() != headOf4 {
			t.Errorf("opened %d times: epoch %q, head %d", opened+1, r.Epoch(), r.Head())
		}
		for seq, known := range map[int64]bool{headOf4: true, headOf4 + 1: false} {
			if at := (media.Cursor{Epoch: epochOf4, Run: r.Cursor(headOf4).Run, Seq: seq}); r.Continues(at) != known {
				t.Errorf("opened %d times: the cursor %d continues: %v", opened+1, seq, !known)
			}
		}
		if got := lines(t, r); !bytes.Equal(got, want) {
			t.Errorf("opened %d times: it holds\n%s\nwant\n%s", opened+1, got, want)
		}
		r.indexAll()
		for _, sort := range columns {
			var ids []int64
			for _, v := range r.all(t, Query{Sort: sort, Limit: 7}, nil) {
				ids = append(ids, v.ID)
			}
			if sort == "title" && !slices.Equal(ids, titlesOf4) || len(ids) != bytes.Count(want, []byte("\n")) {
				t.Errorf("opened %d times, by %s: %v", opened+1, sort, ids)
			}
		}
		if got := r.all(t, Query{Text: "moved film", Limit: 7}, nil); len(got) != 1 || got[0].Path != "moved film.mkv" {
			t.Errorf("opened %d times: found %v", opened+1, got)
		}
		if err := r.Integrity(t.Context()); err != nil {
			t.Error(err)
		}
		r.stop()
	}
	r := runAt(t, dir, Options{})
	defer r.stop()
	if it := r.put(r.addRoot("new"), "a"); it.ID != lastIDOf4+1 || it.Seq != headOf4+1 {
		t.Errorf("the next item is %d with number %d", it.ID, it.Seq)
	}
}

func TestDocumentsOfAnOlderCatalogStayAsTheyAreWhenTheyAreWrittenAnew(t *testing.T) {
	dir := t.TempDir()
	ofSchema4(t, dir)
	r := runAt(t, dir, Options{})
	defer r.stop()
	for _, id := range r.numbers("SELECT id FROM items ORDER BY id") {
		before := r.item(id)
		r.change(id, func(it *Item) { it.Doc = append(it.Doc, ` `...) })
		r.change(id, func(it *Item) { it.Doc = it.Doc[:len(it.Doc)-1] })
		if after := r.item(id); !bytes.Equal(after.Doc, before.Doc) || !bytes.Equal(after.Probed, before.Probed) {
			t.Errorf("item %d: %q and %q, want %q and %q", id, after.Doc, after.Probed, before.Doc, before.Probed)
		}
	}
	if n := r.numbers("SELECT count(*) FROM items WHERE substr(doc, 1, 1) <> x'01' AND length(doc) > 30")[0]; n != 0 {
		t.Errorf("%d are not packed", n)
	}
}

// lines are the items as they are exported.
func lines(t *testing.T, r *running) []byte {
	t.Helper()
	var b strings.Builder
	err := r.Walk(t.Context(), Position{}, func(v *View) error {
		b.Write(append(v.AppendJSON(nil), '\n'))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// A backup of a version without instances comes back as the instance in whose place it comes: clients tell daemons by it.
func TestABackupOfSchema4ComesBackAsTheInstanceThatIsThere(t *testing.T) {
	older := t.TempDir()
	ofSchema4(t, older)
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	instance := r.Instance()
	r.stop()
	if _, err := Restore(t.Context(), filepath.Join(older, FileName), dir); err != nil {
		t.Fatal(err)
	}
	if r = runAt(t, dir, Options{}); r.Instance() != instance {
		t.Errorf("the instance is %q, it was %q", r.Instance(), instance)
	}
	r.stop()
}
