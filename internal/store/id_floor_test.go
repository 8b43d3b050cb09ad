package store

import (
	"errors"
	"os"
	"testing"
)

// unreadable is a file of which every read fails as that of a disk does. proc(5)
const unreadable = "/proc/self/mem"

// TestIDsThatCannotBeReadAreNotBegunAnew: a disk that fails does not say that no ids were given above the catalog's.
func TestIDsThatCannotBeReadAreNotBegunAnew(t *testing.T) {
	if _, err := os.Stat(unreadable); err != nil {
		t.Skip("this system has no file that cannot be read")
	}
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	r.films(r.addRoot("films"), 3)
	file := floorOf(r.path)
	r.stop()
	kept, err := os.ReadFile(file)
	if err == nil {
		err = errors.Join(os.Remove(file), os.Symlink(unreadable, file))
	}
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrDisk) {
		if err == nil {
			_ = s.Close()
		}
		t.Errorf("opened beside ids that cannot be read: %v", err)
	}
	if to, err := os.Readlink(file); err != nil || to != unreadable {
		t.Errorf("what cannot be read was written anew: %q, %v", to, err)
	}
	if err := errors.Join(os.Remove(file), os.WriteFile(file, kept, 0o600)); err != nil {
		t.Fatal(err)
	}
	r = runAt(t, dir, Options{})
	defer r.stop()
	if n := r.numbers("SELECT count(*) FROM items")[0]; n != 3 {
		t.Errorf("%d items once it can be read, want 3", n)
	}
}
