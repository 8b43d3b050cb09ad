package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// maxIgnoreFile is how many bytes an ignore file may have.
const maxIgnoreFile = 64 << 10

// rulesAbove reads the ignore files from the root down to the directory above dir. It reports where
// they, or the root's own rules, pass over dir or a directory above it.
func (r *runner) rulesAbove(ctx context.Context, dir string) (rules *ignore.Rules, ignored bool, err error) {
	rules = r.rules
	if dir == "" {
		return rules, false, nil
	}
	at := ""
	for part := range strings.SplitSeq(dir, "/") {
		if rules, err = r.rulesIn(ctx, rules, at); err != nil {
			return nil, false, err
		}
		if at = tree.Join(at, part); rules.Ignored(at, true) {
			return rules, true, nil
		}
	}
	return rules, false, nil
}

// rulesIn adds a directory's own ignore file, if it has one, to the rules of the one above.
func (r *runner) rulesIn(ctx context.Context, rules *ignore.Rules, dir string) (*ignore.Rules, error) {
	return rulesOf(ctx, r.tree, rules, dir)
}

func rulesOf(ctx context.Context, t tree.Tree, rules *ignore.Rules, dir string) (*ignore.Rules, error) {
	f, err := t.Open(ctx, tree.Join(dir, ignore.FileName))
	switch {
	case err == nil:
	case away(ctx, err):
		return nil, err
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir), errors.Is(err, tree.ErrNotRegular), errors.Is(err, tree.ErrOtherVolume):
		return rules, nil
	default: // what may not be catalogued is not known: better nothing new than too much
		return nil, fmt.Errorf("read %s: %w", tree.Join(dir, ignore.FileName), err)
	}
	defer f.Close()
	e, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", tree.Join(dir, ignore.FileName), err)
	}
	if e.Size > maxIgnoreFile { // cut short it may say anything: half a pattern passes over more than the whole
		return nil, fmt.Errorf("read %s: it has %d bytes, more than the %d that an ignore file may have", tree.Join(dir, ignore.FileName), e.Size, maxIgnoreFile)
	}
	b := make([]byte, e.Size)
	n, err := f.ReadAt(b, 0)
	if n < len(b) && err != nil {
		return nil, fmt.Errorf("read %s: %w", tree.Join(dir, ignore.FileName), err)
	}
	return rules.Below(dir, string(b[:n])), nil
}
