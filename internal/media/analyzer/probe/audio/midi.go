package audio

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchMIDI(head []byte, _ string) bool {
	return window.HasMagic(head, "MThd\x00\x00\x00\x06") || len(head) >= 20 && window.HasMagic(head, "RIFF") && string(head[8:12]) == "RMID"
}

// midiFile is a Standard MIDI File (MIDI Manufacturers Association, RP-001).
type midiFile struct {
	w        *window.Window
	division uint16
	tempi    []midiTempo
	last     uint64 // tick at which the longest track ends
	title    tags.Set
	legacy   tags.LegacyText
	lyrics   bool
	events   int
}

// midiTempo says that from a tick on a quarter note takes so many microseconds.
type midiTempo struct {
	tick uint64
	beat uint32
}

const (
	midiMaxEvents = 40000 // of a file whose duration is worth the walk
	midiMaxTempi  = 4096
	midiTrackStep = 16 << 10
)

var errMIDILong = errors.New("too many events")

func probeMIDI(w *window.Window, r *format.Result) error {
	head, err := w.Bytes(0, int(min(w.Size(), 20)))
	if err != nil {
		return err
	}
	at := int64(0)
	if window.HasMagic(head, "RIFF") {
		at = 20
	}
	b, err := w.Bytes(at, 14)
	if err != nil {
		return err
	}
	if !window.HasMagic(b, "MThd") {
		return fmt.Errorf("%w: no header", window.ErrMalformed)
	}
	f := midiFile{w: w, division: window.BE16(b[12:])}
	tracks, cut := int(window.BE16(b[10:])), false
	for at += 8 + int64(window.BE32(b[4:])); tracks > 0; tracks-- {
		if cut, err = f.track(&at); err != nil || cut {
			break
		}
	}
	if err != nil && !errors.Is(err, errMIDILong) {
		return err
	}
	f.legacy.Flush()
	f.title.Describe(r)
	r.Description.Media.Lyrics = f.lyrics
	if err == nil && !cut {
		r.SetDuration(f.seconds(), w.Size())
		r.Description.Media.BitRate = 0 // of notes, a rate of bits says nothing
	}
	if cut {
		return fmt.Errorf("%w: %d tracks are missing", window.ErrTruncated, tracks)
	}
	return nil
}

// track reads the track at *at and moves it behind. cut says that the file ends inside, or before it.
func (f *midiFile) track(at *int64) (cut bool, err error) {
	if err := f.w.Element(); err != nil {
		return false, err
	}
	if f.w.Size()-*at < 8 {
		return true, nil
	}
	b, err := f.w.Bytes(*at, 8)
	if err != nil {
		return false, err
	}
	id, size := string(b[:4]), int64(window.BE32(b[4:]))
	start := *at + 8
	if size > f.w.Size()-start {
		return true, nil
	}
	*at = start + size
	if id != "MTrk" {
		return false, nil
	}
	return false, f.trackEvents(start, *at)
}

// midiTrack is the state of a walk over a track's events.
type midiTrack struct {
	b      []byte
	tick   uint64
	status byte
	first  bool // of the file: its name is the piece's
}

func (f *midiFile) trackEvents(at, end int64) error {
	t := midiTrack{first: !f.title.Any && len(f.legacy.Pending) == 0}
	for at < end {
		b, err := f.w.Bytes(at, int(min(end-at, window.Size)))
		if err != nil {
			return err
		}
		t.b = b
		whole := end-at <= window.Size
		for len(t.b) > 0 && (whole || len(b)-len(t.b) < midiTrackStep) {
			if f.events++; f.events > midiMaxEvents {
				return errMIDILong
			}
			if err := f.w.Element(); err != nil {
				return err
			}
			if !f.event(&t) {
				if whole || len(t.b) == len(b) {
					return nil // rubbish, or what ends early: the track ends here
				}
				break
			}
		}
		at += int64(len(b) - len(t.b))
	}
	return nil
}

// event reads one event. It returns false at the track's end and at what is no event.
func (f *midiFile) event(t *midiTrack) bool {
	delta, b, ok := midiNumber(t.b)
	if !ok || len(b) == 0 {
		return false
	}
	status := b[0]
	if status < 0x80 {
		status = t.status
	} else {
		b = b[1:]
	}
	n := uint32(0)
	switch {
	case status < 0x80:
		return false
	case status == 0xFF:
		if len(b) == 0 {
			return false
		}
		kind := b[0]
		if n, b, ok = midiNumber(b[1:]); !ok || uint64(n) > uint64(len(b)) {
			return false
		}
		t.tick += uint64(delta)
		f.last = max(f.last, t.tick)
		f.meta(t, kind, b[:n])
		t.b = b[n:]
		return kind != 0x2F
	case status == 0xF0 || status == 0xF7:
		if n, b, ok = midiNumber(b); !ok {
			return false
		}
	case status > 0xF0:
		return false
	default:
		t.status = status
		n = 2
		if status>>4 == 0xC || status>>4 == 0xD {
			n = 1
		}
	}
	if uint64(n) > uint64(len(b)) {
		return false
	}
	t.tick += uint64(delta)
	f.last = max(f.last, t.tick)
	t.b = b[n:]
	return true
}

func (f *midiFile) meta(t *midiTrack, kind byte, d []byte) {
	switch kind {
	case 0x03:
		if t.first {
			f.legacy.Add(&f.title, tags.Title, d)
			t.first = false
		}
	case 0x05:
		f.lyrics = true
	case 0x51:
		if len(d) == 3 && len(f.tempi) < midiMaxTempi {
			f.tempi = append(f.tempi, midiTempo{t.tick, uint32(d[0])<<16 | uint32(window.BE16(d[1:]))})
		}
	}
}

// midiNumber reads a number of seven bits a byte, at most four bytes.
func midiNumber(b []byte) (v uint32, rest []byte, ok bool) {
	for i := 0; i < 4 && i < len(b); i++ {
		v = v<<7 | uint32(b[i]&0x7F)
		if b[i] < 0x80 {
			return v, b[i+1:], true
		}
	}
	return 0, b, false
}

// seconds is the time to the last event, over all changes of tempo.
func (f *midiFile) seconds() float64 {
	if f.division&0x8000 != 0 { // frames of film and ticks in each
		perSecond := float64(-int8(f.division>>8)) * float64(f.division&0xFF)
		if perSecond <= 0 {
			return 0
		}
		return float64(f.last) / perSecond
	}
	if f.division == 0 {
		return 0
	}
	slices.SortStableFunc(f.tempi, func(a, b midiTempo) int { return cmp.Compare(a.tick, b.tick) })
	var micros float64
	at, beat := uint64(0), uint32(500000)
	for _, t := range f.tempi {
		micros += float64(t.tick-at) * float64(beat) / float64(f.division)
		at, beat = t.tick, t.beat
	}
	micros += float64(f.last-at) * float64(beat) / float64(f.division)
	return micros / 1e6
}
