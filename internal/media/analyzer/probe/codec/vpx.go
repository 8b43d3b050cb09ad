package codec

// vp9Private reads the feature list that WebM gives VP9 (VP Codec ISO Media File Format Binding, "CodecPrivate").
func vp9Private(b []byte) (f Picture) {
	for len(b) >= 2 && len(b) >= 2+int(b[1]) {
		if b[1] == 1 {
			switch b[0] {
			case 1:
				f.Profile = VPXProfile(b[2])
			case 3:
				f.Depth = int(b[2])
			}
		}
		b = b[2+int(b[1]):]
	}
	return f
}

// VPXProfile names a profile of VP8 and VP9.
func VPXProfile(p byte) string {
	if p > 3 {
		return ""
	}
	return "Profile " + string('0'+rune(p))
}
