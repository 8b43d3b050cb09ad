package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestWorksPrintsWhatTheFilesMakeTogetherAndWhereTheyLie(t *testing.T) {
	d, _ := serve(t, "")
	d.WaitIdle(t, time.Minute)
	lines := command(t, "", "works", "--data-dir", d.DataDir(), "--kind", "movie").ends(t, exitDone).lines()
	if len(lines) != 2 {
		t.Fatalf("%d works, want the two films: %q", len(lines), lines)
	}
	for _, line := range lines {
		var w struct {
			Kind, Title string
			Items       []struct{ Root, Path, Role string }
		}
		if err := json.Unmarshal([]byte(line), &w); err != nil {
			t.Fatal(err)
		}
		if w.Kind != "movie" || len(w.Items) != 1 || w.Items[0].Root != "films" || !strings.HasPrefix(w.Items[0].Path, w.Title) || w.Items[0].Role != "main" {
			t.Errorf("%s", line)
		}
	}
	if lines := command(t, "", "works", "--data-dir", d.DataDir(), "--kind", "album").ends(t, exitDone).lines(); len(lines) != 0 {
		t.Errorf("albums: %q", lines)
	}
	if o := command(t, "", "works", "--kind", "photo").ends(t, exitUsage); !strings.Contains(o.errOut, `"photo"`) {
		t.Errorf("of a kind that there is not: %s", o.errOut)
	}
}
