package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// A person says what is accepted: without one, and without --yes, nothing is.
func TestAcceptTellsWhatIsAtStakeAndTakesNoSilenceForAYes(t *testing.T) {
	d, root := serve(t, "")
	d.WaitIdle(t, time.Minute)
	accept := func(args ...string) outcome {
		return command(t, "yes\n", append([]string{"accept", "--server", "http://" + d.Addr()}, args...)...)
	}
	if o := accept("volume", "films", "--yes").ends(t, exitFailed); !strings.Contains(o.errOut, "no other disk is offered for root films: it is online") {
		t.Errorf("%q, want %q in it", o.errOut, "no other disk is offered for root films: it is online")
	}
	if o := accept("removals", "films", "--yes").ends(t, exitFailed); !strings.Contains(o.errOut, "no removals of root films are held") {
		t.Errorf("%q, want %q in it", o.errOut, "no removals of root films are held")
	}
	accept("volume", "nobody").ends(t, exitFailed)
	accept("weather", "films").ends(t, exitUsage)
	for i := range 110 {
		write(t, root+"/more/"+strings.Repeat("x", i+1), "x")
	}
	d.WaitIdle(t, time.Minute)
	d.Post(t, "/api/v1/roots/films/scan", `{"full": true}`, nil)
	d.WaitIdle(t, time.Minute)
	if err := os.RemoveAll(root + "/more"); err != nil {
		t.Fatal(err)
	}
	held := func() bool { r := d.Root(t, "films"); return r.Held != nil && r.Held.Count == 110 }
	if !apptest.Within(time.Minute, held) {
		t.Fatalf("nothing is held: %+v", d.Root(t, "films"))
	}
	if o := accept("removals", "films").ends(t, exitUsage); !strings.Contains(o.errOut, "110 items") || !strings.Contains(o.errOut, "--yes") {
		t.Errorf("%q, want %q and %q in it", o.errOut, "110 items", "--yes")
	}
	if !held() {
		t.Error("they are gone though nobody said yes")
	}
	if o := accept("removals", "films", "--yes").ends(t, exitDone); o.out != "110 removed\n" {
		t.Errorf("said %q, want 110 removed", o.out)
	}
}
