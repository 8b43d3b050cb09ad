package media

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrCursor says that a text is no cursor.
var ErrCursor = errors.New("not a cursor")

// Cursor is a place in the feed. To the outside it is an opaque text.
//
// A plain cursor (Load false) has everything up to Seq. A load cursor is inside a first load: items are
// read in id order up to the head when it began (Seq); those up to Position have been delivered.
type Cursor struct {
	Epoch    string
	Seq      int64
	Load     bool
	Position int64
}

// String encodes the cursor: the epoch, the number, and the position of a load, separated by dots.
func (c Cursor) String() string {
	s := c.Epoch + "." + strconv.FormatInt(c.Seq, 36)
	if c.Load {
		s += "." + strconv.FormatInt(c.Position, 36)
	}
	return s
}

// ParseCursor decodes what String encoded.
func ParseCursor(s string) (c Cursor, err error) {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 3 || parts[0] == "" || len(s) > 128 {
		return c, fmt.Errorf("%w: %.40q", ErrCursor, s)
	}
	c.Epoch = parts[0]
	if c.Seq, err = strconv.ParseInt(parts[1], 36, 64); err != nil || c.Seq < 0 {
		return Cursor{}, fmt.Errorf("%w: %.40q", ErrCursor, s)
	}
	if len(parts) == 3 {
		c.Load = true
		if c.Position, err = strconv.ParseInt(parts[2], 36, 64); err != nil || c.Position < 0 {
			return Cursor{}, fmt.Errorf("%w: %.40q", ErrCursor, s)
		}
	}
	return c, nil
}
