package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// held keeps the writer in a transaction until the returned function is called. It returns once the writer is in it.
func (r *running) held() (release func(), done func()) {
	r.t.Helper()
	in, out := make(chan struct{}), make(chan struct{})
	var runs sync.WaitGroup
	runs.Go(func() {
		err := r.Update(context.Background(), func(*Tx) error {
			close(in)
			<-out
			return nil
		})
		if err != nil {
			r.t.Errorf("%v", err)
		}
	})
	<-in
	return sync.OnceFunc(func() { close(out) }), runs.Wait
}

// queued waits until so many requests wait for the writer, or are with it.
func (r *running) queued(n int64) {
	for r.stats.Queue.Load() < n {
		time.Sleep(time.Millisecond)
	}
}

func (r *running) regroup(group string) {
	r.t.Helper()
	if err := r.SetParties(context.Background(), map[string]string{"films": group}); err != nil {
		r.t.Errorf("%v", err)
	}
}

// batchOf is one of which something came, read of what is there.
func (r *running) batchOf(upto int64) (b *WorkBatch) {
	r.t.Helper()
	err := r.ReadUnits(context.Background(), func(u *UnitReader) error {
		b = u.Batch()
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	b.Upto = upto
	b.Credits = []CreditPut{{Key: 1, Name: "Somebody", N: 1}}
	return b
}

// A root comes into another group in the very moment in which a batch is written, in the same transaction even: all is
// derived anew, whoever of the two is told first that it is done.
func TestAnotherGroupInTheMomentOfABatchHasAllDerivedAnew(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "Film.mkv")
	k := r.NewWorkKeeper()
	for round := range 200 {
		b := r.batchOf(r.Head())
		release, over := r.held()
		var runs sync.WaitGroup
		runs.Go(func() {
			if err := k.Write(context.Background(), b); err != nil {
				t.Error(err)
			}
		})
		r.queued(2)
		runs.Go(func() { r.regroup([]string{"a", "b"}[round%2]) })
		r.queued(3)
		release()
		runs.Wait()
		over()
		if kept := r.numbers("SELECT value FROM meta WHERE key = 'worked'")[0]; r.Worked() != 0 || kept != 0 {
			t.Fatalf("round %d: works are derived up to %d, and %d is kept", round, r.Worked(), kept)
		}
	}
}

// What is read while the transaction that changes a group goes on is read of the group before: it is not written.
func TestWhatIsReadBesideAnotherGroupIsNotWritten(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "Film.mkv")
	was := ""
	for round := range 1000 {
		is := fmt.Sprint("group ", round)
		b, party, release := r.readBeside(root, is)
		release()
		err := r.NewWorkKeeper().Write(t.Context(), b)
		if party == was { // else the change came in a transaction of its own, and what is read is new
			if !errors.Is(err, ErrRegrouped) || r.Worked() != 0 {
				t.Errorf("what was read of the group before was written, up to %d: %v", r.Worked(), err)
			}
			return
		}
		if was = is; err != nil {
			t.Fatal(err)
		}
	}
	t.Error("nothing was ever read while a group changed")
}

// readBeside reads a batch and the group of a root while a transaction goes on in which that has come into another.
func (r *running) readBeside(root int64, group string) (b *WorkBatch, party string, release func()) {
	first, firstOver := r.held()
	var runs sync.WaitGroup
	runs.Go(func() { r.regroup(group) })
	r.queued(2)
	in, out := make(chan struct{}), make(chan struct{})
	runs.Go(func() {
		r.update(func(*Tx) error {
			close(in)
			<-out
			return nil
		})
	})
	r.queued(3)
	first()
	<-in
	b = r.batchOf(r.Head())
	err := r.ReadUnits(context.Background(), func(u *UnitReader) (err error) {
		_, party, err = u.RootOf(root)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return b, party, func() {
		close(out)
		runs.Wait()
		firstOver()
	}
}

// Nor does a batch of which nothing came move the place, which is kept in memory alone.
func TestAnEmptyBatchOfAnEarlierGroupMovesNothing(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "Film.mkv")
	b := r.batchOf(r.Head())
	b.Credits = nil
	r.regroup("kids")
	if err := r.NewWorkKeeper().Write(t.Context(), b); !errors.Is(err, ErrRegrouped) || r.Worked() != 0 {
		t.Errorf("works are derived up to %d: %v", r.Worked(), err)
	}
	if r.passOver(b) || r.Worked() != 0 {
		t.Errorf("works are derived up to %d", r.Worked())
	}
}

// What a request says of the place goes with what it wrote, where it fails: others in its group publish none of it.
func TestARequestThatFailsMovesNoPlace(t *testing.T) {
	r := runFresh(t, Options{})
	r.put(r.addRoot("films"), "Film.mkv")
	if err := r.NewWorkKeeper().Write(t.Context(), r.batchOf(r.Head())); err != nil {
		t.Fatal(err)
	}
	at, generation, fails := r.Worked(), r.regrouped.Load(), errors.New("fails")
	floors := func() [3]int64 { return [3]int64{r.floor.Load(), r.worksFloor.Load(), r.vacatedFloor.Load()} }
	were := floors()
	for what, move := range map[string]func(*Tx) error{
		"derive all anew": (*Tx).deriveAnew,
		"go on far ahead": func(tx *Tx) error { return tx.deriveTo(at + 1000) },
		"forget ends":     func(tx *Tx) error { tx.floor, tx.worksFloor, tx.vacatedFloor = 1000, 1000, 1000; return nil },
	} {
		err := r.Update(t.Context(), func(tx *Tx) error {
			failed := tx.run(func(tx *Tx) error { return errors.Join(move(tx), fails) }, inGroup(false))
			if !errors.Is(failed, fails) {
				t.Errorf("%s: %v", what, failed)
			}
			return nil
		})
		if err != nil || r.Worked() != at || r.regrouped.Load() != generation || floors() != were {
			t.Errorf("%s, undone: derived up to %d, and were up to %d; floors %v, were %v: %v", what, r.Worked(), at,
				floors(), were, err)
		}
	}
}
