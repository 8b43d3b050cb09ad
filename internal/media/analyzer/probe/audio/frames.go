package audio

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// frameParser reads the header of a frame of some stream of frames: its length in bytes, its samples, and
// a key that all frames of one stream share.
type frameParser func(b []byte) (n, samples int, key uint32, ok bool)

// frameHeadSize is how many bytes a frameParser may need.
const frameHeadSize = 16

// frameWalk is what a walk over frames counted.
type frameWalk struct {
	frames, bytes, samples int64
	sizes                  [2]int // smallest and largest frame
}

// steady reports whether all frames are as long as padding allows: a constant bit rate.
func (c *frameWalk) steady() bool { return c.frames > 0 && c.sizes[1]-c.sizes[0] <= 4 }

// walk counts the frames that follow each other in b until it ends or they do. rest is what it could
// not count: a frame that b cuts, or what is no frame.
func (c *frameWalk) walk(w *window.Window, b []byte, key uint32, parse frameParser) (rest []byte, err error) {
	for {
		n, samples, k, ok := parse(b)
		if !ok || n <= 0 || k != key || n > len(b) {
			return b, nil
		}
		if err := w.Element(); err != nil {
			return b, err
		}
		if c.frames == 0 {
			c.sizes = [2]int{n, n}
		}
		c.sizes = [2]int{min(c.sizes[0], n), max(c.sizes[1], n)}
		c.frames++
		c.bytes += int64(n)
		c.samples += int64(samples)
		b = b[n:]
	}
}

// anyByte stands for the sync byte of frames that have none: their chain must then be longer.
const (
	anyByte        = 0
	anyByteFollows = 12
)

// findFrame returns where in b a frame begins that "more" further ones follow, or -1. sync is the first
// byte of every frame. Where b ends inside the chain, what stands there must do.
func findFrame(b []byte, sync byte, more int, parse frameParser) int {
	if sync == anyByte {
		more = anyByteFollows
	}
	for at := 0; at+frameHeadSize <= len(b); at++ {
		i := 0
		if sync != anyByte {
			i = bytes.IndexByte(b[at:], sync)
		}
		if i < 0 {
			return -1
		}
		if at += i; chained(b[at:], more, parse) {
			return at
		}
	}
	return -1
}

func chained(b []byte, more int, parse frameParser) bool {
	var first uint32
	for i := 0; ; i++ {
		n, _, key, ok := parse(b)
		if i > 0 && beginsEndTag(b) {
			return true
		}
		if !ok || n <= 0 || i > 0 && key != first {
			return false
		}
		first = key
		if i == more {
			return true
		}
		if n > len(b) {
			return false
		}
		if b = b[n:]; len(b) < frameHeadSize {
			return i > 0 || endsFrames(b, key, parse)
		}
	}
}

// endsFrames reports whether b, which is shorter than a header may be, is the last frame of a stream.
func endsFrames(b []byte, key uint32, parse frameParser) bool {
	var head [frameHeadSize]byte
	copy(head[:], b)
	n, _, k, ok := parse(head[:])
	return ok && k == key && n == len(b)
}

// beginsEndTag reports whether b begins with a tag that follows the last frame of a stream.
func beginsEndTag(b []byte) bool {
	return window.HasMagic(b, "TAG") && len(b) >= tags.ID3v1Size || window.HasMagic(b, "APETAGEX") || window.HasMagic(b, "LYRICSBEGIN")
}

const (
	frameWholeWalk  = 128 << 10 // up to this size of a stream every frame is counted
	frameSamples    = 6         // places at which a longer one is looked at
	frameSampleSize = 8 << 10
)

// averageFrames estimates the duration, in samples, of the frames between start and end: exactly where
// the stream is short or its bit rate constant, else by frames at places spread over it. ok is false
// where the stream is not what its first frame promised.
func averageFrames(w *window.Window, start, end int64, sync byte, parse frameParser) (samples float64, ok bool, err error) {
	head, err := w.Bytes(start, int(min(end-start, window.Size)))
	if err != nil {
		return 0, false, err
	}
	_, _, key, ok := parse(head)
	if !ok {
		return 0, false, nil
	}
	var c frameWalk
	rest, err := c.walk(w, head, key, parse)
	if err != nil || c.frames == 0 {
		return 0, false, err
	}
	counted := int64(len(head) - len(rest))
	if end-start <= frameWholeWalk {
		return c.wholeWalk(w, start+counted, end, key, sync, parse)
	}
	if !c.steady() || c.frames < 4 {
		c = frameWalk{} // each part of the stream weighs the same
		if err := c.sample(w, start, end, key, sync, parse); err != nil {
			return 0, false, err
		}
		if c.frames == 0 {
			return 0, false, nil
		}
	}
	return float64(end-start) * float64(c.samples) / float64(c.bytes), true, nil
}

// wholeWalk goes on to the end, over bytes between that are no frames.
func (c *frameWalk) wholeWalk(w *window.Window, at, end int64, key uint32, sync byte, parse frameParser) (float64, bool, error) {
	for at < end {
		if err := w.Element(); err != nil {
			return 0, false, err
		}
		b, err := w.Bytes(at, int(min(end-at, window.Size)))
		if err != nil {
			return 0, false, err
		}
		rest, err := c.walk(w, b, key, parse)
		if err != nil {
			return 0, false, err
		}
		if at += int64(len(b) - len(rest)); len(rest) < len(b) {
			continue
		}
		i := findFrame(b[1:], sync, 1, parse)
		if i < 0 {
			break
		}
		at += int64(i) + 1
	}
	return float64(c.samples), true, nil
}

// sample counts frames at places spread over the stream.
func (c *frameWalk) sample(w *window.Window, start, end int64, key uint32, sync byte, parse frameParser) error {
	defer w.KeepAhead()()
	w.Ahead(frameSampleSize)
	step := (end - start) / frameSamples
	for i := range int64(frameSamples) {
		b, err := w.Bytes(start+i*step+step/2, int(min(frameSampleSize, end-start-i*step-step/2)))
		if err != nil {
			return err
		}
		at := findFrame(b, sync, 2, parse)
		if at < 0 {
			continue
		}
		if _, err := c.walk(w, b[at:], key, parse); err != nil {
			return err
		}
	}
	return nil
}
