package name_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
)

func TestGroup(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files []string
		want  name.Groups
	}{
		"a stack, in playing order": {
			[]string{"/f/Boat/Boat cd10.avi", "/f/Boat/Boat cd2.avi", "/f/Boat/Boat cd1.avi"},
			name.Groups{
				Stacks: []name.Stack{{Name: "Boat", Files: []string{"/f/Boat/Boat cd1.avi", "/f/Boat/Boat cd2.avi", "/f/Boat/Boat cd10.avi"}}},
				Items:  []name.GroupItem{{Files: []string{"/f/Boat/Boat cd1.avi", "/f/Boat/Boat cd2.avi", "/f/Boat/Boat cd10.avi"}}},
			},
		},
		"one part is no stack": {
			[]string{"Boat part1.avi"},
			name.Groups{Items: []name.GroupItem{{Files: []string{"Boat part1.avi"}}}},
		},
		"numbers without a word are no parts": {
			[]string{"Boat 1.avi", "Boat 2.avi"},
			name.Groups{Items: []name.GroupItem{{Files: []string{"Boat 1.avi"}}, {Files: []string{"Boat 2.avi"}}}},
		},
		"versions of a film": {
			[]string{"/f/Boat (2011)/Boat (2011) - 1080p.mkv", "/f/Boat (2011)/Boat (2011) - 720p.mkv"},
			name.Groups{Items: []name.GroupItem{{
				Files:    []string{"/f/Boat (2011)/Boat (2011) - 1080p.mkv"},
				Versions: []name.Stack{{Name: "Boat (2011) - 720p", Files: []string{"/f/Boat (2011)/Boat (2011) - 720p.mkv"}}},
			}}},
		},
		"other years are other films": {
			[]string{"/f/Boat/Boat (2011).mkv", "/f/Boat/Boat (1987).mkv"},
			name.Groups{Items: []name.GroupItem{{Files: []string{"/f/Boat/Boat (2011).mkv"}}, {Files: []string{"/f/Boat/Boat (1987).mkv"}}}},
		},
		"versions of an episode": {
			[]string{"Road - S01E01 - 1080p.mkv", "Road - S01E01 - 720p.mkv", "Road - S01E02.mkv"},
			name.Groups{Items: []name.GroupItem{
				{Files: []string{"Road - S01E01 - 1080p.mkv"}, Versions: []name.Stack{{Name: "Road - S01E01 - 720p", Files: []string{"Road - S01E01 - 720p.mkv"}}}},
				{Files: []string{"Road - S01E02.mkv"}},
			}},
		},
		"extras stand apart": {
			[]string{"/f/Boat/Boat.mkv", "/f/Boat/Boat-trailer.mkv"},
			name.Groups{Items: []name.GroupItem{{Files: []string{"/f/Boat/Boat.mkv"}}, {Files: []string{"/f/Boat/Boat-trailer.mkv"}, Extra: "trailer"}}},
		},
	}
	for what, c := range cases {
		if diff := cmp.Diff(c.want, name.Group(c.files)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// TestGroupCorpus compares with what a media server's own tests expect of folders.
func TestGroupCorpus(t *testing.T) {
	t.Parallel()
	type stack struct {
		Name  string
		Files int
	}
	var rows, right int
	readLines(t, "jellyfin_groups", func(line []byte) {
		var r struct {
			ID     string
			Files  []string
			Expect struct {
				Stacks  *[]stack
				Count   *int `json:"stack_count"`
				Items   *int
				Others  *int `json:"first_alternate_versions"`
				InFirst *int `json:"first_files"`
				Extras  []string
			}
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		g := name.Group(r.Files)
		var stacks []stack
		for _, s := range g.Stacks {
			stacks = append(stacks, stack{s.Name, len(s.Files)})
		}
		slices.SortFunc(stacks, func(a, b stack) int { return cmpString(a.Name, b.Name) })
		var extras []string
		var first name.GroupItem
		for i, it := range g.Items {
			if it.Extra != "" {
				extras = append(extras, it.Extra)
			}
			if i == 0 {
				first = it
			}
		}
		slices.Sort(extras)
		same := func(want *int, got int) bool { return want == nil || *want == got }
		ok := same(r.Expect.Count, len(g.Stacks)) && same(r.Expect.Items, len(g.Items)) &&
			same(r.Expect.Others, len(first.Versions)) && same(r.Expect.InFirst, len(first.Files)) &&
			(r.Expect.Extras == nil || slices.Equal(r.Expect.Extras, extras))
		if r.Expect.Stacks != nil {
			want := slices.Clone(*r.Expect.Stacks)
			slices.SortFunc(want, func(a, b stack) int { return cmpString(a.Name, b.Name) })
			ok = ok && slices.Equal(want, stacks)
		}
		rows++
		if ok {
			right++
		} else {
			t.Logf("%s: %+v", r.ID, g)
		}
	})
	t.Logf("%d of %d folders", right, rows)
	if right*100 < rows*90 {
		t.Errorf("%d of %d folders are grouped as labelled, want at least 90 %%", right, rows)
	}
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// readLines calls f with every line of a corpus, or skips the test where there is none.
func readLines(t *testing.T, file string, f func([]byte)) {
	t.Helper()
	r, err := os.Open(filepath.Join(corpora, file+".jsonl"))
	if err != nil {
		t.Skipf("no corpora: %v", err)
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
