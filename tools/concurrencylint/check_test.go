package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A file of testdata says by `want "TEXT"` what is to be found on a line.
func TestWhatBreaksARuleIsFoundAndNothingElse(t *testing.T) {
	findings, err := checkFile("testdata/rules.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]string{}
	for _, f := range findings {
		line, err := strconv.Atoi(strings.Split(f, ":")[1])
		if err != nil {
			t.Fatalf("finding %q, want FILE:LINE:COLUMN: TEXT", f)
		}
		found[line] = f
	}
	text, err := os.ReadFile("testdata/rules.go")
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`want "([^"]+)"`)
	for i, line := range strings.Split(string(text), "\n") {
		m := want.FindStringSubmatch(line)
		switch f := found[i+1]; {
		case m == nil && f != "":
			t.Errorf("%s: want nothing found in %q", f, line)
		case m != nil && !strings.Contains(f, m[1]):
			t.Errorf("line %d: found %q, want %q", i+1, f, m[1])
		}
	}
}

func TestGoroutinesStartInOneRoomAndTestsAreTheirOwnMatter(t *testing.T) {
	const file = "package p\n\nfunc f() { go f() }\n"
	dir := t.TempDir()
	for path, want := range map[string]int{
		"internal/run/group.go":         0,
		"internal/smb/share.go":         1,
		"internal/smb/share_test.go":    0,
		"internal/smb/smbtest/proxy.go": 0,
		"internal/smb/testdata/x.go":    0,
	} {
		at := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
		findings, err := check([]string{dir})
		if err != nil || len(findings) != want {
			t.Errorf("%s: found %q, %v, want %d findings", path, findings, err, want)
		}
		if err := os.Remove(at); err != nil {
			t.Fatal(err)
		}
	}
}
