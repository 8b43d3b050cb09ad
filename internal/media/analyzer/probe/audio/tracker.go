package audio

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// trackerFormat is a format of modules: notes and the sounds to play them with. Their names are all that
// they say of themselves; the time they take is known only by playing them.
type trackerFormat struct {
	container string
	magic     string
	at        int
	name      int // where the name stands
	length    int // of the name
}

var trackerFormats = []trackerFormat{
	{"xm", "Extended Module: ", 0, 17, 20},
	{"it", "IMPM", 0, 4, 26},
	{"s3m", "SCRM", 44, 0, 28},
	{"mod", "M.K.", 1080, 0, 20}, {"mod", "M!K!", 1080, 0, 20}, {"mod", "FLT4", 1080, 0, 20}, {"mod", "4CHN", 1080, 0, 20},
	{"mod", "6CHN", 1080, 0, 20}, {"mod", "8CHN", 1080, 0, 20},
}

func trackerOf(head []byte) *trackerFormat {
	i := slices.IndexFunc(trackerFormats, func(f trackerFormat) bool {
		return len(head) >= f.at+len(f.magic) && string(head[f.at:f.at+len(f.magic)]) == f.magic && len(head) >= f.name+f.length
	})
	if i < 0 {
		return nil
	}
	return &trackerFormats[i]
}

func matchTracker(head []byte, _ string) bool { return trackerOf(head) != nil }

func probeTracker(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	f := trackerOf(head)
	if f == nil {
		return window.ErrMalformed
	}
	r.Kind, r.Description.Media.Container = media.KindAudio, f.container
	var set tags.Set
	var legacy tags.LegacyText
	legacy.Add(&set, tags.Title, []byte(text.CString(head[f.name:f.name+f.length])))
	legacy.Flush()
	set.Describe(r)
	return nil
}
