package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// work is what these tests ask of a work.
type work struct {
	ID     int64
	Kind   string
	Title  string
	Group  string
	Counts struct{ Items, Children int }
}

// worksOf reads every work of a daemon.
func worksOf(t *testing.T, d *apptest.Daemon) (out []work) {
	t.Helper()
	for _, said := range d.Works(t, "") {
		var w work
		if err := json.Unmarshal([]byte(said), &w); err != nil {
			t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}

// kinds is the kind of every work by its id.
func kinds(all []work) map[int64]string {
	out := map[int64]string{}
	for _, w := range all {
		out[w.ID] = w.Kind
	}
	return out
}

// Whose roots leave the group that they shared gets a work of its own by a reload, and one work again by another, under
// ids that were there before.
func TestAReloadPartsAndJoinsWorksOfRoots(t *testing.T) {
	base := t.TempDir()
	write(t, base, "a/Velm (1999)/Velm (1999).mkv", "x")
	write(t, base, "b/Velm (1999)/Velm (1999).mkv", "yy")
	roots := []apptest.Root{{Name: "a", Path: base + "/a"}, {Name: "b", Path: base + "/b"}}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: roots})
	d.WaitIdle(t, time.Minute)
	was := worksOf(t, d)
	if len(was) != 1 || was[0].Counts.Items != 2 {
		t.Fatalf("one film on two disks is %+v", was)
	}
	roots[1].More = "group = \"kids\""
	d.Configure(t, roots...)
	reload(t, d, taken)
	d.WaitIdle(t, time.Minute)
	var said []client.Root
	if d.Get(t, "/api/v1/roots", &said); len(said) != 2 || said[0].Group != "" || said[1].Group != "kids" {
		t.Errorf("roots of two groups are %+v", said)
	}
	parted := worksOf(t, d)
	if len(parted) != 2 || kinds(parted)[was[0].ID] == "" || parted[0].Group == parted[1].Group {
		t.Errorf("in two groups it is %+v, and was %+v", parted, was)
	}
	roots[1].More = ""
	d.Configure(t, roots...)
	reload(t, d, taken)
	d.WaitIdle(t, time.Minute)
	if joined := worksOf(t, d); len(joined) != 1 || kinds(parted)[joined[0].ID] == "" || joined[0].Counts.Items != 2 {
		t.Errorf("in one group again it is %+v, and was %+v", joined, parted)
	}
}

// The folder of a show of 5,000 episodes gets another name: the works of it are right when the items are, and each is
// the one that it was.
func TestARenamedShowKeepsItsWorks(t *testing.T) {
	const seasons, episodes = 50, 100
	base := t.TempDir()
	show := filepath.Join(base, "series", "Velm (1999)")
	for s := 1; s <= seasons; s++ {
		dir := filepath.Join(show, fmt.Sprintf("Season %02d", s))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for e := 1; e <= episodes; e++ {
			at := filepath.Join(dir, fmt.Sprintf("Velm - S%02dE%03d.mkv", s, e))
			if err := os.WriteFile(at, []byte{byte(s), byte(e)}, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data",
		Roots: []apptest.Root{{Name: "series", Path: base + "/series"}}})
	d.WaitIdle(t, 5*time.Minute)
	was := kinds(worksOf(t, d))
	if len(was) != 1+seasons+seasons*episodes {
		t.Fatalf("%d works, want a show, its seasons and their episodes", len(was))
	}
	renamed := time.Now()
	if err := os.Rename(show, filepath.Join(base, "series", "Orra (2004)")); err != nil {
		t.Fatal(err)
	}
	moved := func() bool {
		var page struct{ Items []struct{ Path string } }
		d.Get(t, "/api/v1/items?limit=1&under=Velm%20(1999)", &page)
		return len(page.Items) == 0
	}
	if !apptest.Within(time.Minute, moved) {
		t.Fatal("the items do not follow the rename")
	}
	items := time.Since(renamed)
	d.WaitIdle(t, time.Minute)
	t.Logf("items followed in %s, works and all else in %s", items, time.Since(renamed))
	if is := kinds(worksOf(t, d)); !maps.Equal(is, was) {
		t.Errorf("%d works have become %d, or others", len(was), len(is))
	}
}
