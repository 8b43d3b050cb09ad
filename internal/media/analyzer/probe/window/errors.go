package window

import (
	"errors"
)

// Errors of probing. A budget error says that the file asked for more than any honest file needs.
var (
	ErrUnknown   = errors.New("format not recognised")
	ErrMalformed = errors.New("malformed")
	ErrTruncated = errors.New("truncated")
	ErrBudget    = errors.New("probe budget exceeded")
)

// Forgive lets what was read of a tag stand where the tag makes no sense or the file ends; other
// errors are the window's.
func Forgive(err error) error {
	if errors.Is(err, ErrTruncated) || errors.Is(err, ErrMalformed) {
		return nil
	}
	return err
}
