// Package video probes films of rarer containers, and bare streams.
package video

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "rm", Kind: media.KindVideo, Match: format.Magic(18, ".RMF", ".ra\xfd"), Probe: probeRealMedia},
	{Name: "mxf", Kind: media.KindVideo, Match: matchMXF, Probe: probeMXF},
	{Name: "dv", Kind: media.KindVideo, Match: matchDV, Probe: probeDV},
	{Name: "ivf", Kind: media.KindVideo, Match: matchIVF, Probe: probeIVF},
	{Name: "yuv4mpegpipe", Kind: media.KindVideo, Match: format.Magic(0, "YUV4MPEG2 "), Probe: probeY4M},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "mpegvideo", Kind: media.KindVideo, Match: matchElementary, Probe: probeElementary},
}
