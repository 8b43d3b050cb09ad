package audio

import (
	"encoding/binary"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The four ways in which the words of DTS lie in a file: by byte order, and 16 or 14 bits in each word (as
// on CDs, so that a player that takes it for PCM makes no more than noise). By the sync words of each.
const (
	dtsBig = iota + 1
	dtsLittle
	dtsBig14
	dtsLittle14
)

func dtsPacking(b []byte) int {
	switch {
	case window.HasMagic(b, "\x7F\xFE\x80\x01"):
		return dtsBig
	case window.HasMagic(b, "\xFE\x7F\x01\x80"):
		return dtsLittle
	case len(b) >= 6 && window.HasMagic(b, "\x1F\xFF\xE8\x00") && b[4] == 7 && b[5]&0xF0 == 0xF0:
		return dtsBig14
	case len(b) >= 6 && window.HasMagic(b, "\xFF\x1F\x00\xE8") && b[5] == 7 && b[4]&0xF0 == 0xF0:
		return dtsLittle14
	}
	return 0
}

// dtsUnpack brings the start of a frame to big endian words of 16 bits.
func dtsUnpack(b []byte, packing int) []byte {
	if packing == dtsBig {
		return b
	}
	var order binary.ByteOrder = binary.BigEndian
	if packing == dtsLittle || packing == dtsLittle14 {
		order = binary.LittleEndian
	}
	out := make([]byte, 0, len(b))
	var bits, n uint32
	for i := 0; i+1 < len(b); i += 2 {
		word, width := uint32(order.Uint16(b[i:])), uint32(16)
		if packing == dtsBig14 || packing == dtsLittle14 {
			word, width = word&0x3FFF, 14
		}
		for bits, n = bits<<width|word, n+width; n >= 8; n -= 8 {
			out = append(out, byte(bits>>(n-8)))
		}
	}
	return out
}

// dtsFrameSize reads the length and time of a frame (ETSI TS 102 114, 5.4.1), or of an extension
// substream behind one (7.4.1), which takes no time of its own.
func dtsFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	if window.HasMagic(b, "\x64\x58\x20\x25") && len(b) >= 10 {
		r := window.BitReader{B: b[4:]}
		r.Skip(8 + 2)
		header, size := 8, 16
		if r.Flag() {
			header, size = 12, 20
		}
		r.Skip(header)
		return int(r.Bits(size)) + 1, 0, dtsBig, !r.Over
	}
	packing := dtsPacking(b)
	if packing == 0 || len(b) < frameHeadSize {
		return 0, 0, 0, false
	}
	r := window.BitReader{B: dtsUnpack(b[:frameHeadSize], packing)[4:]}
	r.Skip(1 + 5 + 1)
	samples = int(r.Bits(7)+1) * 32
	n = int(r.Bits(14)) + 1
	if packing == dtsBig14 || packing == dtsLittle14 {
		n = n * 8 / 14 * 2
	}
	return n, samples, uint32(packing), n >= 95
}

// dtsInPCM returns the first frame of DTS in what is declared to be PCM of 16 bits, unpacked, or nil.
func dtsInPCM(b []byte) []byte {
	for i := 0; i+frameHeadSize < len(b); i += 2 {
		if p := dtsPacking(b[i:]); p != 0 {
			if n, _, _, ok := dtsFrameSize(b[i:]); ok && (i+n+4 > len(b) || dtsPacking(b[i+n:]) == p) {
				return dtsUnpack(b[i:], p)
			}
		}
	}
	return nil
}

func matchDTS(head []byte, ext string) bool {
	if window.HasMagic(head, "DTSHDHDR") || dtsBegins(head) {
		return true
	}
	return ext == ".dts" && dtsStart(head) >= 0
}

// dtsBegins reports whether b begins with frames that follow each other.
func dtsBegins(b []byte) bool {
	return (dtsPacking(b) != 0 || window.HasMagic(b, "\x64\x58\x20\x25")) && chained(b, 1, dtsFrameSize)
}

// dtsStart returns where in b frames begin that follow each other, or -1.
func dtsStart(b []byte) int {
	for i := 0; i+frameHeadSize < len(b); i++ {
		if dtsBegins(b[i:]) {
			return i
		}
	}
	return -1
}

func probeDTS(w *window.Window, r *format.Result) error {
	start, err := dtsContainer(w)
	if err != nil {
		return err
	}
	head, err := w.Bytes(start, int(min(w.Size()-start, window.Size)))
	if err != nil {
		return err
	}
	i := dtsStart(head)
	if i < 0 {
		return fmt.Errorf("%w: no frames", window.ErrMalformed)
	}
	packing := max(dtsPacking(head[i:]), dtsBig)
	var a media.Audio
	if !codec.DTSFrame(dtsUnpack(head[i:], packing), &a) {
		return fmt.Errorf("%w: no frames", window.ErrMalformed)
	}
	sync := head[i]
	if err := probeFrames(w, r, a, start+int64(i), w.Size(), sync, dtsFrameSize); err != nil {
		return err
	}
	if a.Profile == codec.DTS9624 { // whose frames count the samples of the core, at half the rate
		m := r.Description.Media
		r.SetDuration(2*m.DurationSeconds, w.Size())
		m.Audio[0].BitRate = nominalBitRate(a.BitRate, format.BitRate(w.Size()-start, m.DurationSeconds))
	}
	return nil
}

// dtsContainer returns where the stream begins: behind the chunks of a DTS-HD file, if it is one.
func dtsContainer(w *window.Window) (int64, error) {
	for at := int64(0); ; {
		if err := w.Element(); err != nil {
			return 0, err
		}
		b, err := w.Bytes(at, 16)
		if err != nil {
			return 0, err
		}
		size := window.BE64(b[8:])
		switch {
		case at == 0 && !window.HasMagic(b, "DTSHDHDR"):
			return 0, nil
		case window.HasMagic(b, "STRMDATA"):
			return at + 16, nil
		case size > uint64(w.Size()-at-16):
			return 0, fmt.Errorf("%w: chunk of %d bytes", window.ErrMalformed, size)
		}
		at += 16 + int64(size)
	}
}
