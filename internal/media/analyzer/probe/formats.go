package probe

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/archive"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/asf"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/audio"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/book"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/disc"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/flv"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/game"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/image"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/matroska"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/mp4"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/mpeg"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/ogg"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/pdf"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/playlist"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/riff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/sidecars"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/software"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/subtitle"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/video"
)

// formats is the table of all formats. The order decides where several match: strong magic first, then weak magic
// with an extension, then sync words, then text. Books are told before the ZIP archives that they are.
var formats = slices.Concat(
	subtitle.Named,

	mp4.Formats, matroska.Formats, riff.Formats, asf.Formats, mpeg.Formats, flv.Formats, video.Formats,
	audio.Formats, ogg.Formats,
	image.Formats,
	book.Formats, pdf.Formats, subtitle.Formats, archive.Formats, game.Formats, software.Formats,

	mpeg.Weak, video.Weak,
	audio.Weak,
	image.Weak,
	disc.Weak, game.Weak, sidecars.Weak, book.Weak, subtitle.Weak, playlist.Weak, software.Weak,

	audio.Fallback,
)
