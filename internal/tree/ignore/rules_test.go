package ignore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

func rules(tb testing.TB, exclude ...string) *ignore.Rules {
	tb.Helper()
	r, err := ignore.New(exclude)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func must(tb testing.TB, errs ...error) {
	tb.Helper()
	if err := errors.Join(errs...); err != nil {
		tb.Fatal(err)
	}
}

func TestNamesPassedOverByDefault(t *testing.T) {
	r := rules(t)
	for _, path := range []string{
		".hidden", ".catalogizerignore", "a/.git/config", "Thumbs.db", "thumbs.db", "a/Desktop.ini", "@eaDir", "@eaDir/x.jpg", "#recycle",
		"#snapshot", "$RECYCLE.BIN/x", "$Recycle.Bin", "System Volume Information", "lost+found", "film.mkv.part", "FILM.PART",
		"x.partial", "x.crdownload", "x.!qB", "x.!ut", "x.tmp", "x.TMP", "x.filepart", "x.aria2", "dir.part/film.mkv",
		"@Recycle/film.mkv", "@Recently-Snapshot/GMT+08/film.mkv", "RECYCLER/x", "#Recycle", "Network Trash Folder/x", "~snapshot/x", "@tmp/x",
		"x.!bt", "x.!BT", "x.bc!", "..", "..hidden", "...And Justice for All.part",
	} {
		if !r.Ignored(path, false) {
			t.Errorf("%q is taken, want it passed over", path)
		}
	}
	for _, path := range []string{
		"film.mkv", "a/b/c", "part", "film.part1.rar", "x.tmpl", "x.part.mkv", "Lost+Found/01.flac", "@eadir2", "thumbs.db.txt", "a.hidden",
		"caf\xe9.flac", "#1.mp3", "$money.mkv", "x.", "...And Justice for All/01.mp3", "...", "....x", "a/...Baby One More Time.flac",
		"Recycler/01.mp3", "@tmp2", "snapshot", "Network Trash", "x.bt", "x.!",
	} {
		if r.Ignored(path, false) {
			t.Errorf("%q is passed over, want it taken", path)
		}
	}
	if r.Ignored("", true) {
		t.Error("the root itself is passed over")
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		path     string
		dir      bool
		want     bool
	}{
		{[]string{"**/Extras/**"}, "Film/Extras/x.mkv", false, true},
		{[]string{"**/Extras/**"}, "Extras/x.mkv", false, true},
		{[]string{"**/Extras/**"}, "Film/Extras", true, false},
		{[]string{"*.nfo"}, "a/b/x.nfo", false, true},
		{[]string{"/*.nfo"}, "a/x.nfo", false, false},
		{[]string{"samples/"}, "samples", false, false},
		{[]string{"samples/"}, "a/samples/x.mkv", false, true},
		{[]string{"*.mkv", "!keep.mkv"}, "keep.mkv", false, false},
		{[]string{"*.mkv", "!keep"}, "keep/x.mkv", false, true}, // "!" takes back keep, not what is in it
		{[]string{"a/**", "!a/keep"}, "a/keep", false, false},
		{[]string{"a", "!a/keep"}, "a/keep", false, true}, // nothing below a is looked at
		{[]string{"**/a/b"}, "x/a/a/b", false, true},
		{[]string{"a/**/b"}, "a/b", false, true},
		{[]string{"a/**/b"}, "a/x/y/b", false, true},
		{[]string{"[!a]x"}, "bx", false, true},
		{[]string{"[!a]x"}, "ax", false, false},
		{[]string{"[]-]x"}, "]x", false, true},
		{[]string{"[[:digit:]]x"}, "7x", false, true},
		{[]string{`\#x`}, "#x", false, true},
		{[]string{`\!x`}, "!x", false, true},
		{[]string{"# a comment", "", "  "}, "# a comment", false, false},
		{[]string{"x "}, "x", false, true},
		{[]string{`x\ `}, "x ", false, true},
		{[]string{"caf\xe9*"}, "caf\xe9 \xff", false, true},
		{[]string{"a**b"}, "axxb", false, true},
		{[]string{"!.hidden"}, ".hidden", false, false}, // default names can be taken back
		{[]string{"!*.part"}, "a/x.part", false, false},
		{[]string{"!!x"}, "!x", false, false},
		{[]string{"/"}, "x", true, false},
	} {
		if got := rules(t, c.patterns...).Ignored(c.path, c.dir); got != c.want {
			t.Errorf("patterns %q: %q (directory: %v) passed over: %v, want %v", c.patterns, c.path, c.dir, got, c.want)
		}
	}
}

func TestPatternsThatAreNoneAreNamed(t *testing.T) {
	for _, bad := range []string{"[a", `x\`, "a\nb", "a\x00b", "ok/[z"} {
		if _, err := ignore.New([]string{"fine", bad}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", bad)) {
			t.Errorf("pattern %q: error %v, want one that names it", bad, err)
		}
	}
}

func TestIgnoreFilesApplyBelowTheirDirectory(t *testing.T) {
	top := rules(t, "*.nfo")
	in := top.Below("a/b", "\ufeff# ours\r\n/only-here\r\nskip/\r\n!keep.nfo\r\n[broken\r\n")
	deeper := in.Below("a/b/c", "keep.nfo\n!only-here\n")
	for _, c := range []struct {
		r    *ignore.Rules
		path string
		dir  bool
		want bool
	}{
		{in, "a/b/only-here", false, true},
		{in, "a/b/c/only-here", false, false},
		{in, "only-here", false, false},
		{in, "a/bb/only-here", false, false},
		{in, "a/b/c/skip", true, true},
		{in, "a/skip", true, false},
		{in, "a/b/keep.nfo", false, false},
		{in, "a/keep.nfo", false, true},
		{in, "a/b/other.nfo", false, true},
		{deeper, "a/b/c/keep.nfo", false, true},
		{deeper, "a/b/keep.nfo", false, false},
		{deeper, "a/b/only-here", false, true},
		{top, "a/b/only-here", false, false}, // deriving leaves the rules above alone
		{top.Below("", "/x"), "x", false, true},
	} {
		if got := c.r.Ignored(c.path, c.dir); got != c.want {
			t.Errorf("%q (directory: %v) passed over: %v, want %v", c.path, c.dir, got, c.want)
		}
		dir, name := filepath.Split(c.path)
		if got := c.r.IgnoredIn(strings.TrimSuffix(dir, "/"), name, c.dir); got != c.want {
			t.Errorf("%q in %q passed over: %v, want %v", name, dir, got, c.want)
		}
	}
	// Two derived from one must not share the memory that they grow into.
	one, two := in.Below("a/b/1", "x"), in.Below("a/b/2", "y")
	if !one.Ignored("a/b/1/x", false) || one.Ignored("a/b/2/y", false) || !two.Ignored("a/b/2/y", false) {
		t.Error("rules of directories beside each other mix")
	}
}

func TestHashFollowsWhatHasAnEffect(t *testing.T) {
	base := rules(t, "a", "b")
	same := []*ignore.Rules{rules(t, "a", "b"), rules(t, "# comment", "a", "", "b"), base.Below("d", "# nothing\n\n")}
	for i, r := range same {
		if r.Hash() != base.Hash() {
			t.Errorf("equal rules %d: another hash", i)
		}
	}
	seen := map[uint64]int{base.Hash(): -1}
	for i, r := range []*ignore.Rules{
		rules(t), rules(t, "a"), rules(t, "b", "a"), rules(t, "ab"), rules(t, "a", "b", "!b"), base.Below("", "c"), base.Below("d", "c"),
		base.Below("dc", ""+"x"), base.Below("d", "c\nx"),
	} {
		if j, ok := seen[r.Hash()]; ok {
			t.Errorf("rules %d and %d have one hash", i, j)
		}
		seen[r.Hash()] = i
	}
}

// TestPatternsMeanWhatTheyMeanToGit compares random patterns and paths with git itself.
func TestPatternsMeanWhatTheyMeanToGit(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git to compare with")
	}
	repo := t.TempDir()
	must(t, exec.Command(git, "-C", repo, "init", "-q").Run())
	var paths []string
	isDir := map[string]bool{}
	names := []string{"a", "b", "ab", "a.x", "[", "!a", "#a"}
	for _, one := range names {
		must(t, os.Mkdir(repo+"/"+one, 0o755))
		for _, two := range names {
			must(t, os.Mkdir(repo+"/"+one+"/"+two, 0o755))
			for _, three := range []string{"a", "b", "a.x"} {
				must(t, os.WriteFile(repo+"/"+one+"/"+two+"/"+three, nil, 0o600))
				paths = append(paths, one+"/"+two+"/"+three)
			}
			paths, isDir[one+"/"+two] = append(paths, one+"/"+two), true
		}
		paths, isDir[one] = append(paths, one), true
	}
	input := strings.Join(paths, "\x00")
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		patterns := make([]string, 1+random.IntN(4))
		for i := range patterns {
			patterns[i] = randomPattern(random)
		}
		nested := randomPattern(random)
		must(t, os.WriteFile(repo+"/.gitignore", []byte(strings.Join(patterns, "\n")+"\n"), 0o600),
			os.WriteFile(repo+"/a/.gitignore", []byte(nested+"\n"), 0o600))
		check := exec.Command(git, "-C", repo, "check-ignore", "--no-index", "--stdin", "-z")
		check.Stdin = strings.NewReader(input)
		out, err := check.Output()
		if err != nil && check.ProcessState.ExitCode() != 1 { // 1: none is ignored
			t.Fatal(err)
		}
		byGit := strings.Split(string(out), "\x00")
		r := rules(t).Below("", strings.Join(patterns, "\n")).Below("a", nested)
		for _, p := range paths {
			if got, want := r.Ignored(p, isDir[p]), slices.Contains(byGit, p); got != want {
				t.Errorf("patterns %q, in a %q: %q (directory: %v) passed over: %v, git says %v", patterns, nested, p, isDir[p], got, want)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// No part has two asterisks beside a letter: git 2.39 takes the "a" off "a**/b" before it looks at the
// rest, and so lets it match "ab".
func randomPattern(random *rand.Rand) string {
	parts := []string{"a", "b", "ab", "*", "**", "a*", "*.x", "?", "[ab]", "[!a]", "[[:alpha:]]", `\[`, `\!a`, "[]a]", "[a-b]"}
	var names []string
	for range 1 + random.IntN(4) {
		names = append(names, parts[random.IntN(len(parts))])
	}
	p := strings.Join(names, "/")
	for _, decorate := range []struct {
		chance        int
		before, after string
	}{{4, "/", ""}, {4, "", "/"}, {3, "!", ""}, {8, "", " "}} {
		if random.IntN(decorate.chance) == 0 {
			p = decorate.before + p + decorate.after
		}
	}
	return p
}

func TestNamesAreJudgedWithoutAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes sync.Pool forget")
	}
	for _, r := range []*ignore.Rules{rules(t), rules(t, "**/Extras/**", "*.nfo", "/samples/")} {
		if n := testing.AllocsPerRun(100, func() {
			r.IgnoredIn("Artist/Album", "01 - Some Song of Common Length.flac", false)
			r.Ignored("Artist/Album/01 - Some Song of Common Length.flac", false)
		}); n != 0 {
			t.Errorf("%v allocations, want none", n)
		}
	}
}

// A pattern of many asterisks is no trap for the walk.
func TestManyAsterisksTakeNoLonger(t *testing.T) {
	r := rules(t, strings.Repeat("**/a*/", 40)+"b")
	began := time.Now()
	if r.Ignored(strings.Repeat("aa/", 200)+"c", false) {
		t.Error("passed over, though the name does not match")
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %s", took)
	}
}

func FuzzRules(f *testing.F) {
	f.Add("*.nfo\n!keep\n/a/**/b[!x]\\ \n", "a/b/c.nfo")
	f.Add("[[:alpha:]-]\n**\n**/\n/\n!\n\\", "\xff/x")
	f.Fuzz(func(t *testing.T, content, path string) {
		if !tree.ValidPath(path) || path == "" {
			return
		}
		top := rules(t)
		r := top.Below("", content)
		ignored := r.Ignored(path, false)
		if again := top.Below("", content); again.Hash() != r.Hash() || again.Ignored(path, false) != ignored {
			t.Error("the same rules judge differently")
		}
		dir, name := filepath.Split(path)
		dir = strings.TrimSuffix(dir, "/")
		if above := dir != "" && r.Ignored(dir, true); ignored != (above || r.IgnoredIn(dir, name, false)) {
			t.Errorf("%q in %q: passed over %v, by its directory %v", name, dir, ignored, above)
		}
	})
}

func BenchmarkIgnored(b *testing.B) {
	for name, patterns := range map[string][]string{"default": nil, "patterns": {"**/Extras/**", "*.nfo", "/samples/"}} {
		b.Run(name, func(b *testing.B) {
			r := rules(b, patterns...)
			b.ReportAllocs()
			for b.Loop() {
				r.IgnoredIn("Artist/Album", "01 - Some Song of Common Length.flac", false)
			}
		})
	}
}
