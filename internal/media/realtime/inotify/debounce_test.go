package inotify

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

const (
	quiet = 500 * time.Millisecond
	limit = 5 * time.Second
)

// debouncing runs a debouncer in a bubble of synthetic time. It returns a function that stops it.
func debouncing(t *testing.T, sink *recorder) (*Debouncer, func()) {
	t.Helper()
	d := NewDebouncer(quiet, limit)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(ctx, sink.hint)
	}()
	stop := func() { cancel(); <-ended }
	t.Cleanup(stop)
	return d, stop
}

func expect(t *testing.T, sink *recorder, want ...media.Hint) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(want, sink.take()); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}

func TestDebounceWaitsForQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		for range 5 {
			d.Name("r", "dir", "f")
			time.Sleep(quiet - 10*time.Millisecond)
		}
		expect(t, sink) // each event began the wait again
		time.Sleep(10*time.Millisecond + slot)
		expect(t, sink, media.Hint{Root: "r", Dir: "dir", Names: []string{"f"}})
		time.Sleep(time.Hour)
		expect(t, sink) // once only
		if d.Pending() != 0 || len(d.dirs) != 0 || len(d.queue) != 0 {
			t.Error("something is kept of an entry that has been sent")
		}
	})
}

func TestDebounceIsBoundedUnderAStreamOfEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		begin := time.Now()
		for range 36_000 { // an hour of a file being written
			d.Name("r", "", "growing")
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		last := begin
		for _, at := range sink.times {
			if wait := at.Sub(last); wait > limit+100*time.Millisecond+slot {
				t.Fatalf("%v between two hints of a file that is written to", wait)
			}
			last = at
		}
		if n := len(sink.times); n < 700 || n > 720 {
			t.Errorf("%d hints in an hour", n)
		}
	})
}

func TestDebounceOfABusyFileDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		d.Name("r", "dir", "other")
		for range 12 {
			d.Name("r", "dir", "busy")
			time.Sleep(50 * time.Millisecond)
		}
		expect(t, sink, media.Hint{Root: "r", Dir: "dir", Names: []string{"other"}})
	})
}

func TestDebounceMergesWhatIsDueInOneDirectory(t *testing.T) {
	for _, c := range []struct {
		names     int
		wantNames bool
	}{
		{1, true},
		{namesInHint, true},
		{namesInHint + 1, false},
		{namesPerDir, false},
		{namesPerDir + 1, false},
		{50 * namesPerDir, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			sink := new(recorder)
			d, _ := debouncing(t, sink)
			want := media.Hint{Root: "r", Dir: "dir"}
			for i := range c.names {
				name := fmt.Sprintf("%06d", i)
				d.Name("r", "dir", name)
				if c.wantNames {
					want.Names = append(want.Names, name)
				}
			}
			if got := d.Pending(); got > namesPerDir {
				t.Errorf("%d entries for %d names", got, c.names)
			}
			time.Sleep(quiet + slot)
			expect(t, sink, want)
		})
	}
}

// Some of what is removed from a large directory is passed on before there is quiet, and all of it then. What is moved
// away waits for the names that it has now.
func TestDebounceOfALargeDirectoryThatIsRemovedPassesSomeOnBeforeAll(t *testing.T) {
	for _, removed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			sink := new(recorder)
			d, _ := debouncing(t, sink)
			const all = 2 * int(quiet/(100*time.Microsecond))
			for i := range all {
				d.record("r", "dir", fmt.Sprintf("%06d", i), removed)
				time.Sleep(100 * time.Microsecond)
			}
			synctest.Wait()
			names := 0
			for _, h := range sink.take() {
				if names += len(h.Names); h.Names == nil || h.Names[len(h.Names)-1] > fmt.Sprintf("%06d", namesPerDir) {
					t.Errorf("passed on without a quiet time: %+v", h)
				}
			}
			if removed && names != namesInHint || !removed && names != 0 {
				t.Errorf("removed: %v: %d names were passed on without a quiet time", removed, names)
			}
			time.Sleep(quiet + slot)
			expect(t, sink, media.Hint{Root: "r", Dir: "dir"})
		})
	}
}

