package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// asListed reports whether a path that answers is spelled as listings spell it, and not only in a way that a file
// system which ignores case finds it by too. Where case counts that takes a stat of each name, else a listing.
func (r *runner) asListed(ctx context.Context, path string) (bool, error) {
	dir := ""
	for name := range strings.SplitSeq(path, "/") {
		at := tree.Join(dir, name)
		id, folds, err := r.folds(ctx, dir, name)
		if err != nil {
			return false, err
		}
		if folds {
			l, err := r.tree.List(ctx, dir)
			if err != nil {
				return false, err
			}
			if listedAs(l, name, id) == otherwise {
				return false, nil
			}
		}
		dir = at
	}
	return true, nil
}

// folds reports whether a name is found in another case too, and what it is.
func (r *runner) folds(ctx context.Context, dir, name string) (id tree.FileID, folds bool, err error) {
	swapped := swapCase(name)
	if swapped == name {
		return id, false, nil
	}
	other, err := r.tree.Stat(ctx, tree.Join(dir, swapped))
	if err != nil {
		if away(ctx, err) {
			return id, false, err
		}
		return id, false, nil
	}
	e, err := r.tree.Stat(ctx, tree.Join(dir, name))
	return e.ID, err == nil && e.ID == other.ID && e.Type == other.Type, err
}

// spelling is how a listing shows a name that answers.
type spelling int

const (
	notAtAll spelling = iota
	exactly
	otherwise
)

func listedAs(l *tree.Listing, name string, id tree.FileID) (as spelling) {
	for i := range l.Entries {
		switch e := &l.Entries[i]; {
		case e.Name == name:
			return exactly
		case e.ID == id && reconcile.SameSpelling(e.Name, name):
			as = otherwise
		}
	}
	return as
}

// swapCase exchanges upper and lower case, of ASCII letters where there are any: every file system that ignores case
// knows these.
func swapCase(name string) string {
	swap := func(ascii bool) string {
		return strings.Map(func(c rune) rune {
			switch {
			case ascii && c >= utf8.RuneSelf:
				return c
			case unicode.IsUpper(c):
				return unicode.ToLower(c)
			}
			return unicode.ToUpper(c)
		}, name)
	}
	if !utf8.ValidString(name) {
		return name
	}
	if s := swap(true); s != name {
		return s
	}
	return swap(false)
}

// checkSpelling fails with tree.ErrNotExist where a job's directory, which no listing has shown, is listed in another
// spelling: looked at under both it would be catalogued twice.
func (r *runner) checkSpelling(ctx context.Context, j *job) error {
	if j.listed || j.dir == "" {
		return nil
	}
	d, found, err := r.s.store.Dir(ctx, r.id, j.dir)
	if err != nil || found && !d.Gone {
		return err
	}
	listed, err := r.asListed(ctx, j.dir)
	if err == nil && !listed {
		err = fmt.Errorf("look at %q: %w in this spelling", j.dir, tree.ErrNotExist)
	}
	return err
}

// absent reports whether an error proves that a path is not there, or is no directory.
func absent(err error) bool {
	return errors.Is(err, tree.ErrNotExist) || errors.Is(err, tree.ErrNotDir)
}
