package app_test

import (
	"os"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// No event tells that a link leads elsewhere.
func TestARootThatIsALinkIsFollowedToWhereItLeadsNow(t *testing.T) {
	base := t.TempDir()
	write(t, base, "one/a.mkv", "x")
	write(t, base, "two/b.mkv", "x")
	root := base + "/films"
	if err := os.Symlink("one", root); err != nil {
		t.Fatal(err)
	}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	sees(t, d, r, "films", "a.mkv")
	d.WaitIdle(t, time.Minute)
	if err := os.Symlink("two", base+"/new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(base+"/new", root); err != nil {
		t.Fatal(err)
	}
	began := time.Now() // every 30 s a root is proven whatever happens
	if !apptest.Within(25*time.Second, func() bool { return r.Find("films", "b.mkv") != nil }) {
		t.Fatal("what the link leads to now is not seen")
	}
	t.Logf("seen after %v", time.Since(began))
	write(t, base, "two/watched.mkv", "x")
	sees(t, d, r, "films", "watched.mkv")
}
