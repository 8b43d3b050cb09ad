package analyzer

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// opening opens a file of one directory by its name.
type opening func(name string) (tree.ReadFile, error)

// byDirectory is a tree that has many files of a directory read in one call, as those of this machine's disks do.
type byDirectory interface {
	Within(ctx context.Context, start func(func()), dir string, fn func(open func(name string) (tree.ReadFile, error))) error
}

// reading calls fn with what opens files of a directory, by start, where reading gives way to others; nil: by whoever
// asks. Where it fails, because ctx has ended, fn may still go on.
func (w *rootWorker) reading(ctx context.Context, start func(func()), dir string, fn func(opening)) error {
	if t, ok := w.tree.(byDirectory); ok {
		return t.Within(ctx, start, dir, func(open func(string) (tree.ReadFile, error)) { fn(open) })
	}
	read := func() {
		fn(func(name string) (tree.ReadFile, error) { return w.tree.Open(ctx, tree.Join(dir, name)) })
	}
	if start == nil {
		read()
		return nil
	}
	var err error
	done := make(chan struct{})
	start(func() {
		defer close(done)
		err = run.Safely(w.log, "reading of "+dir, func() error { read(); return nil })
	})
	<-done // what such a tree is asked ends with ctx
	return err
}
