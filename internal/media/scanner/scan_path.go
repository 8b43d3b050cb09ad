package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// statLimit is how long a disk or share may take to say what is at a path that somebody wants scanned.
const statLimit = 20 * time.Second

// askedFor makes the walk that somebody asks for: over a directory and all below it, or of one file. A path at which
// there is nothing, neither on disk nor in the catalog, is mistyped, and told so rather than scanned in vain. Where the
// disk does not say what is there the walk is one over a directory, whose error tells.
func (s *Scanner) askedFor(ctx context.Context, r *runner, path string, full bool) (*walk, error) {
	p := &walk{Scan: media.Scan{Path: path}, full: full}
	if path == "" || r.state.Load().State == media.Offline {
		return p, nil
	}
	limited, cancel := context.WithTimeout(ctx, statLimit)
	defer cancel()
	e, err := r.tree.Stat(limited, path)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	isFile := err == nil && e.Type != tree.Dir
	if errors.Is(err, tree.ErrNotExist) || errors.Is(err, tree.ErrNotDir) {
		var known bool
		if known, isFile, err = s.store.Knows(ctx, r.id, path); err != nil {
			return nil, err
		}
		if !known {
			return nil, fmt.Errorf("%w: %q is neither below root %s nor in the catalog", media.ErrNoPath, path, r.name)
		}
	}
	if isFile {
		p.names = []string{tree.Base(path)}
	}
	return p, nil
}
