package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// verbatim takes texts as the process got them: names of files are bytes, and the parser's own way through JSON
// would put U+FFFD in the place of those that are not UTF-8.
func verbatim() []kong.Option {
	as := func(of func(string) (string, error)) kong.MapperFunc {
		return func(ctx *kong.DecodeContext, target reflect.Value) error {
			if !ctx.Scan.Peek().IsValue() {
				return errors.New("a value is missing behind it")
			}
			s, err := of(ctx.Scan.Pop().String())
			target.SetString(s)
			return err
		}
	}
	return []kong.Option{
		kong.KindMapper(reflect.String, as(func(s string) (string, error) { return s, nil })),
		kong.NamedMapper("path", as(func(s string) (string, error) { return kong.ExpandPath(s), isFile(s) })),
		// named as it was written
		kong.NamedMapper("written", as(func(s string) (string, error) { return s, isFile(s) })),
	}
}

// isFile refuses what is no name of a file: a variable of a script that is empty would be this directory, and "-" is
// standard input or output to other programs.
func isFile(arg string) error {
	switch arg {
	case "":
		return errors.New("the name is empty: name a file or directory")
	case "-":
		return errors.New("- is no file, and standard input and output are not used: " +
			"name a file, or ./- for one of that name")
	}
	return nil
}

// flagsFirst puts a command's flags before its other arguments, which may stand among them; the parser takes those in
// one piece only. What follows "--" is no flag.
func flagsFirst(app *kong.Application, args []string) []string {
	if len(args) == 0 {
		return args
	}
	i := slices.IndexFunc(app.Children, func(n *kong.Node) bool { return n.Name == args[0] })
	if i < 0 {
		return args
	}
	flags, rest := []string{args[0]}, []string(nil)
	for queue := args[1:]; len(queue) > 0; queue = queue[1:] {
		switch a := queue[0]; {
		case a == "--":
			rest, queue = append(rest, queue[1:]...), queue[:1]
		case strings.HasPrefix(a, "-") && a != "-":
			if flags = append(flags, a); takesValue(app.Children[i], a) && len(queue) > 1 {
				flags, queue = append(flags, queue[1]), queue[1:]
			}
		default:
			rest = append(rest, a)
		}
	}
	if len(rest) == 0 {
		return flags
	}
	return append(append(flags, "--"), rest...)
}

// takesValue tells a flag whose value is the next argument.
func takesValue(command *kong.Node, arg string) bool {
	for _, group := range command.AllFlags(false) {
		for _, f := range group {
			if arg == "--"+f.Name || f.Short != 0 && arg == "-"+string(f.Short) {
				return !f.IsBool()
			}
		}
	}
	return false
}

// askedForHelp takes "help" and "help COMMAND" for --help, as other programs do.
func askedForHelp(args []string) []string {
	if len(args) == 0 || args[0] != "help" {
		return args
	}
	return append(slices.Clone(args[1:min(len(args), 2)]), "--help")
}

// commandOf is what was called, as far as there is such a command.
func commandOf(app *kong.Application, args []string) string {
	if len(args) > 0 && slices.ContainsFunc(app.Children, func(n *kong.Node) bool { return n.Name == args[0] }) {
		return app.Name + " " + args[0]
	}
	return app.Name
}
