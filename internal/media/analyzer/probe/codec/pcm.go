package codec

import (
	"strings"
)

// PCMName is ffprobe's name of linear PCM of so many bits.
func PCMName(depth int, float, bigEndian bool) string {
	end := "le"
	if bigEndian {
		end = "be"
	}
	switch {
	case float && depth > 32:
		return "pcm_f64" + end
	case float:
		return "pcm_f32" + end
	case depth <= 8:
		return "pcm_s8"
	case depth <= 16:
		return "pcm_s16" + end
	case depth <= 24:
		return "pcm_s24" + end
	}
	return "pcm_s32" + end
}

// PCMDepth is the sample size that the name of linear PCM carries, else 0.
func PCMDepth(codec string) int {
	switch {
	case codec == "pcm_s8", codec == "pcm_u8":
		return 8
	case strings.HasPrefix(codec, "pcm_s16"):
		return 16
	case strings.HasPrefix(codec, "pcm_s24"):
		return 24
	case strings.HasPrefix(codec, "pcm_s32"), strings.HasPrefix(codec, "pcm_f32"):
		return 32
	case strings.HasPrefix(codec, "pcm_f64"):
		return 64
	}
	return 0
}
