package works_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/works"
)

// file is a line of a library: ROOT/PATH, and what its bytes and sidecars say, as JSON.
type file struct {
	id   int64
	path string
	said string
}

// library is a small invented collection, with the works that it holds.
type library struct {
	name  string
	files []file
	want  string
}

// readLibraries reads a file of libraries: "# name", files, "=", and the works as render shows them.
func readLibraries(t *testing.T, name string) []library {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []library
	works := false
	for _, line := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			out, works = append(out, library{name: line[2:]}), false
		case line == "=":
			works = true
		case works && strings.TrimSpace(line) != "":
			out[len(out)-1].want += line + "\n"
		case !works && line != "":
			lib := &out[len(out)-1]
			f := file{id: int64(len(lib.files) + 1), path: line}
			if i := strings.Index(line, ` {"`); i > 0 {
				f.path, f.said = line[:i], line[i+1:]
			}
			lib.files = append(lib.files, f)
		}
	}
	return out
}

// items describes files as the catalog does, by root.
func items(t testing.TB, files []file) map[string][]works.Item {
	t.Helper()
	out := make(map[string][]works.Item)
	for _, f := range files {
		root, below, _ := strings.Cut(f.path, "/")
		kind, members := analyzer.Describe(below, []byte(f.said))
		var d media.Description
		if err := json.Unmarshal(slices.Concat([]byte("{"), members, []byte("}")), &d); err != nil {
			t.Fatalf("describe %s: %v", f.path, err)
		}
		it := works.Item{ID: f.id, Path: below, Kind: kind, Size: 1000 + f.id, AddedAt: time.Unix(f.id, 0).UTC()}
		if f.said != "" {
			var sure struct {
				Companions []media.Companion `json:"companions"`
				Of         int64             `json:"of"`
				Missing    bool              `json:"missing"`
				Size       int64             `json:"size"`
			}
			if err := json.Unmarshal([]byte(f.said), &sure); err != nil {
				t.Fatal(err)
			}
			d.Companions, d.Of, it.Missing = sure.Companions, sure.Of, sure.Missing
			if sure.Size != 0 {
				it.Size = sure.Size
			}
		}
		if it.Said = works.Say(&d); kind.InWorks() {
			out[root] = append(out[root], it)
		}
	}
	return out
}

// unitsOf groups items by their units.
func unitsOf(byRoot map[string][]works.Item) map[works.Unit][]works.Item {
	out := make(map[works.Unit][]works.Item)
	for root, items := range byRoot {
		for _, it := range items {
			u := works.UnitOf(root, it.Path)
			out[u] = append(out[u], it)
		}
	}
	return out
}

// derive makes works of everything at once.
func derive(units map[works.Unit][]works.Item) []works.Work {
	return deriveSharing(units, works.MaxShared)
}

// deriveSharing does so where only so many units may share a key.
func deriveSharing(units map[works.Unit][]works.Item, most int) []works.Work {
	var parts []*works.Part
	var credits []works.Credit
	for u, items := range units {
		for _, p := range works.Derive(u, "", items) {
			parts = append(parts, p)
			if p.Credit.Name != "" {
				credits = append(credits, p.Credit)
			}
		}
	}
	works.Separate(parts, most)
	return append(works.JoinArtists(credits), works.Join(parts)...)
}

// render shows works as a tree: kind, title, year or number, and members by role: versions behind "|", parts behind
// "+".
func render(all []works.Work, files []file) string {
	names := make(map[int64]string)
	for _, f := range files {
		names[f.id] = path.Base(f.path)
	}
	below := make(map[string][]int)
	known := make(map[string]string)
	for _, w := range all {
		known[w.Key] = w.Key
		for _, alias := range w.Aliases {
			known[alias] = w.Key
		}
	}
	for i, w := range all {
		below[known[w.Parent]] = append(below[known[w.Parent]], i)
	}
	var out bytes.Buffer
	var show func(key, indent string)
	show = func(key, indent string) {
		var lines []string
		for _, i := range below[key] {
			var sub bytes.Buffer
			fmt.Fprintf(&sub, "%s%s\n", indent, renderWork(&all[i], names))
			saved := out
			out = bytes.Buffer{}
			show(all[i].Key, indent+"  ")
			sub.Write(out.Bytes())
			out = saved
			lines = append(lines, sub.String())
		}
		if indent == "" || strings.HasPrefix(key, string(works.Artist)) {
			slices.Sort(lines)
		}
		for _, l := range lines {
			out.WriteString(l)
		}
	}
	show("", "")
	return out.String()
}

func renderWork(w *works.Work, names map[int64]string) string {
	var b strings.Builder
	b.WriteString(string(w.Kind))
	if w.Number != nil {
		fmt.Fprintf(&b, " %v", *w.Number)
	}
	if w.Title != "" {
		b.WriteString(" “" + w.Title + "”")
	}
	if w.Date != "" {
		b.WriteString(" " + w.Date)
	} else if w.Year != 0 {
		fmt.Fprintf(&b, " %d", w.Year)
	}
	if len(w.Authors) > 0 {
		b.WriteString(" by " + strings.Join(w.Authors, ", "))
	}
	if w.Series != "" && (w.Kind == works.Book || w.Kind == works.Audiobook) {
		b.WriteString(" in " + w.Series)
	}
	for i, m := range w.Members {
		switch {
		case m.Role != works.Main:
			fmt.Fprintf(&b, ", %s %s", m.Role, names[m.ID])
		case i == 0:
			b.WriteString(": " + names[m.ID])
		case m.Version != w.Members[i-1].Version:
			b.WriteString(" | " + names[m.ID])
		default:
			b.WriteString(" + " + names[m.ID])
		}
	}
	for i, gap := range w.Gaps {
		if i == 0 {
			b.WriteString(" gaps")
		}
		fmt.Fprintf(&b, " %d-%d", gap[0], gap[1])
	}
	return b.String()
}

// Each file of testdata is a kind, each library in it a rule of docs/works.md.
func TestWorksOfLibraries(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no libraries: ", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			for _, lib := range readLibraries(t, name) {
				t.Run(lib.name, func(t *testing.T) {
					got := render(derive(unitsOf(items(t, lib.files))), lib.files)
					if got != lib.want {
						t.Errorf("got\n%swant\n%s", got, lib.want)
					}
				})
			}
		})
	}
}
