package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/google/go-cmp/cmp"
)

// taggedSound has the tags that make.sh gives to every format that takes them.
func taggedSound(container string, seconds float64, a media.Audio) media.Description {
	d := probetest.SoundOf(container, seconds, a)
	d.Title, d.Artist, d.Artists, d.Album, d.Genres = "Tïtle", "Ärtist", []string{"Ärtist"}, "Albüm", []string{"Jazz"}
	d.Track, d.TrackTotal, d.Date, d.Year = 3, 12, "2019-05-04", 2019
	return d
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
	cd := func(codec string) media.Audio { return probetest.Stream(codec, 2, 44100, 16) }
	for name, want := range map[string]media.Description{
		"cbr.mp3": taggedSound("mp3", 0.5486, probetest.Stream("mp3", 1, 44100, 0)),
		"vbr.mp3": taggedSound("mp3", 0.5747, probetest.Stream("mp3", 1, 22050, 0)),
		"art.mp3": with(taggedSound("mp3", 0.5747, probetest.Stream("mp3", 1, 22050, 0)), func(d *media.Description) {
			art(232, 96, "")(d)
			d.Date, d.Media.ReplayGain = "2019", &media.Gain{Track: 5.4}
		}),
		"bare.mp3":      probetest.SoundOf("mp3", 0.5747, probetest.Stream("mp3", 1, 22050, 0)),
		"free.mp3":      probetest.SoundOf("mp3", 0.576, probetest.Stream("mp3", 1, 16000, 0)),
		"layer2.mp2":    probetest.SoundOf("mp2", 0.5224, probetest.Stream("mp2", 1, 44100, 0)),
		"adts.aac":      probetest.SoundOf("aac", 0.5341, media.Audio{Codec: "aac", Profile: "LC", Channels: 1, SampleRate: 44100}),
		"plain.ac3":     probetest.SoundOf("ac3", 0.5224, probetest.Stream("ac3", 2, 44100, 0)),
		"surround.eac3": probetest.SoundOf("eac3", 0.224, probetest.Stream("eac3", 6, 48000, 0)),
		"core.dts":      probetest.SoundOf("dts", 0.2027, media.Audio{Codec: "dts", Profile: "DTS", Channels: 2, SampleRate: 48000}),
		"art.flac":      with(taggedSound("flac", 0.5, cd("flac")), art(270, 96, "")),
		"cue.flac": with(probetest.SoundOf("flac", 0.5, cd("flac")), func(d *media.Description) {
			d.Media.Chapters = []media.Chapter{{StartSeconds: 0}, {StartSeconds: 0.2}}
		}),
		"pipe.flac":  probetest.SoundOf("flac", 0.5, cd("flac")),
		"flac.oga":   with(with(probetest.SoundOf("ogg", 0.5, cd("flac")), titled), art(290, 96, "")),
		"vorbis.ogg": taggedSound("ogg", 0.5, probetest.Stream("vorbis", 1, 44100, 0)),
		"art.opus": with(probetest.SoundOf("ogg", 0.5, probetest.Stream("opus", 1, 48000, 0)), func(d *media.Description) {
			d.Title, d.Artist, d.Artists = "Tïtle", "Ärtist; Zweiter", []string{"Ärtist", "Zweiter"}
			art(191, 184, "base64")(d)
		}),
		"speech.spx": taggedSound("ogg", 0.495, probetest.Stream("speex", 1, 8000, 0)),
		"pcm.wav":    taggedSound("wav", 0.05, cd("pcm_s16le")),
		"float.wav":  taggedSound("wav", 0.05, probetest.Stream("pcm_f32le", 2, 44100, 32)),
		"mp3.wav":    taggedSound("wav", 0.5251, probetest.Stream("mp3", 1, 44100, 0)),
		"wave.w64":   probetest.SoundOf("w64", 0.05, cd("pcm_s16le")),
		"pcm.aiff":   taggedSound("aiff", 0.05, cd("pcm_s16be")),
		"ima.aifc":   with(probetest.SoundOf("aiff", 0.1001, probetest.Stream("adpcm_ima_qt", 1, 44100, 0)), titled),
		"sun.au": with(taggedSound("au", 0.05, probetest.Stream("pcm_mulaw", 1, 44100, 0)), func(d *media.Description) {
			d.Date, d.Year = "", 0
		}),
		"alac.caf":  taggedSound("caf", 0.1858, probetest.Stream("alac", 2, 44100, 0)),
		"packed.wv": taggedSound("wavpack", 0.1, cd("wavpack")),
		"six.wv":    probetest.SoundOf("wavpack", 0.05, probetest.Stream("wavpack", 6, 44100, 16)),
		"pipe.wv":   probetest.SoundOf("wavpack", 0.5, cd("wavpack")),
		"plain.tta": taggedSound("tta", 0.1, cd("tta")),
		"sv8.mpc": with(probetest.SoundOf("musepack", 0.5, probetest.Stream("musepack8", 2, 44100, 0)), func(d *media.Description) {
			d.Title, d.Artist, d.Artists = "Tïtle", "Ärtist", []string{"Ärtist"}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := probeFile(t, filepath.Join("testdata/audio", name))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, r.Description, probetest.AboutTheSame); d != "" {
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
			var p *format.PanicError
			if errors.As(err, &p) || errors.Is(err, window.ErrBudget) {
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
		w := window.New(context.Background(), src, src.size())
		if _, err := probeWindow(w, strings.ToLower(filepath.Ext(f))); err != nil && !errors.Is(err, window.ErrTruncated) {
			t.Errorf("%s: %v", f, err)
		}
		reads, n := w.Spent()
		w.Release()
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
