package probe

import "fmt"

// JPEG 2000 (ITU-T T.800): a JP2 file (annex I) whose image header box states the size, or a bare
// codestream (annex A) whose SIZ marker does.

const jp2Signature = "\x00\x00\x00\x0CjP  \r\n\x87\n"

func matchJP2(head []byte, _ string) bool {
	return len(head) >= 24 && (string(head[:12]) == jp2Signature || string(head[:4]) == "\xFF\x4F\xFF\x51")
}

func probeJP2(w *Window, r *Result) error {
	b, err := w.Bytes(0, 24)
	if err != nil {
		return err
	}
	if b[0] == 0xFF {
		r.Description.Media.Container = "j2k"
		return imageSize(r, imageSide(be32(b[8:])-be32(b[16:])), imageSide(be32(b[12:])-be32(b[20:])))
	}
	header, ok, err := w.find(box{size: w.Size()}, 0, "jp2h")
	if err != nil {
		return err
	}
	if ok {
		ihdr, ok, err := w.find(header, 0, "ihdr")
		if err != nil {
			return err
		}
		if d, err := w.payload(ihdr, 8); ok && err == nil && len(d) == 8 {
			return imageSize(r, imageSide(be32(d[4:])), imageSide(be32(d)))
		}
	}
	return fmt.Errorf("%w: no image header", ErrTruncated)
}
