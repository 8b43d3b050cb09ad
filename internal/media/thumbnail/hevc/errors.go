package hevc

import (
	"errors"
	"fmt"
)

var (
	// ErrUnsupported says that a picture uses tools that this decoder does not have.
	ErrUnsupported = errors.New("HEVC that cannot be decoded here")
	// ErrDamaged says that a picture breaks the rules of its format.
	ErrDamaged = errors.New("damaged HEVC")
)

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}
