package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/alecthomas/kong"
	"github.com/catalogizer/catalogizerd/internal/media"
)

// The manual page knows every command with every flag and argument, and nothing that is not there.
func TestManualPage(t *testing.T) {
	const page = "../../docs/catalogizerd.1"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), ".Sh SYNOPSIS\n")
	synopsis, _, _ := strings.Cut(text, ".Sh DESCRIPTION\n")
	documented := map[string]string{} // a command's lines by its name
	for _, part := range strings.Split(synopsis, ".Nm\n.Cm ")[1:] {
		name, lines, _ := strings.Cut(part, "\n")
		documented[name] = lines
	}
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range parser.Model.Children {
		lines, ok := documented[c.Name]
		delete(documented, c.Name)
		if !ok || !strings.Contains(text, ".It Cm "+c.Name+"\n") {
			t.Errorf("the command %s is not in it", c.Name)
			continue
		}
		var flags []string
		for _, f := range c.Flags {
			if f.Name != "help" {
				flags = append(flags, f.Name)
			}
			if !strings.Contains(lines, "-"+f.Name) && f.Name != "help" {
				t.Errorf("%s --%s is not in it", c.Name, f.Name)
			}
		}
		if n := strings.Count(lines, ".Op Fl "); n != len(flags) {
			t.Errorf("%s has %d flags in it, want %q", c.Name, n, flags)
		}
		for _, a := range c.Positional {
			if want := fmt.Sprintf("Ar %s", a.Name); !strings.Contains(lines, want) {
				t.Errorf("%s takes a %s, which is not in it", c.Name, a.Name)
			}
		}
	}
	if len(documented) > 0 {
		t.Errorf("commands that are none: %v", documented)
	}
	_, kinds, _ := strings.Cut(text, ".It Fl -kind Ar kind,...\n")
	kinds, _, _ = strings.Cut(kinds, ".It")
	for _, k := range media.Kinds() {
		if !slices.Contains(strings.FieldsFunc(kinds, func(r rune) bool { return !unicode.IsLetter(r) }), string(k)) {
			t.Errorf("the kind %s is not in it", k)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("no groff to set it with")
	}
	if out, err := exec.CommandContext(t.Context(), groff, "-mdoc", "-Tascii", "-ww", "-z", page).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("set by groff: %v\n%s", err, out)
	}
}
