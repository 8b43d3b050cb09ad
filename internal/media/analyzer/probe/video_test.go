package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestFilmsSayTheirStreams(t *testing.T) {
	const (
		h264    = "video h264 Constrained Baseline 96x64 25 fps 8 bit"
		begin   = "chapter 0s Beginning"
		end     = "chapter 0.3s Ende über allem"
		tags    = "tags A Small Film Some Director 2014-05-06 Drama"
		plain   = "audio aac LC 1 ch 48000 Hz default"
		hdrFilm = "video hevc Main 10 96x64 23.976 fps 10 bit "
	)
	for name, want := range map[string]string{
		"film.mp4": probetest.Lines("video, mp4, 0.603 s", h264+" default", "audio aac LC 1 ch 48000 Hz en default", "audio ac3 1 ch 48000 Hz fr",
			"subtitle mov_text ru default", begin, end, tags),
		"chaptertrack.mp4": probetest.Lines("video, mp4, 0.600 s", h264+" default", plain, begin, end, tags),
		"hdr10.mp4":        probetest.Lines("video, mp4, 0.626 s", hdrFilm+"hdr10 default"),
		"hlg.mov":          probetest.Lines("video, mov, 0.626 s", hdrFilm+"hlg default"),
		"fragments.mp4":    probetest.Lines("video, mp4, 0.621 s", h264+" default", plain),
		"sidx.mp4":         probetest.Lines("video, mp4, 0.621 s", h264+" default", plain),
		"noindex.mp4":      probetest.Lines("video, mp4, 0.621 s", h264+" default", plain),
		"phone.3gp":        probetest.Lines("video, 3gp, 0.400 s", "video h263 176x144 15 fps 8 bit default"),
		"song.m4a":         probetest.Lines("track, mp4, 0.600 s", "audio alac 1 ch 48000 Hz 16 bit default", "artwork image/jpeg 225 bytes", "tags Song Singer 2019-05-04 Jazz"),
		"book.m4b":         probetest.Lines("audiobook, mp4, 0.600 s", plain, begin, end, tags),
		"film.mkv": probetest.Lines("video, matroska, 0.608 s", h264, "audio vorbis 1 ch 48000 Hz", "audio opus 1 ch 48000 Hz ja Comments",
			"subtitle ass de forced", begin, end, "attachment cover.jpg", "artwork image/jpeg 225 bytes", tags),
		"merged.mkv": probetest.Lines("video, matroska, 0.640 s", h264+" de Bild default", "audio aac LC 1 ch 48000 Hz en", "audio ac3 1 ch 48000 Hz fr default",
			begin, end, "attachment cover.jpg", "artwork image/jpeg 225 bytes", "tags Merged"),
		"hdr10.mkv":    probetest.Lines("video, matroska, 0.626 s", hdrFilm+"hdr10"),
		"live.webm":    probetest.Lines("video, webm, 0.607 s", "video vp9 Profile 0 96x64 25 fps 8 bit", "audio opus 1 ch 48000 Hz"),
		"film.avi":     probetest.Lines("video, avi, 0.640 s", "video mpeg4 Simple Profile 96x64 25 fps 8 bit default", "audio mp3 1 ch 48000 Hz default", "tags AVI Title"),
		"h264.avi":     probetest.Lines("video, avi, 0.608 s", h264+" default", "audio ac3 1 ch 48000 Hz default"),
		"film.wmv":     probetest.Lines("video, asf, 0.643 s", "video wmv2 96x64 25 fps 8 bit", "audio wmav2 1 ch 48000 Hz", "tags WMV Title Auth"),
		"film.flv":     probetest.Lines("video, flv, 0.621 s", h264, "audio aac LC 1 ch 48000 Hz", "tags FLV Title"),
		"old.flv":      probetest.Lines("video, flv, 0.627 s", "video flv1 96x64 25 fps 8 bit", "audio mp3 1 ch 22050 Hz"),
		"broadcast.ts": probetest.Lines("video, mpegts, 0.610 s", h264, "audio ac3 1 ch 48000 Hz en", "audio mp2 1 ch 48000 Hz fr"),
		"bluray.m2ts":  probetest.Lines("video, m2ts, 0.631 s", hdrFilm+"hdr10", "audio eac3 1 ch 48000 Hz"),
		"dvd.vob":      probetest.Lines("video, mpegps, 0.544 s", "video mpeg2video Main 96x64 25 fps 8 bit", "audio ac3 1 ch 48000 Hz"),
		"old.mpg":      probetest.Lines("video, mpegps, 0.552 s", "video mpeg1video 96x64 25 fps 8 bit", "audio mp2 1 ch 48000 Hz"),
	} {
		r, err := probeFile(t, "testdata/video/"+name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		probetest.CheckFilm(t, name, r, want)
	}
}

// A cover's place must be that of the picture itself.
func TestArtworkOfFilmsLiesWhereItIsSaidToBe(t *testing.T) {
	for _, name := range []string{"film.mkv", "merged.mkv", "song.m4a"} {
		data, err := os.ReadFile("testdata/video/" + name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := probeBytes(data, filepath.Ext(name))
		if err != nil {
			t.Fatal(err)
		}
		a := r.Description.Media.Artwork
		if a == nil {
			t.Errorf("%s: no artwork", name)
			continue
		}
		picture := data[a.Offset : a.Offset+a.Length]
		if !bytes.HasPrefix(picture, []byte("\xFF\xD8\xFF")) || !bytes.HasSuffix(picture, []byte("\xFF\xD9")) {
			t.Errorf("%s: no whole picture at %+v", name, a)
		}
	}
}

// A file that a copy has not finished says what it can, and that it is not whole. It never says a wrong
// duration.
func TestTruncatedFilmsSayNothingWrong(t *testing.T) {
	for _, name := range samples(t, "video/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ext := strings.ToLower(filepath.Ext(name))
		whole, err := probeBytes(data, ext)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for cut := 16; cut < len(data); cut += 1 + len(data)/97 {
			r, err := probeBytes(data[:cut], ext)
			var panicked *format.PanicError
			if errors.As(err, &panicked) {
				t.Fatalf("%s, cut at %d: %v\n%s", name, cut, err, panicked.Stack)
			}
			if err != nil && !errors.Is(err, window.ErrTruncated) && !errors.Is(err, window.ErrMalformed) && !errors.Is(err, window.ErrUnknown) {
				t.Errorf("%s, cut at %d: %v", name, cut, err)
			}
			if r.Description.Media == nil {
				continue
			}
			if got, all := r.Description.Media.DurationSeconds, whole.Description.Media.DurationSeconds; got > all*1.1+0.2 {
				t.Errorf("%s, cut at %d of %d, lasts %.2f s of %.2f s", name, cut, len(data), got, all)
			}
		}
	}
}

func TestMutatedFilmsBreakNothing(t *testing.T) {
	n := 300
	if testing.Short() {
		n = 20
	}
	for _, name := range samples(t, "video/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mutate(t, name, data, n)
	}
}

// TestFilmsAgreeWithTheReference compares with what ffprobe says of a sibling project's samples.
func TestFilmsAgreeWithTheReference(t *testing.T) {
	truth, err := os.ReadFile(filepath.Join(filepath.Dir(samplesDir), "truth", "ffprobe.json"))
	if err != nil {
		t.Skip("no samples beside this project")
	}
	var all map[string]struct {
		Format  struct{ Duration string }
		Streams []struct {
			Kind        string `json:"codec_type"`
			Codec       string `json:"codec_name"`
			Rate        string `json:"sample_rate"`
			Width       int
			Height      int
			Channels    int
			Disposition map[string]int
		}
	}
	if err := json.Unmarshal(truth, &all); err != nil {
		t.Fatal(err)
	}
	for name, ref := range all {
		if !strings.HasPrefix(name, "video/") || len(ref.Streams) == 0 {
			continue
		}
		r, err := probeFile(t, filepath.Join(samplesDir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := r.Description.Media
		if d, err := strconv.ParseFloat(ref.Format.Duration, 64); err == nil && math.Abs(d-m.DurationSeconds) > max(0.06, d/50) {
			t.Errorf("%s lasts %v s, should %v s", name, m.DurationSeconds, d)
		}
		var want, got []string
		for _, s := range ref.Streams {
			switch {
			case s.Kind == "video" && s.Disposition["attached_pic"] == 0:
				want = append(want, fmt.Sprintf("video %s %dx%d", s.Codec, s.Width, s.Height))
			case s.Kind == "audio":
				want = append(want, fmt.Sprintf("audio %s %d ch %s Hz", s.Codec, s.Channels, s.Rate))
			case s.Kind == "subtitle":
				want = append(want, "subtitle "+s.Codec)
			}
		}
		for _, s := range want { // in the order of the reference
			kind, _, _ := strings.Cut(s, " ")
			got = append(got, nextStream(m, kind))
		}
		if len(m.Video)+len(m.Audio)+len(m.Subtitles) > 0 || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s has\n%s\nshould have\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// nextStream takes the first stream of a kind out of m and renders it.
func nextStream(m *media.Media, kind string) (s string) {
	switch {
	case kind == "video" && len(m.Video) > 0:
		v := m.Video[0]
		s, m.Video = fmt.Sprintf("video %s %dx%d", v.Codec, v.Width, v.Height), m.Video[1:]
	case kind == "audio" && len(m.Audio) > 0:
		a := m.Audio[0]
		s, m.Audio = fmt.Sprintf("audio %s %d ch %d Hz", a.Codec, a.Channels, a.SampleRate), m.Audio[1:]
	case kind == "subtitle" && len(m.Subtitles) > 0:
		s, m.Subtitles = "subtitle "+m.Subtitles[0].Codec, m.Subtitles[1:]
	}
	return s
}

func BenchmarkFilms(b *testing.B) {
	for _, name := range []string{"film.mp4", "film.mkv", "film.avi", "film.wmv", "film.flv", "broadcast.ts", "dvd.vob"} {
		data, err := os.ReadFile("testdata/video/" + name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := probeBytes(data, filepath.Ext(name)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
