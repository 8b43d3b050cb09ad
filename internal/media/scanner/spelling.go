package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// asListed reports whether a path that answers is spelled as listings spell it, and not only in a way that a file
// system which ignores case finds it by too. Where case counts that takes two looks at each name, else a listing. A share
// says itself of a name whose directory it has listed that it is not there in this spelling, though it leads to what is
// below.
func (r *runner) asListed(ctx context.Context, path string) (bool, error) {
	dir := ""
	for name := range strings.SplitSeq(path, "/") {
		at := tree.Join(dir, name)
		e, err := r.tree.Stat(ctx, at)
		switch {
		case err == nil:
		case absent(err):
			return false, nil
		case away(ctx, err):
			return false, err
		}
		folds, err := r.folds(ctx, dir, name)
		if err != nil {
			return false, err
		}
		if folds {
			as, err := r.listedAs(ctx, dir, name, e.ID)
			if err != nil || as == otherwise {
				return false, err
			}
		}
		dir = at
	}
	return true, nil
}

// folds reports whether something answers to a name in another spelling too: it may be found by both. What answers need
// not say so by its number, since through FUSE a file has one by each spelling.
func (r *runner) folds(ctx context.Context, dir, name string) (bool, error) {
	for _, respell := range respellings {
		other := respell(name)
		if other == name {
			continue
		}
		_, err := r.tree.Stat(ctx, tree.Join(dir, other))
		if err == nil || away(ctx, err) {
			return err == nil, err
		}
	}
	return false, nil
}

// respellings give another spelling of a name, by which a file system may find it too: in the other case, and with
// letters that are composed otherwise. One that cannot be spelled otherwise they give back.
var respellings = [...]func(string) string{swapCase, recompose}

// recompose composes the letters of a name, or decomposes them where they are.
func recompose(name string) string {
	if !utf8.ValidString(name) {
		return name
	}
	if s := norm.NFC.String(name); s != name {
		return s
	}
	return norm.NFD.String(name)
}

// spelling is how a listing shows a name that answers.
type spelling int

const (
	notAtAll spelling = iota
	exactly
	otherwise
)

// listedAs says how a directory lists a name that answers. What is listed in another spelling is it: where it has another
// number, it is all the same unless the listing may lack the name itself.
func (r *runner) listedAs(ctx context.Context, dir, name string, id tree.FileID) (as spelling, err error) {
	l, err := r.tree.List(ctx, dir)
	if err != nil {
		return notAtAll, err
	}
	for i := range l.Entries {
		switch o := &l.Entries[i]; {
		case o.Name == name:
			return exactly, nil
		case (o.ID == id || !l.Provisional) && reconcile.SameSpelling(o.Name, name):
			as = otherwise
		}
	}
	return as, nil
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

// onlySpelling reports whether the files that were looked at by their names are found by those alone. Where other
// spellings find them too, only a listing says which is theirs: an event bears the one that a program came by. A
// directory ignores case, or how letters are composed, for all that is in it or for nothing: so one name tells.
func (r *runner) onlySpelling(ctx context.Context, g *reconcile.Snapshot) (bool, error) {
	for _, respell := range respellings {
		for i := range g.Files {
			name := g.Files[i].Name
			other := respell(name)
			if other == name {
				continue
			}
			if _, err := r.tree.Stat(ctx, tree.Join(g.Dir, other)); err == nil || away(ctx, err) {
				return false, err
			}
			break
		}
	}
	return true, nil
}
