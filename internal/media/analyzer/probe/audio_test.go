package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// soundOf is a file of one stream. Rates of bits are not compared: they follow from size and duration.
func soundOf(container string, seconds float64, a media.Audio) media.Description {
	return media.Description{Media: &media.Media{Container: container, DurationSeconds: seconds, Audio: []media.Audio{a}}}
}

// taggedSound has the tags that make.sh gives to every format that takes them.
func taggedSound(container string, seconds float64, a media.Audio) media.Description {
	d := soundOf(container, seconds, a)
	d.Title, d.Artist, d.Artists, d.Album, d.Genres = "Tïtle", "Ärtist", []string{"Ärtist"}, "Albüm", []string{"Jazz"}
	d.Track, d.TrackTotal, d.Date, d.Year = 3, 12, "2019-05-04", 2019
	return d
}

func stream(codec string, channels, rate, depth int) media.Audio {
	return media.Audio{Codec: codec, Channels: channels, SampleRate: rate, BitDepth: depth}
}

// aboutTheSame compares descriptions, durations to a millisecond.
var aboutTheSame = cmp.Options{
	cmpopts.IgnoreFields(media.Media{}, "BitRate"), cmpopts.IgnoreFields(media.Audio{}, "BitRate"),
	cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 0.001 }),
}

func TestSoundSaysItsStreamAndItsTags(t *testing.T) {
	with := func(d media.Description, change func(*media.Description)) media.Description {
		change(&d)
		return d
	}
	art := func(at, n int64, encoding string) func(*media.Description) {
		return func(d *media.Description) {
			d.Media.Artwork = &media.Artwork{Offset: at, Length: n, MIME: "image/png", Encoding: encoding}
		}
	}
	titled := func(d *media.Description) { d.Title = "Tïtle" }
	cd := func(codec string) media.Audio { return stream(codec, 2, 44100, 16) }
	for name, want := range map[string]media.Description{
		"cbr.mp3": taggedSound("mp3", 0.5486, stream("mp3", 1, 44100, 0)),
		"vbr.mp3": taggedSound("mp3", 0.5747, stream("mp3", 1, 22050, 0)),
		"art.mp3": with(taggedSound("mp3", 0.5747, stream("mp3", 1, 22050, 0)), func(d *media.Description) {
			art(232, 96, "")(d)
			d.Date, d.Media.ReplayGain = "2019", &media.Gain{Track: 5.4}
		}),
		"bare.mp3":      soundOf("mp3", 0.5747, stream("mp3", 1, 22050, 0)),
		"free.mp3":      soundOf("mp3", 0.576, stream("mp3", 1, 16000, 0)),
		"layer2.mp2":    soundOf("mp2", 0.5224, stream("mp2", 1, 44100, 0)),
		"adts.aac":      soundOf("aac", 0.5341, media.Audio{Codec: "aac", Profile: "LC", Channels: 1, SampleRate: 44100}),
		"plain.ac3":     soundOf("ac3", 0.5224, stream("ac3", 2, 44100, 0)),
		"surround.eac3": soundOf("eac3", 0.224, stream("eac3", 6, 48000, 0)),
		"core.dts":      soundOf("dts", 0.2027, media.Audio{Codec: "dts", Profile: "DTS", Channels: 2, SampleRate: 48000}),
		"art.flac":      with(taggedSound("flac", 0.5, cd("flac")), art(270, 96, "")),
		"cue.flac": with(soundOf("flac", 0.5, cd("flac")), func(d *media.Description) {
			d.Media.Chapters = []media.Chapter{{StartSeconds: 0}, {StartSeconds: 0.2}}
		}),
		"pipe.flac":  soundOf("flac", 0.5, cd("flac")),
		"flac.oga":   with(with(soundOf("ogg", 0.5, cd("flac")), titled), art(290, 96, "")),
		"vorbis.ogg": taggedSound("ogg", 0.5, stream("vorbis", 1, 44100, 0)),
		"art.opus": with(soundOf("ogg", 0.5, stream("opus", 1, 48000, 0)), func(d *media.Description) {
			d.Title, d.Artist, d.Artists = "Tïtle", "Ärtist; Zweiter", []string{"Ärtist", "Zweiter"}
			art(191, 184, "base64")(d)
		}),
		"speech.spx": taggedSound("ogg", 0.495, stream("speex", 1, 8000, 0)),
		"pcm.wav":    taggedSound("wav", 0.05, cd("pcm_s16le")),
		"float.wav":  taggedSound("wav", 0.05, stream("pcm_f32le", 2, 44100, 32)),
		"mp3.wav":    taggedSound("wav", 0.5251, stream("mp3", 1, 44100, 0)),
		"wave.w64":   soundOf("w64", 0.05, cd("pcm_s16le")),
		"pcm.aiff":   taggedSound("aiff", 0.05, cd("pcm_s16be")),
		"ima.aifc":   with(soundOf("aiff", 0.1001, stream("adpcm_ima_qt", 1, 44100, 0)), titled),
		"sun.au": with(taggedSound("au", 0.05, stream("pcm_mulaw", 1, 44100, 0)), func(d *media.Description) {
			d.Date, d.Year = "", 0
		}),
		"alac.caf":  taggedSound("caf", 0.1858, stream("alac", 2, 44100, 0)),
		"packed.wv": taggedSound("wavpack", 0.1, cd("wavpack")),
		"six.wv":    soundOf("wavpack", 0.05, stream("wavpack", 6, 44100, 16)),
		"pipe.wv":   soundOf("wavpack", 0.5, cd("wavpack")),
		"plain.tta": taggedSound("tta", 0.1, cd("tta")),
		"sv8.mpc": with(soundOf("musepack", 0.5, stream("musepack8", 2, 44100, 0)), func(d *media.Description) {
			d.Title, d.Artist, d.Artists = "Tïtle", "Ärtist", []string{"Ärtist"}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := probeFile(t, filepath.Join("testdata/audio", name))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, r.Description, aboutTheSame); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			kind := media.KindTrack
			switch filepath.Ext(name) {
			case ".spx", ".au", ".ac3", ".eac3", ".dts": // speech, or a film's sound rather than an album's
				kind = media.KindAudio
			}
			if r.Kind != kind || r.Description.Media.BitRate == 0 {
				t.Errorf("kind %s, bit rate %d", r.Kind, r.Description.Media.BitRate)
			}
		})
	}
}

