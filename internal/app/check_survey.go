package app

import (
	"context"
	"io"
	"path"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// surveyTime is how long the directories of one root are counted, which takes a few seconds for a million.
const surveyTime = 10 * time.Second

// survey is what a walk over a root's directories has found.
type survey struct {
	directories int64
	files       int64
	skipped     media.Skipped // but for what could not be listed, which is in closed
	partial     bool          // there are more: the time was over
	whole       []string      // roots that were looked at whole
	closed      []string      // some that could not be listed
	why         error         // the first of them could not
}

// skippedNamed bounds the names of what is not followed, of each kind.
const skippedNamed = 5

// closedKept bounds the names kept of what cannot be listed.
const closedKept = 100

// surveyRoot lists every directory that the daemon would watch.
func surveyRoot(ctx context.Context, r *scanner.RootConfig) (s survey) {
	rules, err := ignore.New(r.Exclude)
	if err != nil {
		return survey{} // it has been refused before
	}
	ctx, cancel := context.WithTimeout(ctx, surveyTime)
	defer cancel()
	type todo struct {
		dir   string
		rules *ignore.Rules
	}
	for stack := []todo{{"", rules}}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		l, err := r.Tree.List(ctx, at.dir)
		switch {
		case ctx.Err() != nil:
			s.partial = true
			return s
		case err != nil:
			if s.closed = append(s.closed, at.dir); s.why == nil {
				s.why = err
			}
			if len(s.closed) == closedKept {
				s.partial = true
				return s
			}
			continue
		}
		s.directories++
		below := rulesIn(ctx, r.Tree, l, at.dir, at.rules)
		for i := range l.Entries {
			e := &l.Entries[i]
			s.count(e, at.dir, below, r.CrossMounts)
			if e.Type == tree.Dir && (!e.Mount || r.CrossMounts) && !below.IgnoredIn(at.dir, e.Name, true) {
				stack = append(stack, todo{path.Join(at.dir, e.Name), below})
			}
		}
	}
	return s
}

// count counts an entry as a file, or as what is not followed.
func (s *survey) count(e *tree.Entry, dir string, rules *ignore.Rules, crossMounts bool) {
	kind := &s.skipped.Links
	switch {
	case rules.IgnoredIn(dir, e.Name, e.Type == tree.Dir):
		return
	case e.Mount && !crossMounts:
		kind = &s.skipped.Mounts
	case e.Type == tree.Link:
	case e.Type == tree.File:
		s.files++
		return
	default:
		return
	}
	if *kind++; *kind <= skippedNamed {
		s.skipped.Examples = append(s.skipped.Examples, path.Join(dir, e.Name))
	}
}

// rulesIn adds those of a directory's ignore file, as far as it can be read.
func rulesIn(ctx context.Context, t tree.Tree, l *tree.Listing, dir string, above *ignore.Rules) *ignore.Rules {
	const limit = 64 << 10
	if !slices.ContainsFunc(l.Entries, func(e tree.Entry) bool { return e.Name == ignore.FileName }) {
		return above
	}
	f, err := t.Open(ctx, path.Join(dir, ignore.FileName))
	if err != nil {
		return above
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, limit))
	if err != nil {
		return above
	}
	return above.Below(dir, string(b))
}
