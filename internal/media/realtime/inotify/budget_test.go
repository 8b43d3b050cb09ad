package inotify

import (
	"testing"
	"testing/synctest"
	"time"
)

// Other programs hold watches: the kernel refuses one although the budget has some. That is believed for a while.
func TestARefusedWatchShrinksTheBudgetForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(func() Limit { return Limit{Sysctl: "test", Value: 100} })
		for range 40 {
			if !b.acquire() {
				t.Fatal("no watch within the budget")
			}
		}
		if n := b.refused(); n != 2 {
			t.Errorf("%d of 40 watches are to be given up, want 2: five in a hundred", n)
		}
		b.release(2)
		time.Sleep(believeRefusal)
		if b.acquire() {
			t.Error("a watch was taken that the kernel had refused")
		}
		time.Sleep(recheckLimits)
		taken := 38
		for b.acquire() {
			taken++
		}
		if taken != 80 {
			t.Errorf("%d watches once the refusal is forgotten, want 80", taken)
		}
	})
}

func TestARaisedLimitIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := 1
		b := NewBudget(func() Limit { return Limit{Sysctl: "test", Value: limit} })
		limit = 100
		if b.acquire() {
			t.Error("the limit was read for each watch")
		}
		time.Sleep(recheckLimits)
		if !b.acquire() {
			t.Error("the raised limit was not seen")
		}
	})
}
