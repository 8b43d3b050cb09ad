package audio

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// matchStartTag is for the formats that begin with a tag, ID3v2 or, rarely, APE; what stands behind it
// tells them apart.
func matchStartTag(head []byte, _ string) bool {
	_, ok := tags.ParseID3Header(head, "ID3")
	return ok || window.HasMagic(head, "APETAGEX")
}

// probeBehindTags reads a file that begins with tags.
func probeBehindTags(w *window.Window, r *format.Result) error { return probeBehindTagsAt(w, r, 0) }

func probeBehindTagsAt(w *window.Window, r *format.Result, at int64) error {
	var m tags.Music
	at, err := m.ReadStartTags(w, at)
	if err != nil {
		return err
	}
	if err := m.ReadEndTags(w); err != nil {
		return err
	}
	if at >= m.End {
		m.Describe(r)
		return fmt.Errorf("%w: nothing behind the tag", window.ErrTruncated)
	}
	head, err := w.Bytes(at, int(min(m.End-at, window.Size)))
	if err != nil {
		return err
	}
	err = probeSoundBehindID3(w, r, head, at, m.End)
	m.Describe(r) // the tags hold whatever the sound is like
	return err
}

// probeSoundBehindID3 finds out what kind of sound lies between at and end; head is its beginning.
func probeSoundBehindID3(w *window.Window, r *format.Result, head []byte, at, end int64) error {
	switch p := recogniseBehindID3(head); {
	case p != nil:
		r.Description.Media.Container = p.name
		return p.probe(w, r, at, end)
	case findMPEGStart(head) < 0 && findFrame(head, 0xFF, 2, adtsFrameSize) >= 0: // padding that no tag owns
		r.Description.Media.Container = "aac"
		return probeADTSFrom(w, r, at, end)
	default:
		return probeMPEGFrom(w, r, at, end)
	}
}

// soundFormatBehindID3 is a format that people put an ID3v2 tag before, though few provide for it.
type soundFormatBehindID3 struct {
	name  string
	match func(b []byte, ext string) bool
	probe func(w *window.Window, r *format.Result, start, end int64) error
}

var behindID3 = []soundFormatBehindID3{
	{"flac", matchFLAC, probeFLACFrom},
	{"ape", matchMonkey, probeMonkeyFrom},
	{"wavpack", matchWavPack, probeWavPackFrom},
	{"musepack", matchMusepack, probeMusepackFrom},
	{"tta", matchTTA, probeTTAFrom},
	{"aac", matchADTS, probeADTSFrom},
	{"ac3", matchAC3, probeAC3From},
}

func recogniseBehindID3(head []byte) *soundFormatBehindID3 {
	for i := range behindID3 {
		if behindID3[i].match(head, "") {
			return &behindID3[i]
		}
	}
	return nil
}

// matchMPEG recognises MPEG audio without a tag before it: frames that follow each other, at once or, where
// the name says so too, behind other bytes.
func matchMPEG(head []byte, ext string) bool {
	switch ext {
	case ".mp3", ".mp2", ".mp1", ".mpa", ".mpga", ".m2a":
		if findFrame(head, 0xFF, 2, codec.MPEGFrameSize) >= 0 {
			return true
		}
		at, _ := codec.FindFreeFormat(head)
		return at >= 0
	}
	return len(head) > 4 && head[0] == 0xFF && chained(head, 3, codec.MPEGFrameSize)
}

func probeMPEG(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	if at := buriedTag(head); at > 0 {
		return probeBehindTagsAt(w, r, int64(at))
	}
	return tags.AroundSound(w, r, probeMPEGFrom)
}

// buriedTag returns where a tag stands in the head of a file behind bytes that are no sound, as the remains of a download
// or of an older tag are; 0: none does.
func buriedTag(head []byte) int {
	i := max(bytes.Index(head, []byte("ID3")), 0)
	if _, ok := tags.ParseID3Header(head[i:], "ID3"); !ok || findMPEGStart(head[:i]) >= 0 {
		return 0
	}
	return i
}

// probeMPEGFrom reads the stream of frames between start and end.
func probeMPEGFrom(w *window.Window, r *format.Result, start, end int64) error {
	f, start, err := firstMPEGFrame(w, start, end)
	if err != nil {
		return err
	}
	m := r.Description.Media
	m.Container = f.Codec()
	a := media.Audio{Codec: f.Codec(), Channels: f.Channels, SampleRate: f.Rate, BitRate: int64(f.BitRate)}
	b, err := w.Bytes(start, int(min(end-start, 512)))
	if err != nil {
		return err
	}
	var cut error
	s, ok := codec.ParseMPEGSummary(f, b)
	if ok && s.Frames > 0 {
		var samples float64
		samples, cut = summarySamples(s, f, start, end)
		r.SetDuration(samples/float64(f.Rate), w.Size())
		if s.HasGain {
			m.ReplayGain = &media.Gain{Track: s.Gain, TrackPeak: s.Peak}
		}
	} else {
		if ok {
			start += int64(f.Size())
		}
		if err := measureMPEG(f, w, r, start, end); err != nil {
			return err
		}
	}
	a.BitRate = nominalBitRate(a.BitRate, format.BitRate(end-start, m.DurationSeconds))
	m.Audio = []media.Audio{a}
	return cut
}

