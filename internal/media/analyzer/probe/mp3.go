package probe

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// matchStartTag is for the formats that begin with a tag, ID3v2 or, rarely, APE; what stands behind it
// tells them apart.
func matchStartTag(head []byte, _ string) bool {
	_, ok := parseID3Header(head, "ID3")
	return ok || hasMagic(head, "APETAGEX")
}

// probeBehindTags reads a file that begins with tags.
func probeBehindTags(w *Window, r *Result) error {
	var m musicTags
	at, err := m.readStartTags(w)
	if err != nil {
		return err
	}
	if err := m.readEndTags(w); err != nil {
		return err
	}
	if at >= m.end {
		m.describe(r)
		return fmt.Errorf("%w: nothing behind the tag", ErrTruncated)
	}
	head, err := w.Bytes(at, int(min(m.end-at, windowSize)))
	if err != nil {
		return err
	}
	err = probeSoundBehindID3(w, r, head, at, m.end)
	m.describe(r) // the tags hold whatever the sound is like
	return err
}

// readStartTags reads the tag at the start and returns where what follows begins. Taggers that did not
// see a tag have put another before it: the first is the newer, and the one that counts.
func (m *musicTags) readStartTags(w *Window) (at int64, err error) {
	for range 8 {
		tag, ok, err := readID3(w, at)
		if err != nil {
			return 0, err
		}
		if !ok {
			return m.readStartAPE(w, at)
		}
		if m.id3 == nil || !m.id3.tags.any {
			m.id3 = tag
		}
		at += tag.size
	}
	return at, nil
}

// readStartAPE reads an APE tag at "at", if one is there, and returns where what follows begins.
func (m *musicTags) readStartAPE(w *Window, at int64) (int64, error) {
	ape, ok, err := readAPETagAt(w, at)
	if err != nil || !ok {
		return at, softTagError(err)
	}
	m.ape = ape
	return at + ape.size, nil
}

