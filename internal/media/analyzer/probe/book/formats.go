// Package book probes e-books: EPUB, Kindle, FictionBook, DjVu.
package book

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "epub", Kind: media.KindBook, Match: matchEPUB, Probe: probeEPUB},
	{Name: "mobi", Kind: media.KindBook, Match: matchMOBI, Probe: probeMOBI},
	{Name: "djvu", Kind: media.KindBook, Match: matchDjVu, Probe: probeDjVu},
	{Name: "chm", Kind: media.KindBook, Match: format.Magic(96, "ITSF"), Probe: format.Nothing},
	{Name: "lit", Kind: media.KindBook, Match: format.Magic(48, "ITOLITLS"), Probe: format.Nothing},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "fb2", Kind: media.KindBook, Match: matchFB2, Probe: probeFB2},
}
