package ogg

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// oggCodec recognises a stream by its first packet. It returns nil for streams that are neither sound,
// picture nor text (Skeleton and the like).
func oggCodec(b []byte) *stream {
	s := &stream{audio: &media.Audio{}, prefix: -1, last: -1}
	a := s.audio
	switch {
	case codec.VorbisIdentification(b, a):
		a.Codec, s.prefix = "vorbis", 7
	case window.HasMagic(b, "OpusHead") && len(b) >= 19:
		a.Codec, a.Channels, a.SampleRate, s.prefix = "opus", int(b[9]), 48000, 8
		s.preskip = int64(window.LE16(b[10:]))
	case window.HasMagic(b, "\x7FFLAC\x01") && len(b) >= 17+34:
		a.Codec, s.prefix, s.blocks = "flac", 4, int(window.BE16(b[7:]))
		codec.FLACStreamInfo(b[17:], a)
	case window.HasMagic(b, "Speex   ") && len(b) >= 56:
		a.Codec, a.SampleRate, a.Channels, s.prefix = "speex", int(window.LE32(b[36:])&0xFFFFF), int(window.LE32(b[48:])&0xFF), 0
		if r := int32(window.LE32(b[52:])); r > 0 {
			a.BitRate = int64(r)
		}
	case window.HasMagic(b, "CELT    ") && len(b) >= 48:
		a.Codec, a.SampleRate, a.Channels, s.prefix = "celt", int(window.LE32(b[36:])&0xFFFFF), int(window.LE32(b[40:])&0xFF), 0
	case window.HasMagic(b, "\x80theora"):
		return theora(b, s)
	case window.HasMagic(b, "OVP80\x01\x01") && len(b) >= 26:
		s.audio, s.prefix, s.high = nil, 7, 32
		s.video = &media.Video{Codec: "vp8", Width: int(window.BE16(b[8:])), Height: int(window.BE16(b[10:]))}
		if d := window.BE32(b[22:]); d > 0 {
			s.rate = float64(window.BE32(b[18:])) / float64(d)
		}
	case len(b) > 56 && b[0] == 1:
		return ogm(b, s)
	default:
		return nil
	}
	if s.audio != nil {
		s.rate = float64(a.SampleRate)
	} else {
		s.video.FrameRate = s.rate
	}
	return s
}

func theora(b []byte, s *stream) *stream {
	f, ok := codec.ParseTheora(b)
	if !ok {
		return nil
	}
	s.audio, s.prefix = nil, 7
	s.video = &media.Video{Codec: "theora", Width: f.Width, Height: f.Height, FrameRate: f.Rate, BitDepth: f.Depth}
	s.rate, s.shift = f.Rate, uint(window.BE16(b[40:])>>5&31)
	return s
}

// ogm reads the stream header of OGM, which laid DirectShow's formats into Ogg: kind, codec, and a
// time unit in 100 ns.
func ogm(b []byte, s *stream) *stream {
	subtype := string(bytes.TrimRight(b[9:13], "\x00 "))
	unit, samples := window.LE64(b[17:]), window.LE64(b[25:])
	if unit == 0 {
		return nil
	}
	rate := 1e7 / float64(unit)
	switch kind := string(bytes.TrimRight(b[1:9], "\x00")); kind {
	case "video":
		s.audio = nil
		s.video = &media.Video{Codec: codec.FourCCVideo(subtype), Width: int(window.LE32(b[45:]) & 0xFFFF), Height: int(window.LE32(b[49:]) & 0xFFFF), FrameRate: rate}
		s.rate = rate
	case "audio":
		var tag uint16
		if _, err := fmt.Sscanf(subtype, "%x", &tag); err != nil {
			return nil
		}
		s.audio.Codec, s.audio.Channels = codec.WaveCodec(tag, 16), int(window.LE16(b[45:]))
		s.audio.SampleRate = int(min(samples, 1<<20))
		s.audio.BitRate = int64(window.LE32(b[49:])) * 8
		s.rate = float64(samples)
	case "text":
		s.audio, s.subtitle = nil, &media.Subtitle{Codec: "text"}
	default:
		return nil
	}
	s.prefix = 7 // its comments are Vorbis's, with the same magic
	return s
}