// Every sample says the same of its stream whatever the name is, but for those that only little tells.
func TestSoundIsRecognisedByItsBytes(t *testing.T) {
	for _, f := range samples(t, "audio/*") {
		ext := filepath.Ext(f)
		if slices.Contains([]string{".dts", ".m4b", ".m4a"}, ext) || strings.HasSuffix(f, "free.mp3") {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		named, err1 := probeBytes(data, strings.ToLower(ext))
		bare, err2 := probeBytes(data, "")
		if d := cmp.Diff(named, bare); d != "" || err1 != nil || err2 != nil {
			t.Errorf("%s: %v, %v (-with its extension +without):\n%s", f, err1, err2, d)
		}
	}
}

// A copy that was cut off says what is true of it, or nothing: never a failure of the prober, never a
// duration longer than the whole.
func TestCutSoundClaimsNothingFalse(t *testing.T) {
	for _, f := range samples(t, "audio/*") {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		ext := strings.ToLower(filepath.Ext(f))
		whole, err := probeBytes(data, ext)
		if err != nil {
			t.Fatal(f, err)
		}
		for _, n := range []int{0, 1, 3, 4, 10, 20, 40, 100, 200, 500, 1000, len(data) / 4, len(data) / 2, len(data) - 1} {
			if n < 0 || n > len(data) {
				continue
			}
			r, err := probeBytes(data[:n], ext)
			var p *PanicError
			if errors.As(err, &p) || errors.Is(err, ErrBudget) {
				t.Errorf("%s, first %d bytes: %v", f, n, err)
			}
			if m := r.Description.Media; m != nil && m.DurationSeconds > whole.Description.Media.DurationSeconds*1.02+0.06 {
				t.Errorf("%s, first %d bytes: %v s of %v", f, n, m.DurationSeconds, whole.Description.Media.DurationSeconds)
			}
		}
	}
}

// padded is a file with a hole of zeros at "at", which makes it as large as music is.
type padded struct {
	data []byte
	at   int64
	hole int64
}

func (p *padded) size() int64 { return int64(len(p.data)) + p.hole }

func (p *padded) ReadAt(b []byte, off int64) (int, error) {
	for i := range b {
		switch o := off + int64(i); {
		case o >= p.size():
			return i, fmt.Errorf("read at %d of %d", o, p.size())
		case o < p.at:
			b[i] = p.data[o]
		case o < p.at+p.hole:
			b[i] = 0
		default:
			b[i] = p.data[o-p.hole]
		}
	}
	return len(b), nil
}

func TestSoundIsReadInFewReads(t *testing.T) {
	for _, f := range samples(t, "audio/*") {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src := &padded{data: data, at: int64(len(data))}
		if ext := filepath.Ext(f); ext == ".mp3" || ext == ".ape" || ext == ".mpc" || ext == ".tta" || ext == ".flac" {
			src.at, src.hole = int64(len(data)*3/4), 100<<20 // as large as an hour of it
		}
		w := NewWindow(context.Background(), src, src.size())
		if _, err := probeWindow(w, strings.ToLower(filepath.Ext(f))); err != nil && !errors.Is(err, ErrTruncated) {
			t.Errorf("%s: %v", f, err)
		}
		reads, n := w.Spent()
		w.release()
		if reads > 9 || n > 160<<10 {
			t.Errorf("%s: %d reads of %d bytes", f, reads, n)
		}
	}
}

func TestSoundWithstandsMutation(t *testing.T) {
	n := 300
	if testing.Short() {
		n = 50
	}
	for _, f := range samples(t, "audio/*") {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		mutate(t, f, data[:min(len(data), 64<<10)], n)
	}
}

func fuzzSound(f *testing.F, patterns ...string) {
	for i, p := range patterns {
		patterns[i] = "audio/" + p
	}
	ext := ""
	for _, name := range samples(f, patterns...) {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		ext = strings.ToLower(filepath.Ext(name))
		f.Add(data[:min(len(data), 16<<10)], ext)
	}
	f.Fuzz(func(t *testing.T, data []byte, ext string) {
		r, err := probeBytes(data, ext)
		var p *PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v\n%s", p, p.Stack)
		}
		if m := r.Description.Media; m != nil {
			if a := m.Artwork; a != nil && a.Encoding != "unsync" && !strings.HasPrefix(a.Encoding, "entry:") && (a.Offset < 0 || a.Length < 0 || a.Length > int64(len(data))*2) {
				t.Fatalf("artwork is %+v of %d bytes", a, len(data))
			}
			if d := m.DurationSeconds; d < 0 || math.IsNaN(d) || math.IsInf(d, 0) {
				t.Fatalf("duration is %v", d)
			}
		}
	})
}

