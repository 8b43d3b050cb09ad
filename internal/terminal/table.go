package terminal

import (
	"io"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/sys/unix"
)

// Width returns the columns of a terminal, and 0 for what is none, or does not say.
func Width(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

// Column says what becomes of a column's texts where a table is wider than the terminal.
type Column struct {
	// Shrinks lets its texts be cut. Others keep their width.
	Shrinks bool
	// FromLeft cuts the beginning away: the end of a path says more.
	FromLeft bool
	// Right has its texts end below each other, as numbers do.
	Right bool
}

// gap is how many spaces stand between columns.
const gap = 2

// Cell is a text of a table.
type Cell struct {
	Text  string
	Style Style
}

// WriteTable writes rows with their columns below each other, each row in one line that is no wider than the terminal.
// The texts are made fit first.
func WriteTable(w io.Writer, look Look, columns []Column, rows [][]Cell) error {
	widths := make([]int, len(columns))
	for _, row := range rows {
		for i := range row {
			row[i].Text = Line(row[i].Text)
			widths[i] = max(widths[i], uniseg.StringWidth(row[i].Text))
		}
	}
	if look.Width > 0 {
		fitWidths(widths, columns, look.Width)
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			text := cut(cell.Text, widths[i], columns[i].FromLeft)
			padding := strings.Repeat(" ", widths[i]-uniseg.StringWidth(text))
			text = look.Paint(cell.Style, text)
			switch {
			case columns[i].Right:
				b.WriteString(padding + text)
			case i < len(row)-1:
				b.WriteString(text + padding)
			default:
				b.WriteString(text)
			}
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", gap))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fitWidths takes from the widest of the columns that shrink until all fit into the width.
func fitWidths(widths []int, columns []Column, width int) {
	over := gap*(len(widths)-1) - width
	for _, n := range widths {
		over += n
	}
	for ; over > 0; over-- {
		widest := -1
		for i, c := range columns {
			if c.Shrinks && widths[i] > 1 && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// cut shortens a text to a width, with an ellipsis where something is left out. No character is cut in two.
func cut(text string, width int, fromLeft bool) string {
	const ellipsis = "…"
	over := uniseg.StringWidth(text) - width
	if over <= 0 {
		return text
	}
	if width < 1 {
		return ""
	}
	keep, rest, state := "", text, -1
	kept := 0 // columns of what is kept, or dropped
	for rest != "" {
		cluster, after, columns, next := uniseg.FirstGraphemeClusterInString(rest, state)
		switch {
		case fromLeft && kept > over: // what is dropped makes room for the ellipsis too
			return ellipsis + rest
		case !fromLeft && kept+columns > width-1:
			return keep + ellipsis
		}
		keep, rest, state, kept = keep+cluster, after, next, kept+columns
	}
	return ellipsis
}
