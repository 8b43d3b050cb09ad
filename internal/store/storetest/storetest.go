// Package storetest gives the tests of other packages a catalog of their own, and runs what works on it.
package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Open opens an empty catalog whose writer runs until stop is called.
func Open(t testing.TB, o store.Options) (st *store.Store, stop func()) {
	t.Helper()
	st, err := store.Open(context.Background(), t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	end := Start(t, "the store", func(ctx context.Context, ready func()) error {
		ready()
		return st.Run(ctx)
	})
	return st, func() {
		end()
		if err := st.Close(); err != nil {
			t.Errorf("the catalog does not close: %v", err)
		}
	}
}

// Start runs a component, returns once it is ready, and ends it when stop is called for the first time. The test fails
// where it ends with an error.
func Start(t testing.TB, what string, run func(ctx context.Context, ready func()) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		t.Fatalf("%s ended before it was ready: %v", what, err)
	}
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s ended with %v", what, err)
		}
	})
}
