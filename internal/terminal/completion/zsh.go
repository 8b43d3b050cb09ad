package completion

import "strings"

// zsh writes a script for a directory of $fpath, as _PROGRAM.
func zsh(s *script, program Command) {
	s.line("#compdef %s", program.Name)
	s.line("")
	for _, c := range all(program) {
		s.line("%s() {", zshName(program, c))
		if len(c.Commands) > 0 {
			zshParent(s, program, c)
		} else {
			s.line("\t_arguments -s -S%s", zshFlags(c.Command))
		}
		s.line("}")
		s.line("")
	}
	s.line("_%s \"$@\"", program.Name)
}

// zshName is the function of a command.
func zshName(program Command, c placed) string {
	return "_" + strings.Join(append([]string{program.Name}, c.path...), "_")
}

// zshParent completes a command's own commands, and leaves the rest to them.
func zshParent(s *script, program Command, c placed) {
	s.line("\tlocal context state line")
	s.line("\ttypeset -A opt_args")
	s.line("\t_arguments -C%s \\", zshFlags(c.Command))
	s.line("\t\t'1: :->command' \\")
	s.line("\t\t'*::argument:->arguments' && return")
	s.line("\tcase $state in")
	s.line("\tcommand)")
	s.line("\t\tlocal -a commands=(")
	for _, child := range c.Commands {
		s.line("\t\t\t%s", quote(child.Name+":"+summary(child.Help)))
	}
	s.line("\t\t)")
	s.line("\t\t_describe command commands")
	s.line("\t\t;;")
	s.line("\targuments)")
	s.line("\t\tcase $line[1] in")
	for _, child := range c.Commands {
		below := placed{append(append([]string(nil), c.path...), child.Name), child}
		s.line("\t\t%s) %s ;;", child.Name, zshName(program, below))
	}
	s.line("\t\tesac")
	s.line("\t\t;;")
	s.line("\tesac")
}

// zshText escapes what means something inside of a specification.
var zshText = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `:`, `\:`)

// zshFlags are the specifications of a command's flags and arguments.
func zshFlags(c Command) string {
	var b strings.Builder
	add := func(spec string) { b.WriteString(" \\\n\t\t" + quote(spec)) }
	for _, f := range c.Flags {
		help := "[" + zshText.Replace(summary(f.Help)) + "]"
		if f.Value.Takes == noValueAtAll {
			for _, spelling := range f.spellings() {
				add(spelling + help)
			}
			continue
		}
		value := ":" + strings.ToLower(f.Value.Name) + ":" + zshValue(f.Value)
		add("--" + f.Long + "=" + help + value)
		if f.Short != "" {
			add("-" + f.Short + "+" + help + value)
		}
	}
	for _, a := range c.Arguments {
		value := strings.ToLower(a.Name) + ":" + zshValue(a.Value)
		if a.Repeated {
			add("*:" + value)
			continue
		}
		add(":" + value)
	}
	return b.String()
}

func zshValue(v Value) string {
	switch v.Takes {
	case File:
		return "_files"
	case Directory:
		return "_files -/"
	case Choice:
		return "(" + strings.Join(v.Choices, " ") + ")"
	case ListOf:
		return "_values -s , " + strings.ToLower(v.Name) + " " + strings.Join(v.Choices, " ")
	}
	return " "
}
