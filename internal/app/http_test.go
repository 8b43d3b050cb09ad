package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestTheKeyOfLinksOutlivesRestartsAndIsForItsOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	first, err := linkKey(dir)
	if err != nil || len(first) != linkKeySize {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	file := filepath.Join(dir, linkKeyFile)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if again, err := linkKey(dir); err != nil || !bytes.Equal(first, again) {
		t.Errorf("another key after a restart, %v", err)
	}
	if err := os.WriteFile(file, first[:5], 0o600); err != nil { // cut by a full disk
		t.Fatal(err)
	}
	other, err := linkKey(dir)
	if err != nil || len(other) != linkKeySize || bytes.Equal(first, other) {
		t.Errorf("of a file cut short: %d bytes, %v", len(other), err)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if key, err := linkKey(filepath.Join(dir, "nowhere")); err == nil || len(key) != linkKeySize {
		t.Errorf("where it cannot be kept: %d bytes, %v", len(key), err)
	}
}
