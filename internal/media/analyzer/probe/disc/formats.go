// Package disc probes images of optical discs.
package disc

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "iso", Kind: media.KindDisc, Match: matchISO, Probe: probeISO},
}
