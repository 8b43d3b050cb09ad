package terminal_test

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/rivo/uniseg"
)

func TestATableFitsItsWidth(t *testing.T) {
	columns := []terminal.Column{{Right: true}, {}, {Shrinks: true}, {Shrinks: true, FromLeft: true}}
	rows := func() [][]string {
		return [][]string{
			{"7", "movie", "Paper Lantern (2004)", "films:Paper Lantern (2004)/Paper Lantern (2004).mkv"},
			{"12345", "track", "東京の夜はとても長くて静かだった、と彼は言った", "music:東京/夜/01 東京の夜はとても長くて静かだった.flac"},
			{"8", "photo", "a\x1b[2J", ""},
		}
	}
	for width := 24; width <= 200; width++ {
		var b strings.Builder
		if err := terminal.WriteTable(&b, width, columns, rows()); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("%d columns wide: %d lines, want 3", width, len(lines))
		}
		for _, line := range lines {
			if n := uniseg.StringWidth(line); n > width {
				t.Errorf("%d columns in a width of %d: %q", n, width, line)
			}
		}
	}
	var b strings.Builder
	if err := terminal.WriteTable(&b, 60, columns, rows()); err != nil {
		t.Fatal(err)
	}
	want := "    7  movie  Paper Lantern (2004)   …/Paper Lantern (2004).mkv"
	if got, _, _ := strings.Cut(b.String(), "\n"); strings.Join(strings.Fields(got)[:5], " ") != "7 movie Paper Lantern (2004)" || !strings.HasSuffix(got, "(2004).mkv") || !strings.Contains(got, "…") {
		t.Errorf("first line %q, want one like %q: the end of a path is kept", got, want)
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Errorf("an escape sequence is written: %q", b.String())
	}
}
