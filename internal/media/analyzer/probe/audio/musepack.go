package audio

import (
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchMusepack(head []byte, _ string) bool {
	return window.HasMagic(head, "MPCK") || window.HasMagic(head, "MP+") && len(head) >= 28 && head[3]&15 == 7
}

var musepackRates = [4]int{44100, 48000, 37800, 32000}

func probeMusepack(w *window.Window, r *format.Result) error {
	return tags.AroundSound(w, r, probeMusepackFrom)
}

func probeMusepackFrom(w *window.Window, r *format.Result, start, end int64) error {
	b, err := w.Bytes(start, int(min(end-start, 28)))
	if err != nil {
		return err
	}
	if window.HasMagic(b, "MPCK") {
		return probeMusepack8(w, r, start+4, end)
	}
	if len(b) < 28 {
		return fmt.Errorf("%w: header", window.ErrTruncated)
	}
	frames, info := window.LE32(b[4:]), window.LE32(b[8:])
	rate := musepackRates[info>>16&3]
	samples := float64(frames) * 1152
	if last := window.LE32(b[20:]); last>>31 == 1 && frames > 0 {
		samples -= 1152 - float64(last>>20&0x7FF)
	} else {
		samples -= 576
	}
	r.SetDuration(samples/float64(rate), w.Size())
	musepackGain(r, float64(int16(window.LE16(b[14:])))/100, float64(int16(window.LE16(b[18:])))/100, float64(window.LE16(b[12:]))/32768, float64(window.LE16(b[16:]))/32768)
	r.Description.Media.Audio = []media.Audio{{Codec: "musepack7", Channels: 2, SampleRate: rate, BitRate: r.Description.Media.BitRate}}
	return nil
}

func musepackGain(r *format.Result, track, album, trackPeak, albumPeak float64) {
	if track != 0 || album != 0 {
		r.Description.Media.ReplayGain = &media.Gain{Track: track, Album: album, TrackPeak: trackPeak, AlbumPeak: albumPeak}
	}
}

// probeMusepack8 walks over the packets of stream version 8 (Musepack SV8 specification): a key of two
// letters, a size that counts from the key, the content. The stream header and the gains stand first.
func probeMusepack8(w *window.Window, r *format.Result, at, end int64) error {
	found := false
	for range 64 {
		if err := w.Element(); err != nil {
			return err
		}
		if end-at < 3 {
			break
		}
		b, err := w.Bytes(at, int(min(end-at, 64)))
		if err != nil {
			return err
		}
		key := string(b[:2])
		size, n := musepackNumber(b[2:])
		if n == 0 || size < uint64(2+n) || key == "AP" || key == "SE" {
			break
		}
		body := b[2+n:]
		body = body[:min(uint64(len(body)), size-uint64(2+n))]
		switch key {
		case "SH":
			found = musepackStream(w, r, body)
		case "RG":
			if len(body) >= 9 && body[0] == 1 {
				musepackGain(r, musepackDecibels(body[1:]), musepackDecibels(body[5:]), musepackPeak(body[3:]), musepackPeak(body[7:]))
			}
		}
		if size > uint64(end-at) {
			break
		}
		at += int64(size)
	}
	if !found {
		return fmt.Errorf("%w: no stream header", window.ErrMalformed)
	}
	return nil
}

func musepackStream(w *window.Window, r *format.Result, b []byte) bool {
	if len(b) < 8 || b[4] != 8 {
		return false
	}
	b = b[5:]
	samples, n := musepackNumber(b)
	silence, m := musepackNumber(b[n:])
	if b = b[n+m:]; n == 0 || m == 0 || len(b) < 2 || silence > samples {
		return false
	}
	rate := 0
	if i := int(b[0] >> 5); i < len(musepackRates) {
		rate = musepackRates[i]
		r.SetDuration(float64(samples-silence)/float64(rate), w.Size())
	}
	r.Description.Media.Audio = []media.Audio{{
		Codec: "musepack8", Channels: int(b[1]>>4) + 1, SampleRate: rate, BitRate: r.Description.Media.BitRate,
	}}
	return true
}

// musepackNumber reads a number of seven bits a byte, the first byte highest. n is 0 where there is none.
func musepackNumber(b []byte) (v uint64, n int) {
	for n < len(b) && n < 9 {
		v = v<<7 | uint64(b[n]&0x7F)
		n++
		if b[n-1] < 0x80 {
			return v, n
		}
	}
	return 0, 0
}

func musepackDecibels(b []byte) float64 {
	v := window.BE16(b)
	if v == 0 {
		return 0
	}
	return 64.82 - float64(v)/256
}

func musepackPeak(b []byte) float64 {
	v := window.BE16(b)
	if v == 0 {
		return 0
	}
	return math.Pow(10, float64(v)/256/20) / 32768
}
