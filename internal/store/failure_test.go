package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAFailureStandsUntilSomethingIsWritten: what is asked of the writer and changes nothing does not say that a full
// disk has room again. Where nobody wants anything written, it looks itself.
func TestAFailureStandsUntilSomethingIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runFresh(t, Options{})
		pages := func(pragma string) (n int64) {
			r.update(func(tx *Tx) (err error) { n, err = tx.c.number("PRAGMA " + pragma); return err })
			return n
		}
		pages(fmt.Sprint("max_page_count = ", pages("page_count")))
		fill := func() error {
			return r.Update(t.Context(), func(tx *Tx) error { return tx.c.setMeta("long", strings.Repeat("long", 1<<18)) })
		}
		if err := fill(); !errors.Is(err, ErrUnwritten) {
			t.Fatalf("written without room: %v", err)
		}
		for _, nothing := range []error{nil, errors.New("a failure of the request's own")} {
			if err := r.Update(t.Context(), func(*Tx) error { return nothing }); !errors.Is(err, nothing) {
				t.Error(err)
			}
			if r.Failure() == nil {
				t.Errorf("a request that came to %v, and changed nothing, had the failure be forgotten", nothing)
			}
		}
		pages("max_page_count = 1000000")
		if r.Failure() == nil {
			t.Error("nothing has been written, and the failure is forgotten")
		}
		time.Sleep(writerRest + time.Second)
		if err := r.Failure(); err != nil {
			t.Errorf("there is room, nobody wants anything written, and the failure stands: %v", err)
		}
		if err := fill(); err != nil {
			t.Error(err)
		}
	})
}
