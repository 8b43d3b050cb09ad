package store

import (
	"slices"
	"testing"
)

// TestInsertsThatWaitRunInTheOrderOfTheirIDs: rows that come in the order of their ids fill their pages, whichever of the
// directories that are read side by side is done first. None passes a change that waits before it.
func TestInsertsThatWaitRunInTheOrderOfTheirIDs(t *testing.T) {
	r := runFresh(t, Options{})
	release := r.block()
	var ran []int64 // the writer's, until all are answered
	answered := make(chan error, 3*takenAtOnce)
	queue := func(first, name int64) {
		err := r.EnqueueInsert(t.Context(), first, func(*Tx) error { ran = append(ran, name); return nil },
			func(err error) { answered <- err })
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, first := range []int64{30, 10, 50, 20} {
		queue(first, first)
	}
	queue(0, -1)
	queue(0, -2)
	for _, first := range []int64{45, 5} {
		queue(first, first)
	}
	release()
	for range 8 {
		if err := <-answered; err != nil {
			t.Error(err)
		}
	}
	if want := []int64{10, 20, 30, 50, -1, -2, 5, 45}; !slices.Equal(ran, want) {
		t.Errorf("they ran in the order %v, want %v", ran, want)
	}
}
