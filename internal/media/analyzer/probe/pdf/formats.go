// Package pdf probes PDF documents: objects, cross-references, and as much of the encryption as titles need.
package pdf

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "pdf", Kind: media.KindBook, Match: matchPDF, Probe: probePDF},
}
