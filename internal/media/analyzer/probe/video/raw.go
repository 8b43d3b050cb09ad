package video

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/mpeg"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Video without a container, or hardly one: DV (SMPTE 314M, IEC 61834), IVF, YUV4MPEG2, and elementary streams of
// H.264, HEVC, MPEG-4 and MPEG-1 and -2.

const dvBlock = 80 // of all DV data

// matchDV knows a frame by its first blocks: header, two of subcode, and three of video's auxiliary data.
func matchDV(head []byte, _ string) bool {
	return len(head) >= 8*dvBlock && head[0] == 0x1F && head[1] == 7 && head[2] == 0 && head[3]&0x7F == 0x3F &&
		head[dvBlock]>>5 == 1 && head[3*dvBlock]>>5 == 2
}

// dvFormat is a size of frames, by the system and the type in the video's source pack.
type dvFormat struct {
	bytes         int64
	width, height int
	rate          float64
}

func dvFormatOf(pal bool, kind byte) dvFormat {
	f := dvFormat{120000, 720, 480, 30000.0 / 1001}
	if pal {
		f = dvFormat{144000, 720, 576, 25}
	}
	switch kind {
	case 0x04: // 50 Mbit/s
		f.bytes *= 2
	case 0x14: // 100 Mbit/s, interlaced
		f.bytes, f.width, f.height = 4*f.bytes, 1280, 1080
		if pal {
			f.width = 1440
		}
	case 0x18: // and progressive
		f.bytes, f.width, f.height, f.rate = 2*f.bytes, 960, 720, 2*f.rate
	}
	return f
}

func probeDV(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	f := dvFormatOf(head[3]&0x80 != 0, head[5*dvBlock+48+3]&0x1F)
	m := r.Description.Media
	m.Video = []media.Video{{Codec: "dvvideo", Width: f.width, Height: f.height, FrameRate: f.rate, BitDepth: 8}}
	const source = 6*dvBlock + 16*3*dvBlock + 3 // the sound's source pack
	if len(head) >= source+5 && head[source] == 0x50 {
		b := head[source:]
		rates, pairs := [...]int{48000, 44100, 32000}, [...]int{1, 0, 2, 4}
		if rate, kind := int(b[4]>>3&7), int(b[3]&0x1F); rate < len(rates) && kind < len(pairs) {
			n := pairs[kind]
			if n == 1 && b[4]&7 != 0 && rate == 2 { // four channels of 12 bits
				n = 2
			}
			for range n {
				m.Audio = append(m.Audio, media.Audio{Codec: "pcm_s16le", Channels: 2, SampleRate: rates[rate], BitDepth: 16})
			}
		}
	}
	r.SetDuration(float64(w.Size()/f.bytes)/f.rate, w.Size())
	return nil
}

func matchIVF(head []byte, _ string) bool {
	return len(head) >= 32 && window.HasMagic(head, "DKIF") && window.LE16(head[4:]) == 0
}

func probeIVF(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 32)
	if err != nil {
		return err
	}
	v := media.Video{Codec: codec.FourCCVideo(string(b[8:12])), Width: int(window.LE16(b[12:])), Height: int(window.LE16(b[14:]))}
	v.BitDepth = codec.FixedDepth(v.Codec)
	rate, scale, frames := float64(window.LE32(b[16:])), float64(window.LE32(b[20:])), float64(window.LE32(b[24:]))
	if fps := rate / max(scale, 1); fps >= 1 && fps <= codec.MaxRate {
		v.FrameRate = fps
		r.SetDuration(frames/fps, w.Size())
	}
	r.Description.Media.Video = []media.Video{v}
	return nil
}

// probeY4M reads the line of parameters; all frames are of one size.
func probeY4M(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	line, _, found := bytes.Cut(head[:min(len(head), 1024)], []byte("\n"))
	if !found {
		return fmt.Errorf("%w: no parameters", window.ErrMalformed)
	}
	v := media.Video{Codec: "rawvideo", BitDepth: 8}
	samples := 1.5 // of a pixel
	for _, p := range strings.Fields(string(line))[1:] {
		n, _ := strconv.Atoi(p[1:])
		switch p[0] {
		case 'W':
			v.Width = max(n, 0)
		case 'H':
			v.Height = max(n, 0)
		case 'F':
			a, b, _ := strings.Cut(p[1:], ":")
			rate, _ := strconv.ParseFloat(a, 64)
			scale, _ := strconv.ParseFloat(b, 64)
			if fps := rate / max(scale, 1); fps >= 1 && fps <= codec.MaxRate {
				v.FrameRate = fps
			}
		case 'C':
			switch {
			case strings.HasPrefix(p, "C422"):
				samples = 2
			case strings.HasPrefix(p, "C444"):
				samples = 3
			case strings.HasPrefix(p, "Cmono"):
				samples = 1
			}
			if _, depth, deep := strings.Cut(p, "p1"); deep {
				v.BitDepth, _ = strconv.Atoi("1" + depth)
			}
		}
	}
	r.Description.Media.Video = []media.Video{v}
	bytesOf := samples
	if v.BitDepth > 8 {
		bytesOf *= 2
	}
	if size := float64(v.Width)*float64(v.Height)*bytesOf + 6; v.FrameRate > 0 && v.Width > 0 && v.Height > 0 { // behind "FRAME"
		r.SetDuration(float64(int64(float64(w.Size()-int64(len(line))-1)/size))/v.FrameRate, w.Size())
	}
	return nil
}

// elementaryNames are the names that elementary streams of a codec bear.
var elementaryNames = map[string]string{
	".h264": "h264", ".264": "h264", ".avc": "h264", ".jsv": "h264", ".h265": "hevc", ".265": "hevc", ".hevc": "hevc",
	".m1v": "mpeg1video", ".m2v": "mpeg2video", ".mpv": "mpeg2video", ".m4v": "mpeg4", ".cmp": "mpeg4",
}

// startsCode reports whether b begins with a start code, behind zeros.
func startsCode(b []byte) bool {
	i := 0
	for i < len(b) && i < 8 && b[i] == 0 {
		i++
	}
	return i >= 2 && i < len(b) && b[i] == 1
}

// matchElementary knows MPEG video by its sequence header, all else by its name too.
func matchElementary(head []byte, ext string) bool {
	return window.HasMagic(head, "\x00\x00\x01\xB3") || elementaryNames[ext] != "" && startsCode(head)
}

// probeElementary reads the headers in front. How many pictures follow, nothing tells.
func probeElementary(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	for _, codec := range [...]string{"mpeg2video", "h264", "hevc", "mpeg4"} {
		e := mpeg.NewElementary(mpeg.ElementaryVideo, codec)
		e.Buf = head
		if codec == "mpeg2video" && !window.HasMagic(head, "\x00\x00\x01\xB3") {
			continue
		}
		if e.Look(); e.Found && e.Picture.Width > 0 {
			e.Describe(r.Description.Media)
			r.Description.Media.Container = e.Codec
			return nil
		}
	}
	return window.ErrUnknown
}