func FuzzMP3(f *testing.F)      { fuzzSound(f, "*.mp3", "*.mp2") }
func FuzzADTS(f *testing.F)     { fuzzSound(f, "*.aac") }
func FuzzAC3(f *testing.F)      { fuzzSound(f, "*.ac3", "*.eac3") }
func FuzzDTS(f *testing.F)      { fuzzSound(f, "*.dts") }
func FuzzFLAC(f *testing.F)     { fuzzSound(f, "*.flac") }
func FuzzOgg(f *testing.F)      { fuzzSound(f, "*.og?", "*.opus", "*.spx") }
func FuzzWAV(f *testing.F)      { fuzzSound(f, "*.wav", "*.w64") }
func FuzzAIFF(f *testing.F)     { fuzzSound(f, "*.aif?", "*.caf", "*.au") }
func FuzzWavPack(f *testing.F)  { fuzzSound(f, "*.wv") }
func FuzzMusepack(f *testing.F) { fuzzSound(f, "*.mpc") }
func FuzzTTA(f *testing.F)      { fuzzSound(f, "*.tta") }

// Formats without samples of their own begin from what the tests lay out.
func fuzzSoundOf(f *testing.F, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := probeBytes(data, "")
		var p *PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v\n%s", p, p.Stack)
		}
	})
}

func BenchmarkSound(b *testing.B) {
	for _, f := range samples(b, "audio/*") {
		if !strings.HasPrefix(f, "testdata") {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(filepath.Base(f), func(b *testing.B) {
			b.ReportAllocs()
			src := bytes.NewReader(data)
			for b.Loop() {
				if _, err := Probe(context.Background(), src, int64(len(data)), filepath.Ext(f)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
