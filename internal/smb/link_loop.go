package smb

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Servers show a link inside a share as what it leads to, and one that leads to a directory above it as a tree
// without end. Nothing in a listing tells such a directory from others but that it is one of those above it.

// ancestor is a directory on the way down from the root.
type ancestor struct {
	path string
	id   uint64
}

// ancestors are the directories above path, the nearest first. Those that are not remembered are asked for; one
// that cannot be is left out.
func (s *Share) ancestors(ctx context.Context, path string) (ancestors []ancestor, err error) {
	for path != "" {
		path = tree.Parent(path)
		known, ok := s.cache.dir(path)
		if !ok {
			i, err := s.lookNow(ctx, path)
			if classify(err) == thisEntry {
				continue
			}
			if err != nil {
				return nil, err
			}
			s.cache.passed(path, i)
			known.info = i
		}
		ancestors = append(ancestors, ancestor{path, known.id})
	}
	return ancestors, nil
}

// leadsBack reports whether the directory at path, with this number, is one of those above it.
func (s *Share) leadsBack(ctx context.Context, path string, id uint64, above []ancestor) (bool, error) {
	for _, a := range above {
		if id == 0 || id != a.id {
			continue
		}
		if same, err := s.same(ctx, path, a.path); same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// inLoop reports whether the way down to the directory at path, which has this number, leads through one that
// leads back.
func (s *Share) inLoop(ctx context.Context, path string, id uint64) (bool, error) {
	ancestors, err := s.ancestors(ctx, path)
	if err != nil {
		return false, err
	}
	ancestors = append([]ancestor{{path, id}}, ancestors...)
	for i, r := range ancestors {
		if back, err := s.leadsBack(ctx, r.path, r.id, ancestors[i+1:]); back || err != nil {
			return back, err
		}
	}
	return false, nil
}

// same reports whether two paths lead to one directory. Numbers alone do not tell, since every file system has
// its own, and a remembered number may be of a directory that has moved; with the modification time they do.
// The creation time says nothing: servers give the earliest of all times, and reading a directory moves one.
func (s *Share) same(ctx context.Context, path, other string) (bool, error) {
	for range 3 { // in case it changes in between
		a, err := s.lookNow(ctx, path)
		var b info
		if err == nil {
			b, err = s.lookNow(ctx, other)
		}
		switch {
		case classify(err) == thisEntry: // not there any more, or not to be entered, which those above it are
			return false, nil
		case err != nil || a.id != b.id:
			return false, err
		case a.mtime == b.mtime:
			return true, nil
		}
	}
	return false, nil
}

// lookNow looks at what is at path, from whatever disk it is.
func (s *Share) lookNow(ctx context.Context, path string) (info, error) {
	return withSession(ctx, s, func(ses *session) (info, error) { return s.statOn(ctx, ses, path) })
}
