package setup

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// Reading says what somebody needs who is to read directories and owns none of them.
type Reading struct {
	Groups []string // to be a member of
	Closed []string // directories and files that no group may read, such as "/srv/films (mode 0700 of root)"
	AtHome bool     // something lies below a home, which a service may not see
}

// sampled is how many entries of a directory are looked at: they are mostly of one kind.
const sampled = 200

// WhoReads looks at directories, all above them, and what lies in them.
func WhoReads(dirs []string) (Reading, error) {
	var r Reading
	for _, dir := range dirs {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return r, fmt.Errorf("look at %s: %w", dir, err)
		}
		r.AtHome = r.AtHome || isHome(real)
		for above := filepath.Dir(real); ; above = filepath.Dir(above) {
			if err := r.look(above, 1); err != nil {
				return r, err
			}
			if above == filepath.Dir(above) {
				break
			}
		}
		if err := r.look(real, 5); err != nil {
			return r, err
		}
		if err := r.lookInside(real); err != nil {
			return r, err
		}
	}
	slices.Sort(r.Groups)
	r.Groups = slices.Compact(r.Groups)
	slices.Sort(r.Closed)
	r.Closed = slices.Compact(r.Closed)
	return r, nil
}

func isHome(path string) bool {
	for _, home := range []string{"/home", "/root", "/run/user"} {
		if path == home || len(path) > len(home) && path[:len(home)+1] == home+"/" {
			return true
		}
	}
	return false
}

func (r *Reading) lookInside(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("look into %s: %w", dir, err)
	}
	defer f.Close()
	entries, _ := f.ReadDir(sampled) // what could be read of it
	for _, e := range entries {
		need := uint32(4)
		switch {
		case e.IsDir():
			need = 5
		case !e.Type().IsRegular():
			continue
		}
		if err := r.look(filepath.Join(dir, e.Name()), need); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// look notes what is needed for some rights, of the lowest bits of a mode, on one file or directory.
func (r *Reading) look(path string, need uint32) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	switch mode := uint32(info.Mode().Perm()); {
	case mode&need == need:
	case mode>>3&need == need && st.Gid != 0:
		r.Groups = append(r.Groups, groupName(st.Gid))
	default:
		r.Closed = append(r.Closed, fmt.Sprintf("%s (mode %#o of %s)", path, mode, userName(st.Uid)))
	}
	return nil
}

// groupName is a group's name, or its number where it has none.
func groupName(gid uint32) string {
	id := strconv.FormatUint(uint64(gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}
