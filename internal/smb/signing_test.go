package smb

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Whoever can answer in a server's place can say what it says, and that it lets the user in. It cannot sign.
func TestAnImpostorIsRefusedBeforeAnythingOfItsTreeIsAsked(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	rec := record(t, srv)
	setup := func(change func(header []byte)) func([]byte) {
		return func(reply []byte) {
			if binary.LittleEndian.Uint16(reply[12:]) == commandSetup {
				change(reply)
			}
		}
	}
	for what, test := range map[string]struct {
		change func(reply []byte)
		want   string
	}{
		"answers without a signature": {func([]byte) {}, "does not sign that it lets us in"},
		"says that it has signed": {setup(func(h []byte) {
			if binary.LittleEndian.Uint32(h[8:]) == 0 {
				h[16] |= flagSigned
				copy(h[48:64], "no signature....")
			}
		}), `does not sign with the password of "media"`},
		"asks for no password": {setup(func(h []byte) { binary.LittleEndian.PutUint32(h[8:], 0); h[16] |= flagSigned }), "without having asked for the password"},
		"makes the user a guest": {setup(func(h []byte) {
			if binary.LittleEndian.Uint32(h[8:]) == 0 {
				h[headerLen+2] = sessionGuest
			}
		}), `does not know the user "media"`},
		"speaks an older protocol": {func(reply []byte) {
			if binary.LittleEndian.Uint16(reply[12:]) == commandHello {
				binary.LittleEndian.PutUint16(reply[headerLen+4:], 0x0302)
			}
		}, "speaks SMB 3.0.2"},
	} {
		t.Run(what, func(t *testing.T) {
			var asked atomic.Int64
			l := startLiar(t, rec, nil, test.change, func(reply []byte) {
				if binary.LittleEndian.Uint16(reply[12:]) > commandMount {
					asked.Add(1)
				}
			})
			c := Config{Host: "127.0.0.1", Port: l.listener.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: 5 * time.Second, RequireSigning: true}
			s := open(t, c)
			for range 3 {
				_, err := s.List(context.Background(), "d")
				if !errors.Is(err, tree.ErrAway) || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v, want %q", err, test.want)
				}
				if what != "makes the user a guest" && !strings.Contains(err.Error(), `set signing = "allowed"`) {
					t.Errorf("error %v, want it to name the mend", err)
				}
			}
			if n := s.Stats().Dials; n != 1 {
				t.Errorf("%d attempts to log on, want one: each is an answer made of the password", n)
			}
			if n := asked.Load(); n != 0 {
				t.Errorf("%d questions about its tree were asked", n)
			}
		})
	}
}

// The library checks no signature until its session is made, so an answer must not wait for its question.
func TestAnAnswerThatComesBeforeItsQuestionIsRefused(t *testing.T) {
	w := newWire(nil, time.Second)
	w.signed = true
	request := make([]byte, headerLen)
	copy(request, plainMagic)
	binary.LittleEndian.PutUint64(request[24:], 2)
	w.noteAsked(request)
	reply := make([]byte, headerLen)
	copy(reply, plainMagic)
	binary.LittleEndian.PutUint16(reply[4:], headerLen)
	binary.LittleEndian.PutUint16(reply[12:], commandMount)
	binary.LittleEndian.PutUint32(reply[16:], flagReply)
	for id, good := range map[uint64]bool{2: true, 3: false} {
		binary.LittleEndian.PutUint64(reply[24:], id)
		if err := w.check(reply); (err == nil) != good {
			t.Errorf("an answer to message %d, of which 2 was the last: %v", id, err)
		}
	}
}
