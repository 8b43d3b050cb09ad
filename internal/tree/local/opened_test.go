package local_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// TestAnOpenFileRemembersWhatItWas: as its listing said, whatever is written to it since.
func TestAnOpenFileRemembersWhatItWas(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a")
	touch(t, path)
	l, err := local.New(root, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listed, err := l.Stat(context.Background(), "a")
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Open(context.Background(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(path, []byte("more"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened := f.(interface{ Opened() tree.Entry }).Opened()
	now, err := f.Stat()
	if opened != listed || now == listed || now.Size != 4 {
		t.Errorf("listed as %+v, opened as %+v, now %+v", listed, opened, now)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
}