// probeSoundBehindID3 finds out what kind of sound lies between at and end; head is its beginning.
func probeSoundBehindID3(w *Window, r *Result, head []byte, at, end int64) error {
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
	probe func(w *Window, r *Result, start, end int64) error
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

func hasMagic(b []byte, magic string) bool {
	return len(b) >= len(magic) && string(b[:len(magic)]) == magic
}

// matchMPEG recognises MPEG audio without a tag before it: frames that follow each other, at once or, where
// the name says so too, behind other bytes.
func matchMPEG(head []byte, ext string) bool {
	switch ext {
	case ".mp3", ".mp2", ".mp1", ".mpa", ".mpga", ".m2a":
		if findFrame(head, 0xFF, 2, mpegFrameSize) >= 0 {
			return true
		}
		at, _ := findFreeFormat(head)
		return at >= 0
	}
	return len(head) > 4 && head[0] == 0xFF && chained(head, 3, mpegFrameSize)
}

func probeMPEG(w *Window, r *Result) error { return probeWithEndTags(w, r, probeMPEGFrom) }

// probeMPEGFrom reads the stream of frames between start and end.
func probeMPEGFrom(w *Window, r *Result, start, end int64) error {
	f, start, err := firstMPEGFrame(w, start, end)
	if err != nil {
		return err
	}
	m := r.Description.Media
	m.Container = f.codec()
	a := media.Audio{Codec: f.codec(), Channels: f.channels, SampleRate: f.rate, BitRate: int64(f.bitRate)}
	b, err := w.Bytes(start, int(min(end-start, 512)))
	if err != nil {
		return err
	}
	var cut error
	s, ok := parseMPEGSummary(f, b)
	if ok && s.frames > 0 {
		var samples float64
		samples, cut = s.samples(f, start, end)
		r.SetDuration(samples/float64(f.rate), w.Size())
		if s.hasGain {
			m.ReplayGain = &media.Gain{Track: s.gain, TrackPeak: s.peak}
		}
	} else {
		if ok {
			start += int64(f.size())
		}
		if err := f.measure(w, r, start, end); err != nil {
			return err
		}
	}
	a.BitRate = nominalBitRate(a.BitRate, bitRate(end-start, m.DurationSeconds))
	m.Audio = []media.Audio{a}
	return cut
}

// measure finds the duration of a stream without a summary. Free format is of a constant bit rate.
func (f mpegFrame) measure(w *Window, r *Result, start, end int64) error {
	if f.free {
		r.SetDuration(float64(end-start)*8/float64(f.bitRate), w.Size())
		return nil
	}
	samples, ok, err := averageFrames(w, start, end, 0xFF, mpegFrameSize)
	if err == nil && ok {
		r.SetDuration(samples/float64(f.rate), w.Size())
	}
	return err
}

// samples is how many the stream between start and end holds by its summary. Where the file is much
// shorter or longer than that says (cut off, or joined from several), its size decides.
func (s *mpegSummary) samples(f mpegFrame, start, end int64) (samples float64, err error) {
	samples = float64(s.frames) * float64(f.samples)
	if s.bytes <= 0 {
		return samples, nil
	}
	have := end - start
	if have < s.bytes-s.bytes/16 {
		err = fmt.Errorf("%w: %d of %d bytes", ErrTruncated, have, s.bytes)
	} else if have < s.bytes+s.bytes/16 {
		return samples, nil
	}
	return samples * float64(have) / float64(s.bytes), err
}

// firstMPEGFrame finds the first frame at or behind start.
func firstMPEGFrame(w *Window, start, end int64) (f mpegFrame, at int64, err error) {
	for range 4 { // rubbish between tag and sound is rarely more than a tagger's old padding
		if end-start < 4 {
			break
		}
		b, err := w.Bytes(start, int(min(end-start, windowSize)))
		if err != nil {
			return f, 0, err
		}
		i := findMPEGStart(b)
		if i >= 0 {
			f, _ := parseMPEGFrame(b[i:])
			return f, start + int64(i), nil
		}
		if i, f := findFreeFormat(b); i >= 0 {
			return f, start + int64(i), nil
		}
		start += int64(max(len(b)-4, 1))
	}
	return f, 0, fmt.Errorf("%w: no frames", ErrMalformed)
}

// findMPEGStart returns where a stream begins in b, or -1: at a summary, or at frames that follow each other.
func findMPEGStart(b []byte) int {
	if f, ok := parseMPEGFrame(b); ok && f.bitRate > 0 {
		if _, ok := parseMPEGSummary(f, b[:min(len(b), max(f.size(), 4))]); ok {
			return 0
		}
	}
	return findFrame(b, 0xFF, 2, mpegFrameSize)
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
func probeMPEGBehindJunk(w *Window, r *Result) error {
	restore := w.KeepAhead()
	w.Ahead(mpegJunkStep)
	for at := int64(HeadSize); at < min(w.Size(), mpegJunkFront*mpegJunkStep); at += mpegJunkStep {
		b, err := w.Bytes(at, int(min(mpegJunkStep, w.Size()-at)))
		if err != nil {
			return err
		}
		if i := findFrame(b, 0xFF, 2, mpegFrameSize); i >= 0 {
			restore()
			return probeWithEndTags(w, r, func(w *Window, r *Result, _, end int64) error {
				return probeMPEGFrom(w, r, at+int64(i), end)
			})
		}
	}
	w.Ahead(mpegJunkSample)
	for _, off := range [...]int64{w.Size() - mpegJunkSample, w.Size() - 3*mpegJunkSample, w.Size() / 2} {
		if off < HeadSize {
			break
		}
		b, err := w.Bytes(off, int(min(mpegJunkSample, w.Size()-off)))
		if err != nil {
			return err
		}
		if i := findFrame(b, 0xFF, 3, mpegFrameSize); i >= 0 {
			f, _ := parseMPEGFrame(b[i:])
			r.Description.Media.Container = f.codec()
			return probeWithEndTags(w, r, func(_ *Window, r *Result, _, _ int64) error {
				r.Description.Media.Audio = []media.Audio{{Codec: f.codec(), Channels: f.channels, SampleRate: f.rate}}
				return nil
			})
		}
	}
	return ErrUnknown
}
