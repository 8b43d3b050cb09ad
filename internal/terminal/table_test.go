package terminal_test

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/creack/pty"
	"github.com/rivo/uniseg"
)

func TestATableFitsItsWidth(t *testing.T) {
	columns := []terminal.Column{{Right: true}, {}, {Shrinks: true}, {Shrinks: true, FromLeft: true}}
	rows := func() [][]terminal.Cell {
		return [][]terminal.Cell{
			{{Text: "7"}, {Text: "movie"}, {Text: "Paper Lantern (2004)"}, {Text: "films:Paper Lantern (2004)/Paper Lantern (2004).mkv"}},
			{{Text: "12345"}, {Text: "track"}, {Text: "東京の夜はとても長くて静かだった、と彼は言った"}, {Text: "music:東京/夜/01 東京の夜はとても長くて静かだった.flac"}},
			{{Text: "8"}, {Text: "photo"}, {Text: "a\x1b[2J"}, {Text: ""}},
		}
	}
	for width := 24; width <= 200; width++ {
		var b strings.Builder
		if err := terminal.WriteTable(&b, terminal.Look{Width: width}, columns, rows()); err != nil {
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
	if err := terminal.WriteTable(&b, terminal.Look{Width: 60}, columns, rows()); err != nil {
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

// Colours take no place, and are whole where a text is cut.
func TestColoursTakeNoColumns(t *testing.T) {
	columns := []terminal.Column{{}, {Shrinks: true}, {Right: true}}
	table := func(look terminal.Look) string {
		var b strings.Builder
		rows := [][]terminal.Cell{
			{{"films", terminal.Bold}, {"a title that is too long", terminal.Red}, {"7", terminal.Plain}},
			{{"tv", terminal.Plain}, {"", terminal.Green}, {"12", terminal.Dim}},
		}
		if err := terminal.WriteTable(&b, look, columns, rows); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	plain, coloured := table(terminal.Look{Width: 20}), table(terminal.Look{Width: 20, Colour: true})
	if want := "films  a title …   7\ntv                12\n"; plain != want {
		t.Errorf("%q, want %q", plain, want)
	}
	want := "\x1b[1mfilms\x1b[0m  \x1b[31ma title …\x1b[0m   7\ntv                \x1b[2m12\x1b[0m\n"
	if coloured != want {
		t.Errorf("%q, want %q", coloured, want)
	}
	if got := table(terminal.Look{}); !strings.Contains(got, "a title that is too long") {
		t.Errorf("cut without a width: %q", got)
	}
}

func TestColoursAreForTerminalsThatShowThem(t *testing.T) {
	tty, screen, err := pty.Open()
	if err != nil {
		t.Skip("no terminal to be had: ", err)
	}
	defer tty.Close()
	defer screen.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to          any
		environment map[string]string
		want        terminal.Look
	}{
		{screen, nil, terminal.Look{Width: 80, Colour: true}},
		{screen, map[string]string{"NO_COLOR": "1"}, terminal.Look{Width: 80}},
		{screen, map[string]string{"TERM": "dumb"}, terminal.Look{Width: 80}},
		{&strings.Builder{}, nil, terminal.Look{}},
	} {
		if got := terminal.LookOf(c.to, func(name string) string { return c.environment[name] }); got != c.want {
			t.Errorf("%T under %v: %+v, want %+v", c.to, c.environment, got, c.want)
		}
	}
}
