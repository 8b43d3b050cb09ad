package probe

// GIF (CompuServe, 1989): the logical screen is the picture's size.

func matchGIF(head []byte, _ string) bool {
	return len(head) >= 13 && (string(head[:6]) == "GIF89a" || string(head[:6]) == "GIF87a")
}

func probeGIF(w *Window, r *Result) error {
	b, err := w.Bytes(6, 4)
	if err != nil {
		return err
	}
	return imageSize(r, int(le16(b)), int(le16(b[2:])))
}
