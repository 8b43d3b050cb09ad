package apptest

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Prune has a catalog whose daemon does not run forget all ends of items, as after a long time. There must be some.
func Prune(tb testing.TB, dir string) {
	tb.Helper()
	st, err := store.Open(tb.Context(), dir, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(tb.Context())
	ended := make(chan error, 1) // the one end
	go func() { ended <- st.Run(ctx) }()
	var pruned int64
	err = st.Update(ctx, func(tx *store.Tx) (err error) {
		pruned, err = tx.Prune(0, math.MaxInt64)
		return err
	})
	cancel()
	if err := errors.Join(err, <-ended, st.Close()); err != nil || pruned == 0 {
		tb.Fatalf("%d ends of items forgotten: %v", pruned, err)
	}
}
