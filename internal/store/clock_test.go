package store

import (
	"testing"
	"time"
)

// A clock that was ahead by years, and is set back, has left times in the catalog that do not come for as long.
func TestWhatWasPutOffByAClockThatWasAheadIsDue(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	now := time.Now()
	future := now.AddDate(3, 0, 0).UnixNano()
	gone := r.put(root, "gone.mkv", func(it *Item) { it.State, it.MissingAt = Missing, future })
	failed := r.put(root, "failed.mkv", func(it *Item) { it.Analysis, it.RetryAt = Failed, future })
	soon := r.put(root, "soon.mkv", func(it *Item) { it.Analysis, it.RetryAt = Failed, now.Add(7*24*time.Hour).UnixNano() })
	just := r.put(root, "just.mkv", func(it *Item) { it.State, it.MissingAt = Missing, now.UnixNano() })
	r.update(func(tx *Tx) error {
		d, err := tx.EnsureDir(root, "later", 1)
		if err != nil {
			return err
		}
		d.RecheckAt = future
		return tx.SaveDir(&d)
	})
	r.update(func(tx *Tx) error {
		missing, err := tx.MissingItems(root, now.Add(-10*time.Second).UnixNano(), 10)
		if err != nil || len(missing) != 1 || missing[0].ID != gone.ID {
			t.Errorf("missing for long: %+v, %v; want %d alone, not %d", missing, err, gone.ID, just.ID)
		}
		return err
	})
	if at, err := r.NextRetry(t.Context()); err != nil || at > time.Now().UnixNano() {
		t.Errorf("the next is tried again at %v: %v", time.Unix(0, at), err)
	}
	r.update(func(tx *Tx) error {
		n, err := tx.Retry(now.UnixNano(), 10)
		if err != nil || n != 1 {
			t.Errorf("%d are tried again: %v", n, err)
		}
		for id, want := range map[int64]Work{failed.ID: Analyse, soon.ID: NoWork} {
			if it, _, err := tx.Item(id); err != nil || it.Work != want {
				t.Errorf("%s: %v, %v", it.Name, it.Work, err)
			}
		}
		return err
	})
	due, _, err := r.DueDirs(t.Context(), root, now.UnixNano(), 10)
	if err != nil || len(due) != 1 || due[0].Path != "later" {
		t.Errorf("due: %+v, %v", due, err)
	}
}

// behind has the clock show a time that is before what it has shown, until the last change: as on a machine without a
// battery that was off.
func (r *running) behind(at time.Time) {
	r.lastMoment.Store(r.newMoment(r.Head(), at.UnixNano()))
}

// A machine without a battery begins in 1970, or where its clock was when it was built. What changed before it was turned
// off, and while its clock was wrong, has changed since a time before that all the same.
func TestAClockThatIsBehindHidesNothingThatHasChangedSinceATime(t *testing.T) {
	for _, shown := range []time.Time{time.Unix(60, 0), time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)} {
		r := runFresh(t, Options{})
		root := r.addRoot("films")
		first := r.put(root, "a").Seq
		yesterday := time.Now()
		r.keptMoment.Store(0)
		r.lastMoment.Store(r.newMoment(first, yesterday.Add(-momentEvery).UnixNano()))
		before := r.put(root, "b").Seq // a moment says when what was before it came
		for _, step := range []string{"turned on", "changed", "set", "changed again"} {
			switch step {
			case "turned on":
				r.behind(shown)
				r.update(func(tx *Tx) error { // as earlier versions did
					return tx.c.exec("INSERT INTO moments (seq, at) VALUES (?, ?)", r.Head(), time.Unix(60, 0).UnixNano())
				})
			case "changed":
				r.put(root, "c")
				r.behind(shown.Add(time.Minute))
			case "changed again":
				r.put(root, "d")
				r.put(root, "e")
			}
			seq, err := r.SeqAt(t.Context(), yesterday)
			if err != nil || seq >= before {
				t.Errorf("the clock shows %v, %s: all up to %d is left out, though %d is of then: %v", shown, step, seq, before, err)
			}
			seq, err = r.SeqAt(t.Context(), time.Now().AddDate(0, 0, -30))
			if err != nil || seq >= first {
				t.Errorf("the clock shows %v, %s: all up to %d is taken for a month old: %v", shown, step, seq, err)
			}
		}
	}
}

