// An empty directory in the place of a root's, on the same file system. That a root's disk is not mounted, so that
// another file system shows there, is told by its identity: identified in root_state.go, tree/local/root_proof.go.

package scanner

import (
	"context"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// checkRoot asks what file system the root is on, and whether its directory is its own.
func (r *runner) checkRoot(ctx context.Context) (tree.Volume, error) {
	v, err := r.tree.Identify(ctx)
	if err == nil {
		err = r.checkRootDir(ctx, v)
	}
	return v, err
}

// checkRootDir asks, where a root's directory is another than the catalog knows on the same file system, whether there
// is anything in it. An empty one proves nothing of what the other holds: it may be the mount point of a bind mount
// or a subvolume that is not mounted now, or stand where a library was moved aside. ErrAway says so.
//
// It may be called on any goroutine.
func (r *runner) checkRootDir(ctx context.Context, v tree.Volume) error {
	known := r.rootDir.Load()
	if *known == (tree.FileID{}) || v.Root == *known || r.s.store.RootItems(r.id) == 0 {
		return nil
	}
	l, err := r.tree.List(ctx, "")
	if err != nil {
		return fmt.Errorf("%w: another directory is in its place: %w", tree.ErrAway, err)
	}
	if len(l.Broken) > 0 {
		return nil
	}
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Type.Taken() && !r.rules.IgnoredIn("", e.Name, e.Type == tree.Dir) {
			return nil
		}
	}
	return fmt.Errorf("%w: an empty directory is in its place, not the one that the catalog knows: is it mounted? "+
		"If it is meant to be empty, put any file into it", tree.ErrAway)
}
