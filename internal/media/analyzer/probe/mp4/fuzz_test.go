package mp4

import (
	"testing"
)

func FuzzMP4(f *testing.F) {
	fuzzProbe(f, ".mp4", "video/*.mp4", "video/*.mov", "video/*.m4v", "video/*.3gp", "video/*.m4?")
}
