// Package completion writes scripts by which shells complete a program's command line. They are made of a description
// of the commands alone, ask nobody while they complete, and need nothing beside the shell itself.
package completion

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Takes is what a value may be.
type Takes int

// What values are.
const (
	Text         Takes = iota // nothing that could be told
	File                      // a file's name
	Directory                 // a directory's
	Choice                    // one of Value.Choices
	ListOf                    // some of Value.Choices, with commas between
	noValueAtAll              // a flag that stands alone
)

// Value is what stands behind a flag, or an argument.
type Value struct {
	Name    string // such as FILE
	Takes   Takes
	Choices []string
}

// Switch is the value of a flag that has none.
var Switch = Value{Takes: noValueAtAll}

// Flag is a flag of a command.
type Flag struct {
	Long  string
	Short string // one letter, or none
	Help  string
	Value Value
}

// Argument is an argument of a command.
type Argument struct {
	Value
	Repeated bool // the last one may come again and again
}

// Command is a command, or one of a command's own.
type Command struct {
	Name, Help string
	Flags      []Flag
	Arguments  []Argument
	Commands   []Command
}

// Shells are those that there are scripts for.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Write writes the script of a shell for a program.
func Write(w io.Writer, shell string, program Command) error {
	write, ok := map[string]func(*script, Command){"bash": bash, "zsh": zsh, "fish": fish}[shell]
	if !ok {
		return fmt.Errorf("no completion for %q: choose %s", shell, strings.Join(Shells(), ", "))
	}
	var s script
	write(&s, program)
	_, err := io.WriteString(w, s.String())
	return err
}

// script gathers lines.
type script struct{ strings.Builder }

func (s *script) line(format string, args ...any) {
	fmt.Fprintf(s, format, args...)
	s.WriteByte('\n')
}

// placed is a command with the words that lead to it.
type placed struct {
	path []string // without the program's name
	Command
}

// all lists the commands below one, that itself first.
func all(c Command, path ...string) []placed {
	found := []placed{{path, c}}
	for _, child := range c.Commands {
		found = append(found, all(child, append(slices.Clone(path), child.Name)...)...)
	}
	return found
}

// parent gives the words that lead to the command above.
func parent(c placed) string { return strings.Join(c.path[:len(c.path)-1], " ") }

// names are those of a command's own commands.
func (c Command) names() (names []string) {
	for _, child := range c.Commands {
		names = append(names, child.Name)
	}
	return names
}

// spellings are the ways in which a flag is written.
func (f Flag) spellings() []string {
	if f.Short == "" {
		return []string{"--" + f.Long}
	}
	return []string{"--" + f.Long, "-" + f.Short}
}

// quote puts a text into single quotes, as shells take it to the letter.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// summary is the first sentence of a help.
func summary(help string) string {
	first, _, _ := strings.Cut(help, "; ")
	first, _, _ = strings.Cut(first, ". ")
	return strings.TrimSuffix(first, ".")
}
