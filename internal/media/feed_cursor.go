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
// read in id order up to the head when it began (Seq); those up to Position have been delivered. Works follow in the
// same way, once Works is set.
//
// Bound names what of the feed it was given for: under other wishes it leads nowhere. It is empty where that was all
// items, and nothing else.
//
// Forgone is the number up to which deletions may be missing, as it was asked for what changed since a time: of those
// none may be known any more.
//
// Seen is the head of the latest read on the way, where that is above Seq: what was passed over as it had changed again
// comes at or below it. Run is the run of the daemon that gave all this; cursors of earlier releases have none.
type Cursor struct {
	Epoch    string
	Run      string
	Seq      int64
	Seen     int64
	Load     bool
	Works    bool // Position is among works
	Position int64
	Forgone  int64
	Bound    string
}

// Read gives the cursor the head of the reads on the way to it.
func (c Cursor) Read(head int64) Cursor {
	if c.Seen = 0; head > c.Seq {
		c.Seen = head
	}
	return c
}

// What stands before a position among works, and before the number up to which deletions may be missing.
const (
	amongWorks = "w-"
	forgoes    = "d-"
)

// Reaches reports whether a feed that has lost deletions up to a floor still has what is to come behind the cursor.
func (c Cursor) Reaches(floor int64) bool { return max(c.Seq, c.Forgone) >= floor }

// Forgo gives the cursor the number up to which deletions may be missing, for as long as it is below.
func (c Cursor) Forgo(upto int64) Cursor {
	if c.Forgone = 0; upto > c.Seq && !c.Load {
		c.Forgone = upto
	}
	return c
}

// String encodes the cursor: the epoch with the run, the number with what was seen, the position of a load, and what
// it is bound to.
func (c Cursor) String() string {
	s := c.Epoch
	if c.Run != "" {
		s += "-" + c.Run
	}
	s += "." + strconv.FormatInt(c.Seq, 36)
	if c.Seen > 0 {
		s += "-" + strconv.FormatInt(c.Seen, 36)
	}
	if c.Forgone > 0 {
		s += "." + forgoes + strconv.FormatInt(c.Forgone, 36)
	}
	if c.Load {
		s += "."
		if c.Works {
			s += amongWorks
		}
		s += strconv.FormatInt(c.Position, 36)
	}
	if c.Bound != "" {
		s += "~" + c.Bound
	}
	return s
}

// notACursor says of a text that it is no cursor, and what may stand there: everybody who takes a cursor takes a time.
func notACursor(s string) error {
	return fmt.Errorf("%w: %.40q: give one that an answer carried, or a time such as 2026-11-27T18:00:00Z or 2026-11-27",
		ErrCursor, s)
}

// ParseCursor decodes what String encoded.
func ParseCursor(s string) (c Cursor, err error) {
	place, bound, isBound := strings.Cut(s, "~")
	parts := strings.Split(place, ".")
	if isBound != isName(bound) || len(parts) < 2 || len(parts) > 3 || parts[0] == "" || len(s) > 128 {
		return c, notACursor(s)
	}
	c.Bound = bound
	c.Epoch, c.Run, _ = strings.Cut(parts[0], "-")
	number, seen, both := strings.Cut(parts[1], "-")
	if c.Seq, err = strconv.ParseInt(number, 36, 64); err != nil || c.Seq < 0 {
		return Cursor{}, notACursor(s)
	}
	if both {
		if c.Seen, err = strconv.ParseInt(seen, 36, 64); err != nil || c.Seen < 0 {
			return Cursor{}, notACursor(s)
		}
	}
	if len(parts) < 3 {
		return c, nil
	}
	if number, forgoes := strings.CutPrefix(parts[2], forgoes); forgoes {
		if c.Forgone, err = strconv.ParseInt(number, 36, 64); err != nil || c.Forgone <= 0 {
			return Cursor{}, notACursor(s)
		}
	} else {
		c.Load = true
		number, c.Works = strings.CutPrefix(parts[2], amongWorks)
		if c.Position, err = strconv.ParseInt(number, 36, 64); err != nil || c.Position < 0 {
			return Cursor{}, notACursor(s)
		}
	}
	return c, nil
}

// isName reports whether a text is some letters and digits.
func isName(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}
