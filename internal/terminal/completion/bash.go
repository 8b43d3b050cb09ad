package completion

import "strings"

// bash writes a script for bash 4.4 and later. It needs nothing of the bash-completion package, but may be installed
// where that looks for it.
func bash(s *script, program Command) {
	own := "__" + program.Name
	s.line("# bash completion of %s", program.Name)
	s.line("%s_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\"); }", own)
	s.line("%s_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }", own)
	s.line("%s_list() {", own)
	s.line("\tlocal before=''")
	s.line("\t[[ $cur != *,* ]] || before=${cur%%,*},")
	s.line("\tcompopt -o nospace")
	s.line("\tmapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$1\" -- \"${cur##*,}\")")
	s.line("}")
	s.line("_%s() {", program.Name)
	s.line("\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' i n=0 only=''")
	s.line("\t[[ $cur == = ]] && cur=''")
	s.line("\t[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}")
	s.line("\tCOMPREPLY=()")
	s.line("\tfor ((i = 1; i < COMP_CWORD; i++)); do")
	s.line("\t\tcase \"$command ${COMP_WORDS[i]}\" in")
	commands := all(program)
	for _, c := range commands[1:] {
		s.line("\t\t%s) command=%s n=0 ;;", quote(parent(c)+" "+c.Name), quote(strings.Join(c.path, " ")))
	}
	s.line("\t\t*' --') only=arguments; break ;;")
	bashWithValues(s, commands)
	s.line("\t\t*' -'*) ;;")
	s.line("\t\t*) ((++n)) ;;")
	s.line("\t\tesac")
	s.line("\tdone")
	bashValues(s, program, commands)
	bashWords(s, program, commands)
	s.line("}")
	s.line("complete -F _%s %s", program.Name, program.Name)
}

// bashPatterns are those of a command and a flag of it.
func bashPatterns(c placed, f Flag) (patterns []string) {
	for _, spelling := range f.spellings() {
		patterns = append(patterns, quote(strings.Join(c.path, " ")+" "+spelling))
	}
	return patterns
}

// bashWithValues passes over the values of flags, which are no arguments.
func bashWithValues(s *script, commands []placed) {
	for _, c := range commands {
		var patterns []string
		for _, f := range c.Flags {
			if f.Value.Takes != noValueAtAll {
				patterns = append(patterns, bashPatterns(c, f)...)
			}
		}
		if len(patterns) > 0 {
			s.line("\t\t%s) ((++i)); [[ ${COMP_WORDS[i]} != = ]] || ((++i)) ;;", strings.Join(patterns, "|"))
		}
	}
}

// bashValues completes what stands behind a flag.
func bashValues(s *script, program Command, commands []placed) {
	s.line("\t[[ -n $only ]] || case \"$command $prev\" in")
	for _, c := range commands {
		for _, f := range c.Flags {
			if f.Value.Takes != noValueAtAll {
				s.line("\t%s) %s; return ;;", strings.Join(bashPatterns(c, f), "|"), bashValue(program, f.Value))
			}
		}
	}
	s.line("\tesac")
}

// bashWords completes commands, flags and arguments.
func bashWords(s *script, program Command, commands []placed) {
	s.line("\tif [[ $cur == -* && -z $only ]]; then")
	s.line("\t\tcase $command in")
	for _, c := range commands {
		var flags []string
		for _, f := range c.Flags {
			flags = append(flags, f.spellings()...)
		}
		s.line("\t\t%s) __%s_words %s ;;", quote(strings.Join(c.path, " ")), program.Name, quote(strings.Join(flags, " ")))
	}
	s.line("\t\tesac")
	s.line("\telse")
	s.line("\t\tcase \"$command $n\" in")
	for _, c := range commands {
		path := strings.Join(c.path, " ")
		if len(c.Commands) > 0 {
			s.line("\t\t%s) __%s_words %s ;;", quote(path+" 0"), program.Name, quote(strings.Join(c.names(), " ")))
		}
		for i, a := range c.Arguments {
			if a.Repeated {
				s.line("\t\t%s*) %s ;;", quote(path+" "), bashValue(program, a.Value))
				continue
			}
			s.line("\t\t%s) %s ;;", quote(path+" "+string(rune('0'+i))), bashValue(program, a.Value))
		}
	}
	s.line("\t\tesac")
	s.line("\tfi")
}

func bashValue(program Command, v Value) string {
	own := "__" + program.Name
	switch v.Takes {
	case File:
		return own + "_files -f"
	case Directory:
		return own + "_files -d"
	case Choice:
		return own + "_words " + quote(strings.Join(v.Choices, " "))
	case ListOf:
		return own + "_list " + quote(strings.Join(v.Choices, " "))
	}
	return ":"
}
