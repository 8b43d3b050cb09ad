package terminal_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/terminal"
)

func TestTextOfOthersShowsOnOneLineWithoutEffect(t *testing.T) {
	for in, want := range map[string]string{
		"Paper Lantern":        "Paper Lantern",
		"Čapek 東京 שלום":        "Čapek 東京 שלום",
		"a\x1b[2Jb":            `a\x1b[2Jb`,
		"a\u009b31mb":          `a\u009b31mb`,
		"a\nb\tc\rd":           `a\nb\tc\rd`,
		"a\u202egpj.exe":       `a\u202egpj.exe`,
		"a\u2066b\u200fc":      `a\u2066b\u200fc`,
		"a\u2028b":             `a\u2028b`,
		"\xff\xfe":             `\xff\xfe`,
		"\x7f\x00":             `\x7f\x00`,
		"\U000e0041":           `\U000e0041`,
		"می\u200cخواهم":        "می\u200cخواهم",
		"👩\u200d👩":             "👩\u200d👩",
		"replaced \ufffd once": "replaced \ufffd once",
		`C:\films 100% "x"`:    `C:\films 100% "x"`,
	} {
		if got := terminal.Line(in); got != want {
			t.Errorf("%q shows as %s, want %s", in, got, want)
		}
	}
	if got := terminal.Block("a\n\tb\x1b"); got != "a\n\tb"+`\x1b` {
		t.Errorf("a block shows as %q", got)
	}
}

func TestErrorsThatAreJoinedKeepTheirLines(t *testing.T) {
	one, two := errors.New("one\nmore"), errors.New("two\x1b")
	for want, err := range map[string]error{
		`one\nmore`:                          one,
		`one\nmore` + "\n" + `two\x1b`:       errors.Join(one, two),
		`x\ry: one\nmore` + "\n" + `two\x1b`: fmt.Errorf("x\ry: %w", errors.Join(one, nil, two)),
		`one\nmore or two\x1b`:               fmt.Errorf("%w or %w", one, two),
	} {
		if got := terminal.Error(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPrintingMakesArgumentsFitAndNotTheFormat(t *testing.T) {
	type kind string
	var b strings.Builder
	_, _ = terminal.Fprintf(&b, "%-4s|%s|%q|%d|%v|%v|%s\n", "a\n", kind("k\x1b"), "q\x1b\u202e", 7, []string{"\t"}, errors.New("e\nf"), error(nil))
	if got, want := b.String(), `a\n |k\x1b|"q\x1b\u202e"|7|[\t]|e\nf|`+fmt.Sprintf("%s", error(nil))+"\n"; got != want { //nolint:perfsprint // as it is
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\x1b\n\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := terminal.Line(s)
		if strings.ContainsAny(got, "\x00\x1b\x7f\n\r\t\u009b\u202e\u2066\u2028") || terminal.Line(got) != got {
			t.Errorf("%q shows as %q", s, got)
		}
	})
}
