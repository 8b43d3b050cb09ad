// Package logs bounds how much is written to the log where somebody else decides how often a line is written: a client,
// a file, a server, a disk.
package logs

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const (
	atOnce   = 10          // lines of a kind that are written one after the other
	every    = time.Minute // after which there is one more, up to as many
	maxKinds = 256         // beyond which all further ones are one kind
)

// Sparing is log with each kind of line bounded: ten at once, then one a minute, which says with left_out how many of
// its kind were not written before it. A line's kind is its level and message, whatever its fields. Loggers that are
// made of this one share its bounds. Debug lines are not bounded: who asks for them wants them all.
func Sparing(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return &sparing{core, &kinds{of: map[kind]*allowance{}}}
	}))
}

type sparing struct {
	zapcore.Core
	kinds *kinds
}

type kind struct {
	level   zapcore.Level
	message string
}

// kinds are what may still be written of each kind.
type kinds struct {
	mu sync.Mutex // guards of
	of map[kind]*allowance
}

// allowance is a bucket of lines.
type allowance struct {
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
		a = &allowance{lines: atOnce, since: now}
		k.of[of] = a
	}
	if n := int(min(now.Sub(a.since)/every, atOnce)); n > 0 {
		a.lines = min(a.lines+n, atOnce)
		a.since = now.Add(-now.Sub(a.since) % every)
	}
	if a.lines == 0 {
		a.leftOut++
		return 0, false
	}
	a.lines--
	leftOut, a.leftOut = a.leftOut, 0
	return leftOut, true
}

// With implements zapcore.Core.
func (s *sparing) With(fields []zapcore.Field) zapcore.Core {
	return &sparing{s.Core.With(fields), s.kinds}
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
		return s.Core.With([]zapcore.Field{zap.Int64("left_out", leftOut)}).Check(e, ce)
	}
	return s.Core.Check(e, ce)
}
