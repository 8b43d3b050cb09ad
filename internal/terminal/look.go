package terminal

import "os"

// Look is what a terminal shows. The zero value is no terminal: as wide as it needs to be, and without colours.
type Look struct {
	Width  int // columns; 0: as many as are wanted
	Colour bool
}

// LookOf tells how a person looks at what is written to w; environment is os.Getenv. Colours are for terminals only, and
// not where NO_COLOR is set (no-color.org), or TERM says that there are none.
func LookOf(w any, environment func(string) string) Look {
	width := Width(w)
	return Look{width, width > 0 && environment("NO_COLOR") == "" && environment("TERM") != "dumb"}
}

// Of is LookOf in this process's environment.
func Of(w any) Look { return LookOf(w, os.Getenv) }

// Style is how a text looks where there are colours: a parameter of SGR (ECMA-48, 8.3.117).
type Style string

// Styles. None has a colour of its own for what is plain, which has to show on any background.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Paint gives a text that has been made fit its style, where there are colours.
func (l Look) Paint(s Style, text string) string {
	if !l.Colour || s == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
