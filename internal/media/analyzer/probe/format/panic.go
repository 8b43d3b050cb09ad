package format

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a defect of a prober that an input brought to light; the file is quarantined by it.
type PanicError struct {
	Format string
	Value  any
	Stack  []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("%s prober panicked: %v", e.Format, e.Value) }

// recoverPanic ends a panic of a format's prober, and has it returned in place of what was read. It is to be deferred.
func recoverPanic(f *Format, r *Result, err *error) {
	if v := recover(); v != nil {
		*r, *err = Result{}, &PanicError{Format: f.Name, Value: v, Stack: debug.Stack()}
	}
}