// measureMPEG finds the duration of a stream without a summary. Free format is of a constant bit rate.
func measureMPEG(f codec.MPEGFrame, w *window.Window, r *format.Result, start, end int64) error {
	if f.Free {
		r.SetDuration(float64(end-start)*8/float64(f.BitRate), w.Size())
		return nil
	}
	samples, ok, err := averageFrames(w, start, end, 0xFF, codec.MPEGFrameSize)
	if err == nil && ok {
		r.SetDuration(samples/float64(f.Rate), w.Size())
	}
	return err
}

// summarySamples is how many the stream between start and end holds by its summary. Where the file is much
// shorter or longer than that says (cut off, or joined from several), its size decides.
func summarySamples(s codec.MPEGSummary, f codec.MPEGFrame, start, end int64) (samples float64, err error) {
	samples = float64(s.Frames) * float64(f.Samples)
	if s.Bytes <= 0 {
		return samples, nil
	}
	have := end - start
	if have < s.Bytes-s.Bytes/16 {
		err = fmt.Errorf("%w: %d of %d bytes", window.ErrTruncated, have, s.Bytes)
	} else if have < s.Bytes+s.Bytes/16 {
		return samples, nil
	}
	return samples * float64(have) / float64(s.Bytes), err
}

// firstMPEGFrame finds the first frame at or behind start.
func firstMPEGFrame(w *window.Window, start, end int64) (f codec.MPEGFrame, at int64, err error) {
	for range 4 { // rubbish between tag and sound is rarely more than a tagger's old padding
		if end-start < 4 {
			break
		}
		b, err := w.Bytes(start, int(min(end-start, window.Size)))
		if err != nil {
			return f, 0, err
		}
		i := findMPEGStart(b)
		if i >= 0 {
			f, _ := codec.ParseMPEGFrame(b[i:])
			return f, start + int64(i), nil
		}
		if i, f := codec.FindFreeFormat(b); i >= 0 {
			return f, start + int64(i), nil
		}
		start += int64(max(len(b)-4, 1))
	}
	return f, 0, fmt.Errorf("%w: no frames", window.ErrMalformed)
}

// findMPEGStart returns where a stream begins in b, or -1: at a summary, or at frames that follow each other.
func findMPEGStart(b []byte) int {
	if f, ok := codec.ParseMPEGFrame(b); ok && f.BitRate > 0 {
		if _, ok := codec.ParseMPEGSummary(f, b[:min(len(b), max(f.Size(), 4))]); ok {
			return 0
		}
	}
	return findFrame(b, 0xFF, 2, codec.MPEGFrameSize)
}

const (
	mpegJunkFront  = 4        // steps in front that may hold no frame
	mpegJunkStep   = 16 << 10 // of them
	mpegJunkSample = 8 << 10  // of other places
)

// matchMPEGName is for what only its name calls MPEG audio. It must stand behind all other formats.
func matchMPEGName(_ []byte, ext string) bool { return ext == ".mp3" || ext == ".mp2" }

// probeMPEGBehindJunk looks for frames far behind the start: after the remains of a download or of a tag, however
// long. Where the sound begins is only known where it is near enough, so nothing is said of its duration else.
func probeMPEGBehindJunk(w *window.Window, r *format.Result) error {
	restore := w.KeepAhead()
	w.Ahead(mpegJunkStep)
	for at := int64(window.HeadSize); at < min(w.Size(), mpegJunkFront*mpegJunkStep); at += mpegJunkStep {
		b, err := w.Bytes(at, int(min(mpegJunkStep, w.Size()-at)))
		if err != nil {
			return err
		}
		if i := findFrame(b, 0xFF, 2, codec.MPEGFrameSize); i >= 0 {
			restore()
			return tags.AroundSound(w, r, func(w *window.Window, r *format.Result, _, end int64) error {
				return probeMPEGFrom(w, r, at+int64(i), end)
			})
		}
	}
	w.Ahead(mpegJunkSample)
	for _, off := range [...]int64{w.Size() - mpegJunkSample, w.Size() - 3*mpegJunkSample, w.Size() / 2} {
		if off < window.HeadSize {
			break
		}
		b, err := w.Bytes(off, int(min(mpegJunkSample, w.Size()-off)))
		if err != nil {
			return err
		}
		if i := findFrame(b, 0xFF, 3, codec.MPEGFrameSize); i >= 0 {
			f, _ := codec.ParseMPEGFrame(b[i:])
			r.Description.Media.Container = f.Codec()
			return tags.AroundSound(w, r, func(_ *window.Window, r *format.Result, _, _ int64) error {
				r.Description.Media.Audio = []media.Audio{{Codec: f.Codec(), Channels: f.Channels, SampleRate: f.Rate}}
				return nil
			})
		}
	}
	return window.ErrUnknown
}
