package probetest

import (
	"github.com/catalogizer/catalogizerd/internal/media"
)

// Altered is a description with a change.
func Altered(d media.Description, change func(*media.Description)) media.Description {
	change(&d)
	return d
}
