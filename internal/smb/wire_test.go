package smb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// packet is a reply as a server could send it, with what the test changes in it.
func packet(change ...func(p []byte)) []byte {
	p := make([]byte, headerLen+16)
	copy(p, plainMagic)
	binary.LittleEndian.PutUint16(p[4:], headerLen)
	binary.LittleEndian.PutUint16(p[12:], 0x08)
	binary.LittleEndian.PutUint32(p[16:], flagReply)
	for _, f := range change {
		f(p)
	}
	return p
}

func put16(at int, v uint16) func([]byte) {
	return func(p []byte) { binary.LittleEndian.PutUint16(p[at:], v) }
}

func put32(at int, v uint32) func([]byte) {
	return func(p []byte) { binary.LittleEndian.PutUint32(p[at:], v) }
}

// framed puts a length in front.
func framed(p []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(p))), p...)
}

// received is what a wire hands over of what a server sends before it hangs up.
func received(sent []byte, large bool) ([]byte, *wire, error) {
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		_, _ = server.Write(sent) // the other side hangs up on what it does not like
	}()
	defer client.Close()
	w := newWire(client, time.Minute)
	w.mounted.Store(large)
	b, err := io.ReadAll(w)
	if errors.Is(err, errHungUp) { // after all that was sent
		err = nil
	}
	return b, w, err
}

func TestWireRefusesFrames(t *testing.T) {
	chained := func(next uint32) []byte { return append(packet(put32(20, next)), packet()...) }
	transform := func(size uint32, flags uint16) []byte {
		p := make([]byte, transformLen+headerLen+16)
		copy(p, transformMagic)
		binary.LittleEndian.PutUint32(p[36:], size)
		binary.LittleEndian.PutUint16(p[42:], flags)
		return p
	}
	endless := bytes.Repeat(packet(put32(20, headerLen+16)), longestChain+1)
	for name, c := range map[string]struct {
		frame []byte
		good  bool
	}{
		"a reply":                     {framed(packet()), true},
		"two replies":                 {framed(chained(headerLen + 16)), true},
		"an encrypted reply":          {framed(transform(headerLen+16, flagEncrypted)), true},
		"a chain into itself":         {framed(chained(8)), false},
		"a chain out of the frame":    {framed(chained(1 << 20)), false},
		"a chain into the last bytes": {framed(chained(headerLen + 40)), false},
		"an odd chain":                {framed(chained(headerLen + 12)), false},
		"an endless chain":            {framed(endless), false},
		"a request":                   {framed(packet(put32(16, 0))), false},
		"an unknown command":          {framed(packet(put16(12, 0x13))), false},
		"another header":              {framed(packet(put16(4, 65))), false},
		"SMB1":                        {framed(append([]byte("\xffSMB"), make([]byte, 80)...)), false},
		"a short packet":              {framed(packet()[:headerLen-1]), false},
		"an empty frame":              {framed(nil), false},
		"a wrong encrypted size":      {framed(transform(headerLen+17, flagEncrypted)), false},
		"compressed":                  {framed(transform(headerLen+16, 2)), false},
		"16 MiB":                      {[]byte{0, 0xff, 0xff, 0xff, 1, 2, 3}, false},
		"4 GiB":                       {[]byte{0xff, 0xff, 0xff, 0xff, 1, 2, 3}, false},
	} {
		got, w, err := received(c.frame, true)
		var broken *brokenReply
		switch {
		case c.good && (err != nil || !bytes.Equal(got, c.frame)):
			t.Errorf("%s: %v", name, err)
		case !c.good && !errors.As(err, &broken):
			t.Errorf("%s: error %v, want that it is broken", name, err)
		case !c.good && len(got) > 0:
			t.Errorf("%s: %d bytes handed over", name, len(got))
		case cap(w.frame) > largeFrame+4:
			t.Errorf("%s: %d bytes allocated", name, cap(w.frame))
		}
	}
}

func TestWireBoundsFramesBeforeTheMount(t *testing.T) {
	frame := framed(append(packet(), make([]byte, smallFrame)...))
	if _, _, err := received(frame, false); err == nil {
		t.Error("a frame of more than 64 KiB is taken while logging on")
	}
	if _, _, err := received(frame, true); err != nil {
		t.Error(err)
	}
}

func TestWireNotesWhatTheLibraryKeeps(t *testing.T) {
	first := packet(put16(12, commandSetup), put32(8, moreProcessing), put16(14, 1))
	second := packet(put16(12, commandSetup), put16(14, 510), put16(headerLen+2, sessionGuest))
	_, w, err := received(append(framed(first), framed(second)...), false)
	if err != nil {
		t.Fatal(err)
	}
	want := facts{flags: sessionGuest, credits: 510}
	if got := w.known(); got != want {
		t.Errorf("noted %+v, want %+v", got, want)
	}
	failed := packet(put16(12, commandSetup), put32(8, statusLogonFailure))
	if _, w, _ = received(framed(failed), false); w.known().logon != statusLogonFailure {
		t.Errorf("noted %+v, want the status", w.known())
	}
}

// A server that stops reading must not hold up whoever sends: the library sends under one lock.
func TestWireWritesEndInTime(t *testing.T) {
	client, server := net.Pipe() // nobody reads
	defer client.Close()
	defer server.Close()
	w := newWire(client, 50*time.Millisecond)
	began := time.Now()
	if _, err := w.Write([]byte{0, 0, 0, 80}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(packet()); err == nil || time.Since(began) > time.Second+late {
		t.Errorf("write took %s, %v", time.Since(began), err)
	}
}

func FuzzWire(f *testing.F) {
	f.Add(framed(packet()), true)
	f.Add(framed(append(packet(put32(20, headerLen+16)), packet(put16(12, commandSetup))...)), false)
	f.Add([]byte{0, 0, 0xff, 0xff}, false)
	f.Fuzz(func(t *testing.T, sent []byte, large bool) {
		got, w, _ := received(sent, large)
		if !bytes.HasPrefix(sent, got) {
			t.Fatal("handed over what was not sent")
		}
		if cap(w.frame) > largeFrame+4 {
			t.Fatalf("%d bytes allocated", cap(w.frame))
		}
		// What was handed over can be walked without leaving it.
		for len(got) > 0 {
			n := int(binary.BigEndian.Uint32(got))
			p := got[4 : 4+n]
			got = got[4+n:]
			for string(p[:4]) == plainMagic {
				next := binary.LittleEndian.Uint32(p[20:])
				if next == 0 {
					break
				}
				p = p[next:]
				_ = p[headerLen-1]
			}
		}
	})
}
