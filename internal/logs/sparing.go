// Package logs bounds how much is written to the log where somebody else decides how often a line is written: a client,
// a file, a server, a disk.
package logs

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maxKinds is how many kinds of lines are told from each other; all further ones are one kind.
const maxKinds = 256

// rate is how many lines are written one after the other, and after which time there is one more, up to as many.
type rate struct {
	atOnce int
	every  time.Duration
}

var (
	sparingly = rate{10, time.Minute}
	// Of the whole process: what many roots and shares say together, and who is not sparing.
	ofAKind = rate{100, 6 * time.Second}
	ofAll   = rate{1000, 600 * time.Millisecond}
)

// Sparing is log with each kind of line bounded: ten at once, then one a minute, which says with left_out how many of
// its kind were not written before it. A line's kind is its level and message, whatever its fields. Loggers that are
// made of this one share its bounds. Debug lines are not bounded: who asks for them wants them all.
func Sparing(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return &sparing{core, newKinds(sparingly, rate{}), "left_out"}
	}))
}

// Bounded is log with all that a process writes bounded, so that a dying disk does not fill the journal: a hundred lines
// of each kind at once, then ten a minute, and a thousand of all kinds, then a hundred a minute. What is left out is
// counted as by Sparing, in left_out_of_all. Debug lines are not bounded, and neither is what ends the process.
func Bounded(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return &sparing{core, newKinds(ofAKind, ofAll), "left_out_of_all"}
	}))
}

type sparing struct {
	zapcore.Core
	kinds *kinds
	told  string // the field of how many were left out
}

type kind struct {
	level   zapcore.Level
	message string
}

// kinds are what may still be written of each kind, and of all.
type kinds struct {
	each rate
	mu   sync.Mutex // guards what follows
	of   map[kind]*allowance
	all  *allowance // nil: not bounded
}

func newKinds(each, all rate) *kinds {
	k := &kinds{each: each, of: map[kind]*allowance{}}
	if all != (rate{}) {
		k.all = &allowance{rate: all, lines: all.atOnce}
	}
	return k
}

// allowance is a bucket of lines.
type allowance struct {
	rate
	lines   int
	since   time.Time // when lines was right
	leftOut int64
}

// take reports whether a line may be written, and how many before it were not.
func (k *kinds) take(of kind, now time.Time) (leftOut int64, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.of[of]
	if a == nil && len(k.of) >= maxKinds {
		of = kind{}
		a = k.of[of]
	}
	if a == nil {
		a = &allowance{rate: k.each, lines: k.each.atOnce, since: now}
		k.of[of] = a
	}
	if !a.may(now) || k.all != nil && !k.all.may(now) {
		a.leftOut++
		return 0, false
	}
	a.lines--
	if k.all != nil {
		k.all.lines--
	}
	leftOut, a.leftOut = a.leftOut, 0
	return leftOut, true
}

// may reports whether a line may be written, once what has come in with time is counted.
func (a *allowance) may(now time.Time) bool {
	if n := int(min(now.Sub(a.since)/a.every, time.Duration(a.atOnce))); n > 0 {
		a.lines = min(a.lines+n, a.atOnce)
		a.since = now.Add(-now.Sub(a.since) % a.every)
	}
	return a.lines > 0
}

// With implements zapcore.Core.
func (s *sparing) With(fields []zapcore.Field) zapcore.Core {
	return &sparing{s.Core.With(fields), s.kinds, s.told}
}

// Check implements zapcore.Core.
func (s *sparing) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if e.Level <= zapcore.DebugLevel || e.Level > zapcore.ErrorLevel {
		return s.Core.Check(e, ce)
	}
	if !s.Enabled(e.Level) {
		return ce
	}
	leftOut, ok := s.kinds.take(kind{e.Level, e.Message}, e.Time)
	if !ok {
		return ce
	}
	if leftOut > 0 {
		return s.Core.With([]zapcore.Field{zap.Int64(s.told, leftOut)}).Check(e, ce)
	}
	return s.Core.Check(e, ce)
}
