package modeltest

// content is bytes of about size that say a title.
func content(title string, size int) []byte {
	text := append([]byte{0}, title...)
	frame := append([]byte{'T', 'I', 'T', '2', 0, 0, 0, byte(len(text)), 0, 0}, text...)
	b := append([]byte{'I', 'D', '3', 3, 0, 0, 0, 0, 0, byte(len(frame))}, frame...)
	return append(b, frames(max(4*frameSize, size-len(b)))...)
}

const frameSize = 417

// frames is n bytes of silence, beginning with a whole frame: MPEG-1 layer III, 128 kbit/s, 44.1 kHz.
func frames(n int) []byte {
	b := make([]byte, 0, n+frameSize)
	for len(b) < n {
		b = append(append(b, 0xff, 0xfb, 0x90, 0), make([]byte, frameSize-4)...)
	}
	return b[:n]
}
