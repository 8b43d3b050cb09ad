package logs_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestAKindOfLineIsWrittenTenTimesAtOnceAndThenOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, log := observer.New(zapcore.InfoLevel)
		l := logs.Sparing(zap.New(core))
		for i := range 100 {
			l.Warn("bad frame", zap.Int("client", i))
		}
		if n := log.Len(); n != 10 {
			t.Errorf("%d lines at once, not 10", n)
		}
		log.TakeAll()
		for range 600 { // ten minutes
			time.Sleep(time.Second)
			l.With(zap.String("root", "films")).Warn("bad frame")
		}
		lines := log.TakeAll()
		if len(lines) != 10 {
			t.Fatalf("%d lines in ten minutes, not 10", len(lines))
		}
		if got := lines[0].ContextMap()["left_out"]; got != int64(90+59) {
			t.Errorf("the first says that %v were left out, not 149", got)
		}
		if got := lines[9].ContextMap()["left_out"]; got != int64(59) {
			t.Errorf("the last says that %v were left out, not 59", got)
		}
		time.Sleep(time.Hour)
		for range 100 {
			l.Warn("bad frame")
		}
		if n := log.Len(); n != 10 {
			t.Errorf("%d lines at once after an hour, not 10", n)
		}
	})
}

func TestKindsDoNotCountForEachOther(t *testing.T) {
	core, log := observer.New(zapcore.InfoLevel)
	l := logs.Sparing(zap.New(core))
	for range 100 {
		l.Warn("bad frame")
		l.Debug("details")
	}
	log.TakeAll()
	l.Error("bad frame")
	l.Warn("catalog not read")
	logs.Sparing(zap.New(core)).Warn("bad frame") // of somebody else
	if n := log.Len(); n != 3 {
		t.Errorf("%d lines, not 3", n)
	}
	if _, ok := log.All()[0].ContextMap()["left_out"]; ok {
		t.Error("a first line says that some were left out")
	}
}

func TestDebugLinesAreAllWritten(t *testing.T) {
	core, log := observer.New(zapcore.DebugLevel)
	l := logs.Sparing(zap.New(core))
	for range 100 {
		l.Debug("details")
	}
	if n := log.Len(); n != 100 {
		t.Errorf("%d lines, not 100", n)
	}
}

func TestMessagesThatAreAllDifferentAreBoundedToo(t *testing.T) {
	core, log := observer.New(zapcore.InfoLevel)
	l := logs.Sparing(zap.New(core))
	var all sync.WaitGroup
	for w := range 10 {
		all.Go(func() {
			for i := range 1000 {
				l.Info(fmt.Sprint(w, " ", i))
			}
		})
	}
	all.Wait()
	if n := log.Len(); n > 300 {
		t.Errorf("%d lines", n)
	}
}

// Thirty roots on a controller that dies, each of which says everything that it can, for a day.
func TestNothingThatGoesOnForADayFillsTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, log := observer.New(zapcore.InfoLevel)
		all := logs.Bounded(zap.New(core))
		var roots []*zap.Logger
		for i := range 30 {
			roots = append(roots, logs.Sparing(all).With(zap.Int("root", i)))
		}
		written, asked, counted := 0, 0, int64(0)
		for range 24 * 60 {
			for _, l := range roots {
				for kind := range 40 {
					l.Warn(fmt.Sprintf("message %d", kind))
					asked++
				}
			}
			time.Sleep(time.Minute)
			for _, line := range log.TakeAll() {
				written++
				for _, field := range []string{"left_out", "left_out_of_all"} {
					n, _ := line.ContextMap()[field].(int64)
					counted += n
				}
			}
		}
		if written > 1000+100*24*60 || written < 100*24*60*9/10 {
			t.Errorf("%d lines of %d were written in a day", written, asked)
		}
		if counted < int64(asked-written)*9/10 {
			t.Errorf("%d lines were left out, of which %d are told", asked-written, counted)
		}
		time.Sleep(time.Hour)
		all.Error("another thing")
		if log.Len() != 1 {
			t.Error("what comes later is not said")
		}
	})
}

func TestAKindOfLineLeavesTheOthersTheirRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, log := observer.New(zapcore.InfoLevel)
		l := logs.Bounded(zap.New(core))
		for range 100_000 {
			l.Warn("cannot read")
		}
		l.Error("catalog is damaged")
		if n := log.Len(); n != 101 {
			t.Errorf("%d lines, not 100 of the one kind and the other", n)
		}
	})
}
