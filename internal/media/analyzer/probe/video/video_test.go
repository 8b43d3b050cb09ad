package video

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestRealMediaSaysItsStreams(t *testing.T) {
	r, err := probeBytes(probetest.RealMediaOf(), ".rm")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "a film", r, probetest.Lines("video, rm, 12.500 s", "video rv30 320x240 25 fps 8 bit", "audio cook 2 ch 44100 Hz", "tags Title Artist"))
	song := slices.Concat(probetest.RealSoundOf(), []byte("\x05Title\x06Artist\x00\x00"), make([]byte, 80000))
	if r, err = probeBytes(song, ".ra"); err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "a song", r, probetest.Lines("track, rm, 10.002 s", "audio cook 2 ch 44100 Hz", "tags Title Artist"))
	r, err = probeBytes(probetest.RealMediaOf()[:120], ".rm")
	if err == nil || r.Description.Title != "Title" || !r.Description.Media.Truncated {
		t.Errorf("cut off: %+v, %v", r.Description, err)
	}
}

func TestDVSaysItsSystemAndItsSound(t *testing.T) {
	for _, c := range []struct {
		name   string
		pal    bool
		source []byte
		want   string
	}{
		{"PAL, 48 kHz", true, []byte{0x50, 0, 0, 0, 0}, probetest.Lines("video, dv, 0.400 s", "video dvvideo 720x576 25 fps 8 bit", "audio pcm_s16le 2 ch 48000 Hz 16 bit")},
		{"NTSC, four channels", false, []byte{0x50, 0, 0, 0, 0x11}, probetest.Lines("video, dv, 0.334 s", "video dvvideo 720x480 29.97 fps 8 bit", "audio pcm_s16le 2 ch 32000 Hz 16 bit", "audio pcm_s16le 2 ch 32000 Hz 16 bit")},
		{"without sound", false, nil, probetest.Lines("video, dv, 0.334 s", "video dvvideo 720x480 29.97 fps 8 bit")},
	} {
		r, err := probeBytes(probetest.DVFrames(10, c.pal, c.source), ".dv")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		probetest.CheckFilm(t, c.name, r, c.want)
	}
}

func TestVideoWithHardlyAContainer(t *testing.T) {
	for _, c := range []struct {
		ext  string
		data []byte
		want string
	}{
		{".ivf", probetest.IVFOf(), probetest.Lines("video, ivf, 2.000 s", "video av1 320x180 25 fps")},
		{".y4m", probetest.Y4MOf(), probetest.Lines("video, yuv4mpegpipe, 1.001 s", "video rawvideo 16x8 23.976 fps 10 bit")},
		{".m2v", slices.Concat(probetest.MPEG2Headers, make([]byte, 64)), probetest.Lines("video, mpeg2video, 0.000 s", "video mpeg2video Main 720x576 25 fps 8 bit")},
		{".bin", slices.Concat(probetest.MPEG2Headers, make([]byte, 64)), probetest.Lines("video, mpeg2video, 0.000 s", "video mpeg2video Main 720x576 25 fps 8 bit")},
	} {
		r, err := probeBytes(c.data, c.ext)
		if err != nil {
			t.Errorf("%s: %v", c.ext, err)
			continue
		}
		probetest.CheckFilm(t, c.ext, r, c.want)
	}
	if r, err := probeBytes(slices.Concat([]byte{0, 0, 0, 1, 9}, make([]byte, 200)), ".h264"); err == nil {
		t.Errorf("zeros that are called H.264: %s", probetest.FilmLines(r))
	}
}

func TestMXFSaysWhatItsDescriptorsDo(t *testing.T) {
	r, err := probeBytes(probetest.MXFOf(), ".mxf")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "a recording", r, probetest.Lines("video, mxf, 10.000 s", "video mpeg2video 1920x1080 25 fps 8 bit", "audio pcm_s24le 2 ch 48000 Hz 24 bit"))
}
