package probe

import "github.com/catalogizer/catalogizerd/internal/media"

// documentProbers are the formats of this family that strong magic bytes tell.
var documentProbers = []prober{
	{"epub", media.KindBook, matchEPUB, probeEPUB},
	{"cbz", media.KindComic, matchCBZ, probeZIP},
	{"pdf", media.KindBook, matchPDF, probePDF},
	{"zip", media.KindArchive, matchZIP, probeZIP},
}

// weakDocumentProbers are those that only little tells.
var weakDocumentProbers = []prober{
	{"fb2", media.KindBook, matchFB2, probeFB2},
}
