package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/creack/pty"

	"github.com/catalogizer/catalogizerd/internal/terminal/completion"
)

// shell runs a shell that completes lines, and gives what it offers for each.
type shell func(t *testing.T, lines []string) [][]string

var shells = map[string]shell{"bash": askBash, "fish": askFish}

// script writes the completion of a shell to a file of its name.
func script(t *testing.T, shell, name string) string {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skipf("no %s to complete with", shell)
	}
	file := filepath.Join(t.TempDir(), name)
	write(t, file, command(t, "", "completion", shell).ends(t, exitDone).out)
	return file
}

func askBash(t *testing.T, lines []string) [][]string {
	t.Helper()
	file := script(t, "bash", "catalogizerd")
	ask := "source " + file + "; compopt() { :; }\n" + `while IFS= read -r line; do
		read -ra COMP_WORDS <<<"$line"
		[[ $line != *' ' ]] || COMP_WORDS+=('')
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_catalogizerd
		(IFS=$'\t'; echo "${COMPREPLY[*]}")
	done`
	return answers(t, exec.CommandContext(t.Context(), "bash", "-u", "-c", ask), lines)
}

func askFish(t *testing.T, lines []string) [][]string {
	t.Helper()
	file := script(t, "fish", "catalogizerd.fish")
	ask := "source " + file + `
		while read -l line
			set -l found (complete -C "$line" | string replace -r '\t.*' '')
			set -l joined (string join -- \t $found)
			echo "$joined"
		end`
	return answers(t, exec.CommandContext(t.Context(), "fish", "--no-config", "-c", ask), lines)
}

func answers(t *testing.T, shell *exec.Cmd, lines []string) (all [][]string) {
	t.Helper()
	var errOut bytes.Buffer
	shell.Stdin, shell.Stderr = strings.NewReader(strings.Join(lines, "\n")+"\n"), &errOut
	shell.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := shell.Output()
	if err != nil || errOut.Len() > 0 {
		t.Fatalf("%s: %v\n%s", shell.Args[0], err, errOut.String())
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n") {
		all = append(all, strings.Split(line, "\t"))
	}
	if len(all) != len(lines) {
		t.Fatalf("%s answers %d lines of %d: %q", shell.Args[0], len(all), len(lines), out)
	}
	return all
}

// leaves are the commands that do something, by their words.
func leaves(n *kong.Node, path string) map[string]*kong.Node {
	found := map[string]*kong.Node{}
	for _, child := range n.Children {
		at := path + " " + child.Name
		if len(child.Children) == 0 {
			found[at] = child
		}
		for words, leaf := range leaves(child, at) {
			found[words] = leaf
		}
	}
	return found
}

func TestShellsOfferEveryFlagOfEveryCommand(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	commands := leaves(parser.Model.Node, "catalogizerd")
	var lines []string
	for words := range commands {
		lines = append(lines, words+" --")
	}
	for name, ask := range shells {
		t.Run(name, func(t *testing.T) {
			for i, offered := range ask(t, lines) {
				words := strings.TrimSuffix(lines[i], " --")
				want := []string{"--help"}
				for _, f := range commands[words].Flags {
					want = append(want, "--"+f.Name)
				}
				slices.Sort(want)
				if slices.Sort(offered); !slices.Equal(offered, want) {
					t.Errorf("%s: %q, want %q", words, offered, want)
				}
			}
		})
	}
}

func TestShellsOfferWhatMayStandThere(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/films/a.mkv", "x")
	write(t, dir+"/films.toml", "")
	for line, want := range map[string]string{
		"catalogizerd st":                           "status",
		"catalogizerd accept ":                      "removals volume",
		"catalogizerd accept --server http://x r":   "removals",
		"catalogizerd completion ":                  strings.Join(slices.Sorted(slices.Values(completion.Shells())), " "),
		"catalogizerd search --kind movie,subt":     "movie,subtitle",
		"catalogizerd works --kind audiob":          "audiobook",
		"catalogizerd works --kind subt":            "",
		"catalogizerd check " + dir + "/f":          dir + "/films",
		"catalogizerd serve --config " + dir + "/f": dir + "/films " + dir + "/films.toml",
		"catalogizerd status ":                      "",
		"catalogizerd search works --w":             "--works", // words of a search are no commands
	} {
		for name, ask := range shells {
			t.Run(name+" "+line, func(t *testing.T) {
				offered := ask(t, []string{line})[0]
				for i := range offered {
					offered[i] = strings.TrimSuffix(offered[i], "/") // of a directory
				}
				slices.Sort(offered)
				if got := strings.Join(offered, " "); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		}
	}
}

// zsh completes at a terminal only: each line gets a Tab, and what stands there then is printed.
func TestZshCompletes(t *testing.T) {
	file := script(t, "zsh", "_catalogizerd")
	cmd := exec.CommandContext(t.Context(), "zsh", "-f", "-i")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=dumb", "PS1=> ", "ZDOTDIR="+t.TempDir())
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Skip("no terminal to be had: ", err)
	}
	defer func() {
		_ = tty.Close()
		_ = cmd.Wait() // it is hung up on
	}()
	said := bufio.NewReader(tty)
	typed := func(keys string) {
		if _, err := tty.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	_ = tty.SetReadDeadline(time.Now().Add(3 * time.Minute))
	until := func(want string) {
		t.Helper()
		var all strings.Builder
		for !strings.Contains(all.String(), want) {
			b, err := said.ReadByte()
			if err != nil {
				t.Fatalf("%v: zsh says %q, want %q", err, all.String(), want)
			}
			all.WriteByte(b)
		}
	}
	typed("fpath=(" + filepath.Dir(file) + " $fpath); autoload -U compinit && compinit -u -D && echo set up: ${_comps[catalogizerd]}\n")
	until("set up: _catalogizerd")
	for line, want := range map[string]string{
		"catalogizerd st":                       "status",
		"catalogizerd accept r":                 "accept removals",
		"catalogizerd accept --y":               "accept --yes",
		"catalogizerd completion z":             "completion zsh",
		"catalogizerd search --kind movie,subt": "movie,subtitle",
	} {
		typed("\x15" + line + "\t")
		until(want)
	}
}
