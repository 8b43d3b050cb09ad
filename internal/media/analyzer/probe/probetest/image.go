package probetest

import (
	"github.com/catalogizer/catalogizerd/internal/media"
)

func Altered(d media.Description, change func(*media.Description)) media.Description {
	change(&d)
	return d
}
