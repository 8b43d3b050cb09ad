package main

import (
	"strings"

	"github.com/alecthomas/kong"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/terminal/completion"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints the script by which a shell completes this program's command line.
func (c *completionCommand) Run(p *process, app *kong.Kong) error {
	return completion.Write(p.out, c.Shell, described(app.Model.Node))
}

// described is a command as completion knows commands.
func described(n *kong.Node) completion.Command {
	c := completion.Command{Name: n.Name, Help: n.Help}
	flags := n.Flags
	if n.Parent != nil {
		flags = append(flags[:len(flags):len(flags)], root(n).Flags[0]) // --help
	}
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		flag := completion.Flag{Long: f.Name, Help: f.Help, Value: completion.Switch}
		if f.Short != 0 {
			flag.Short = string(f.Short)
		}
		if !f.IsBool() {
			flag.Value = valueOf(n, f.Value)
		}
		c.Flags = append(c.Flags, flag)
	}
	for _, a := range n.Positional {
		c.Arguments = append(c.Arguments, completion.Argument{Value: valueOf(n, a), Repeated: a.IsCumulative()})
	}
	for _, child := range n.Children {
		if !child.Hidden {
			c.Commands = append(c.Commands, described(child))
		}
	}
	return c
}

func root(n *kong.Node) *kong.Node {
	for n.Parent != nil {
		n = n.Parent
	}
	return n
}

// valueOf tells what a value may be: by its choices, or by the word that stands for it in the help.
func valueOf(n *kong.Node, v *kong.Value) completion.Value {
	name := strings.ToUpper(v.Name)
	if v.Flag != nil && v.Flag.PlaceHolder != "" {
		name = strings.ToUpper(v.Flag.PlaceHolder)
	}
	found := completion.Value{Name: name}
	switch {
	case v.Enum != "":
		found.Takes, found.Choices = completion.Choice, strings.Split(v.Enum, ",")
	case v.Name == "kind":
		found.Takes, found.Choices = completion.ListOf, kindsOf(n.Name)
	case name == "DIR", name == "ROOT" && v.Flag == nil && v.IsCumulative(): // a name of a root is one word
		found.Takes = completion.Directory
	case name == "FILE", name == "PATH":
		found.Takes = completion.File
	}
	return found
}

// kindsOf are those that a command may be asked for: of works, and of files where it knows those too.
func kindsOf(command string) []string {
	kinds := store.WorkKinds()
	if command == "works" {
		return kinds
	}
	for _, k := range media.Kinds() {
		if !isWorkKind(string(k)) {
			kinds = append(kinds, string(k))
		}
	}
	return kinds
}