// What an ignore file says holds for all below it.
func TestDebounceOfAnIgnoreFileIsNotLostAmongManyNames(t *testing.T) {
	const file = ignore.FileName
	names := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("%06d", i))
		}
		return all
	}
	for name, c := range map[string]struct {
		names []string
		whole bool
	}{
		"first of many":        {append([]string{file}, names(namesInHint)...), false},
		"last of many":         {append(names(namesInHint), file), false},
		"first of too many":    {append([]string{file}, names(2*namesPerDir)...), false},
		"the one too many":     {append(names(namesPerDir), file), false},
		"last of too many":     {append(names(2*namesPerDir), file), false},
		"beside its directory": {[]string{file}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := new(recorder)
				d, _ := debouncing(t, sink)
				for _, n := range c.names {
					d.Name("r", "dir", n)
				}
				want := media.Hint{Root: "r", Dir: "dir", Recursive: true}
				if c.whole {
					d.Dir("r", "dir", false)
				}
				time.Sleep(quiet + slot)
				expect(t, sink, want)
			})
		})
	}
}

func TestDebounceCollapsesToTheRootWhenTooMuchIsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		d.Name("other", "dir", "f")
		for i := range 4 * maxPending {
			d.Name("r", fmt.Sprint("dir", i/100), fmt.Sprint(i))
			d.Dir("r", fmt.Sprint("new", i), true)
			d.mu.Lock()
			live, queued := d.live, len(d.queue)
			d.mu.Unlock()
			if live > maxPending || queued > 3*maxPending {
				t.Fatalf("%d entries, %d in the queue", live, queued)
			}
		}
		time.Sleep(quiet + slot)
		expect(t, sink,
			media.Hint{Root: "other", Dir: "dir", Names: []string{"f"}},
			media.Hint{Root: "r", Recursive: true})
		if len(d.dirs) != 0 || d.Pending() != 0 {
			t.Error("something is kept")
		}
	})
}

func TestDebounceSendsAtOnceWhatCannotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		d.Dir("r", "disk", false) // the same directory is pending already
		d.Name("r", "", "f")
		d.DirAtOnce("r", "disk", true)
		time.Sleep(slot)
		expect(t, sink, media.Hint{Root: "r", Dir: "disk", Recursive: true})
		time.Sleep(quiet)
		expect(t, sink, media.Hint{Root: "r", Names: []string{"f"}})
	})
}

func TestDebounceSendsNothingAfterItsStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, stop := debouncing(t, sink)
		d.Name("r", "dir", "f")
		time.Sleep(quiet - slot)
		stop()
		d.Name("r", "dir", "g")
		d.DirAtOnce("r", "", true)
		time.Sleep(time.Hour)
		expect(t, sink)
	})
}

func TestDebounceMergesBehindASinkThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDebouncer(quiet, limit)
		sink := new(recorder)
		ctx, cancel := context.WithCancel(t.Context())
		gate := make(chan struct{})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			d.Run(ctx, func(h media.Hint) {
				<-gate
				sink.hint(h)
			})
		}()
		d.Name("r", "a", "first")
		time.Sleep(quiet + slot)
		for i := range 20 {
			d.Name("r", "b", fmt.Sprintf("%02d", i%10))
			time.Sleep(quiet)
		}
		if got := d.Pending(); got != 11 { // ten names, and the hint that waits
			t.Errorf("pending are %d, want 11", got)
		}
		close(gate)
		synctest.Wait()
		time.Sleep(quiet + slot)
		expect(t, sink,
			media.Hint{Root: "r", Dir: "a", Names: []string{"first"}},
			media.Hint{Root: "r", Dir: "b", Names: []string{"00", "01", "02", "03", "04", "05", "06", "07", "08", "09"}})
		cancel()
		<-ended
	})
}

func TestDebounceTimingChangesForWhatIsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		d.Name("r", "", "f")
		synctest.Wait()
		d.SetTiming(20*time.Millisecond, time.Second)
		time.Sleep(20*time.Millisecond + slot)
		expect(t, sink, media.Hint{Root: "r", Names: []string{"f"}})
	})
}

func TestDebounceForgetsARootThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := new(recorder)
		d, _ := debouncing(t, sink)
		d.Name("gone", "a", "f")
		d.Dir("gone", "b", true)
		d.Name("stays", "", "f")
		d.Forget("gone")
		time.Sleep(time.Hour)
		expect(t, sink, media.Hint{Root: "stays", Names: []string{"f"}})
	})
}
