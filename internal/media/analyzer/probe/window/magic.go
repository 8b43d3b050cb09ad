package window

// HasMagic reports whether b begins with magic.
func HasMagic(b []byte, magic string) bool {
	return len(b) >= len(magic) && string(b[:len(magic)]) == magic
}
