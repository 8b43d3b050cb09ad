package store

import (
	"context"
	"errors"
	"testing"
)

func TestReadersThatAreNotNeededAtOnceAreNotOpened(t *testing.T) {
	r := runFresh(t, Options{Readers: 4})
	var used *conn
	for range 8 {
		err := r.read(t.Context(), func(c *conn) error {
			if used == nil {
				used = c
			}
			if c != used {
				t.Error("another connection, although the first is free")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheConnectionThatCameBackLastIsLentFirst(t *testing.T) {
	p := newPool(3)
	a, b := &conn{}, &conn{}
	for range 2 {
		<-p.places
		if c := p.pop(); c != nil {
			t.Errorf("%p was never given", c)
		}
	}
	p.give(a)
	p.give(b)
	for _, want := range []*conn{b, a, nil} {
		<-p.places
		if c := p.pop(); c != want {
			t.Errorf("lent %p, want %p of %p and %p", c, want, a, b)
		}
	}
	p.give(nil) // one that could not be opened
	select {
	case <-p.places:
	default:
		t.Error("the place of a connection that could not be opened is lost")
	}
}

func TestWhoWaitsForAConnectionMayLeave(t *testing.T) {
	r := runFresh(t, Options{Readers: 1})
	ctx, cancel := context.WithCancel(t.Context())
	err := r.read(t.Context(), func(*conn) error {
		cancel()
		return r.read(ctx, func(*conn) error { return nil })
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the second has left", err)
	}
}
