package completion

import (
	"fmt"
	"strings"
)

// fish writes a script for fish 3 and later.
func fish(s *script, program Command) {
	s.line("# fish completion of %s", program.Name)
	fishFinder(s, program)
	s.line("complete -c %s -f", program.Name)
	for _, c := range all(program) {
		where := fishWhere(program, c)
		for _, child := range c.Commands {
			s.line("complete -c %s%s -a %s -d %s", program.Name, where, child.Name, quote(summary(child.Help)))
		}
		for _, f := range c.Flags {
			text := fmt.Sprintf("complete -c %s%s -l %s", program.Name, where, f.Long)
			if f.Short != "" {
				text += " -s " + f.Short
			}
			s.line("%s%s -d %s", text, fishValue(f.Value, " -r"), quote(summary(f.Help)))
		}
		for i, a := range c.Arguments {
			if value := fishValue(a.Value, ""); value != "" {
				s.line("complete -c %s%s%s", program.Name, fishArgument(where, c, i), value)
			}
		}
	}
}

// fishFinder writes a function that tells to which command the words before the cursor lead.
func fishFinder(s *script, program Command) {
	var paths []string
	for _, c := range all(program)[1:] {
		paths = append(paths, quote(parent(c)+" "+c.Name))
	}
	s.line("function __%s_at", program.Name)
	s.line("\tset -l at ''")
	s.line("\tfor word in (commandline -opc)[2..-1]")
	s.line("\t\tcontains -- \"$at $word\" %s; and set at (string trim \"$at $word\")", strings.Join(paths, " "))
	s.line("\tend")
	s.line("\ttest \"$at\" = \"$argv\"")
	s.line("end")
}

// fishWhere is the condition that the words before lead to a command.
func fishWhere(program Command, c placed) string {
	return fmt.Sprintf(" -n '__%s_at %s'", program.Name, strings.Join(c.path, " "))
}

// fishArgument adds that an argument which is one of a few has not been said yet.
func fishArgument(where string, c placed, i int) string {
	a := c.Arguments[i]
	if a.Takes != Choice || a.Repeated {
		return where
	}
	return strings.TrimSuffix(where, "'") + "; and not __fish_seen_subcommand_from " + strings.Join(a.Choices, " ") + "'"
}

func fishValue(v Value, required string) string {
	switch v.Takes {
	case File:
		return required + " -F"
	case Directory:
		return required + " -a '(__fish_complete_directories)'"
	case Choice:
		return required + " -a " + quote(strings.Join(v.Choices, " "))
	case ListOf:
		return required + " -a " + quote("(__fish_complete_list , 'string split \" \" \""+strings.Join(v.Choices, " ")+"\"')")
	case noValueAtAll:
		return ""
	}
	return required
}
