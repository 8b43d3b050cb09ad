package hub_test

import (
	"testing"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Roots that a daemon keeps apart by their groups are kept apart by a hub, beside those of other sources.
func TestRootsOfAnotherGroupMakeWorksOfTheirOwnAtAHub(t *testing.T) {
	t.Parallel()
	const film = "Velm (1999)/Velm (1999).mkv"
	attic := startDaemon(t, "attic", film)
	loft := startDaemon(t, "loft", film)
	cellar := &daemon{name: "cellar", dir: t.TempDir(), root: "group = \"kids\"\n"}
	cellar.write(t, film)
	cellar.serve(t)
	h := process(t, shared.Database(t), attic, loft, cellar)
	var works struct {
		Works []struct {
			Group  string
			Roots  []string
			Counts struct{ Items int }
		}
	}
	items := map[string]int{}
	if !apptest.Within(patience, func() bool {
		h.Get(t, "/api/v1/works?kind=movie", &works)
		clear(items)
		for _, w := range works.Works {
			items[w.Group] += w.Counts.Items
		}
		return len(works.Works) == 2 && items[""] == 2 && items["kids"] == 1
	}) {
		t.Errorf("one film of two groups is %+v", works.Works)
	}
	var roots []client.Root
	h.Get(t, "/api/v1/roots", &roots)
	groups := map[string]string{}
	for i := range roots {
		groups[roots[i].Name] = roots[i].Group
	}
	if len(groups) != 3 || groups["attic~films"] != "" || groups["cellar~films"] != "kids" {
		t.Errorf("the roots are of the groups %q", groups)
	}
}