func TestAWorkThatGoesWhileTheClockIsBehindMayComeBackOnceItIsSet(t *testing.T) {
	for _, hasMoments := range []bool{true, false} {
		r := runFresh(t, Options{})
		root := r.addRoot("films")
		it, shown := r.put(root, "a"), time.Unix(60, 0)
		if hasMoments {
			shown = time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
			r.keptMoment.Store(now())
		}
		w := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "A", Roots: []string{"films"}, Key: 1, Members: mainMembers(it.ID)}))[0]
		end := WorkBatch{Upto: r.Head(), Gone: []WorkEnd{{Work: w.ID}}, GoneAt: shown.UnixNano()}
		if err := r.NewWorkKeeper().Write(t.Context(), &end); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			r.update(func(tx *Tx) error {
				n, err := tx.ForgetWorks(time.Now().AddDate(0, 0, -30).UnixNano(), r.Head(), 10)
				if err != nil || n != 0 {
					t.Errorf("%d works are forgotten that went a minute ago: %v", n, err)
				}
				return err
			})
		}
		if gone := r.numbers("SELECT gone FROM works")[0]; gone < time.Now().Add(-time.Hour).UnixNano() {
			t.Errorf("with moments %v: gone since %v", hasMoments, time.Unix(0, gone))
		}
	}
}

// A clock that was ahead by years for a while, and has been set right, is not taken for one that is behind for as long.
func TestAClockThatWasAheadIsForgottenOnceItHasBeenRightForADay(t *testing.T) {
	r := runFresh(t, Options{})
	root, now := r.addRoot("films"), time.Now()
	future := now.AddDate(3, 0, 0).UnixNano()
	it := r.put(root, "a")
	w := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "A", Roots: []string{"films"}, Key: 1, Members: mainMembers(it.ID)}))[0]
	r.lastMoment.Store(r.newMoment(r.Head(), future))
	r.put(root, "ahead")
	end := WorkBatch{Upto: r.Head(), Gone: []WorkEnd{{Work: w.ID}}, GoneAt: now.UnixNano()}
	if err := r.NewWorkKeeper().Write(t.Context(), &end); err != nil {
		t.Fatal(err)
	}
	r.update(func(tx *Tx) error { return tx.c.exec("UPDATE roots SET detached_at = ?", future) })
	prune := func(after time.Duration) (forgotten bool) {
		t.Helper()
		r.update(func(tx *Tx) error { return tx.PruneMoments(now.Add(after)) })
		r.put(root, after.String())
		gone, detached := r.numbers("SELECT gone FROM works")[0], r.numbers("SELECT detached_at FROM roots")[0]
		seq, err := r.SeqAt(t.Context(), time.Now())
		forgotten = seq == r.Head()
		far := ahead(now.UnixNano())
		if err != nil || (gone < far) != forgotten || (detached < far) != forgotten || (r.NotBefore(now.UnixNano()) < far) != forgotten {
			t.Errorf("after %v: forgotten %v, a work gone since %v, a root detached since %v: %v", after, forgotten,
				time.Unix(0, gone), time.Unix(0, detached), err)
		}
		return forgotten
	}
	for _, step := range []struct {
		after     time.Duration
		forgotten bool
	}{
		{0, false},
		{23 * time.Hour, false},
		{3 * 365 * 24 * time.Hour, false}, // it was behind, and is set
		{24 * time.Hour, false},           // and is behind again
		{47 * time.Hour, false},
		{48 * time.Hour, true},
	} {
		if forgotten := prune(step.after); forgotten != step.forgotten {
			t.Errorf("after %v: forgotten %v", step.after, forgotten)
		}
	}
}

// What the clock has shown is known over restarts.
func TestTheLatestTimeThatIsKnownOutlivesARestart(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	later := time.Now().Add(time.Hour).UnixNano()
	r.lastMoment.Store(r.newMoment(r.Head(), later))
	r.put(r.addRoot("films"), "a")
	r.stop()
	r = runAt(t, dir, Options{})
	t.Cleanup(r.stop)
	if got := r.NotBefore(now()); got != later {
		t.Errorf("the latest time is %v, not %v", time.Unix(0, got), time.Unix(0, later))
	}
	if !r.lastMoment.Load().unsure {
		t.Error("a clock that shows less than it has shown is believed")
	}
}
