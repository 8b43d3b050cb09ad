package smb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Layout of SMB2 packets (MS-SMB2, 2.1 and 2.2), as far as the wire looks into them.
const (
	headerLen      = 64        // 2.2.1.2
	transformLen   = 52        // 2.2.41, before the encrypted packet
	plainMagic     = "\xfeSMB" // 2.2.1.2
	transformMagic = "\xfdSMB" // 2.2.41
	flagReply      = 0x1
	flagEncrypted  = 0x1 // of a transform header
	flagSigned     = 0x8
	commandHello   = 0x0 // NEGOTIATE
	commandSetup   = 0x1
	commandLast    = 0x12
	sessionGuest   = 0x1 // 2.2.6, SessionFlags
	sessionNull    = 0x2
	moreProcessing = 0xc0000016
	dialect311     = 0x0311
	contextPreauth = 0x1 // 2.2.4.1.1

	// smallFrame bounds what may come before the share is mounted: nothing there is longer than a
	// security token.
	smallFrame = 64 << 10
	// largeFrame bounds every reply after that. The library asks for 1 MiB at most; the rest is headers.
	largeFrame = 1<<20 + 64<<10
	// longestChain is how many replies a server may put in one frame. We never ask for one.
	longestChain = 64
)

// wire is the connection to a server, under the library. It reads whole frames and hands over only those
// whose lengths and offsets are sane, so that the library neither allocates what a length field claims
// nor slices where an offset points; and it notes what the library keeps to itself.
type wire struct {
	net.Conn
	timeout time.Duration // of one write
	signed  bool          // the server has to sign: see signing.go

	// Of the library's receiver, the only reader.
	frame  []byte // as received, with its length
	unread []byte // the part of frame that is not yet handed over

	// Of the library's sender, the only writer. A request comes in two parts, its length first.
	length  [4]byte
	pending bool
	out     []byte

	lastFrame atomic.Int64  // when it came, Unix nanoseconds
	mounted   atomic.Bool   // log-on and mount are over
	asked     atomic.Uint64 // one more than the last message id that was sent

	mu    sync.Mutex
	facts facts
}

// facts are what a server said while logging on.
type facts struct {
	dialect uint16 // that the server chose
	guid    [16]byte
	logon   uint32 // status of the last SESSION_SETUP reply
	flags   uint16 // SessionFlags of the one that succeeded
	credits int    // granted with it
}

func newWire(conn net.Conn, timeout time.Duration) *wire {
	w := &wire{Conn: conn, timeout: timeout}
	w.lastFrame.Store(time.Now().UnixNano())
	return w
}

// known is what the server has said so far.
func (w *wire) known() facts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.facts
}

// Read hands over the next bytes of checked frames. An error ends the connection.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.unread) == 0 {
		if err := w.receive(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.unread)
	w.unread = w.unread[n:]
	return n, nil
}

// receive reads one frame and checks it.
func (w *wire) receive() error {
	var head [4]byte
	if _, err := io.ReadFull(w.Conn, head[:]); err != nil {
		return hungUp(err)
	}
	n := int(binary.BigEndian.Uint32(head[:]))
	most := smallFrame
	if w.mounted.Load() {
		most = largeFrame
	}
	if n > most { // also where the first byte, the type, is not zero
		return &brokenReply{what: fmt.Sprintf("a frame of %d bytes", n), damaged: true}
	}
	if cap(w.frame) < n+4 {
		w.frame = make([]byte, n+4)
	}
	w.frame = w.frame[:n+4]
	copy(w.frame, head[:])
	if _, err := io.ReadFull(w.Conn, w.frame[4:]); err != nil {
		return hungUp(err)
	}
	if err := w.check(w.frame[4:]); err != nil {
		return err
	}
	w.lastFrame.Store(time.Now().UnixNano())
	w.unread = w.frame
	return nil
}

// errHungUp is the end of a connection. It must not be io.EOF: to whoever reads a file, that is the end of the
// file.
var errHungUp = errors.New("the server closed the connection")

func hungUp(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errHungUp
	}
	return err
}

// check refuses a frame that no correct server sends, and notes what a good one says.
func (w *wire) check(p []byte) error {
	if len(p) >= transformLen+headerLen && string(p[:4]) == transformMagic {
		size, flags := binary.LittleEndian.Uint32(p[36:]), binary.LittleEndian.Uint16(p[42:])
		if uint64(size) != uint64(len(p)-transformLen) || flags != flagEncrypted {
			return &brokenReply{what: "an encrypted frame whose size is not its own", damaged: true}
		}
		return nil
	}
	for range longestChain {
		if err := checkReply(p); err != nil {
			return err
		}
		if err := w.checkSigning(p); err != nil {
			return err
		}
		next := binary.LittleEndian.Uint32(p[20:])
		if next == 0 {
			w.note(p)
			return nil
		}
		if next%8 != 0 || next < headerLen || uint64(next)+headerLen > uint64(len(p)) {
			return &brokenReply{what: "a chain that leaves its frame", damaged: true}
		}
		w.note(p[:next])
		p = p[next:]
	}
	return &brokenReply{what: "an endless chain", damaged: true}
}

// checkReply looks at one packet's header.
func checkReply(p []byte) error {
	switch {
	case len(p) < headerLen, string(p[:4]) != plainMagic, binary.LittleEndian.Uint16(p[4:]) != headerLen:
		return &brokenReply{what: "not an SMB2 packet", damaged: true}
	case binary.LittleEndian.Uint16(p[12:]) > commandLast:
		return &brokenReply{what: "an unknown command", damaged: true}
	case binary.LittleEndian.Uint32(p[16:])&flagReply == 0:
		return &brokenReply{what: "a request in place of a reply", damaged: true}
	}
	return nil
}

// note remembers what a plain reply says of the session.
func (w *wire) note(p []byte) {
	if w.mounted.Load() {
		return
	}
	command, status, body := binary.LittleEndian.Uint16(p[12:]), binary.LittleEndian.Uint32(p[8:]), p[headerLen:]
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case command == commandHello && status == 0 && len(body) >= 24:
		w.facts.dialect = binary.LittleEndian.Uint16(body[4:])
		copy(w.facts.guid[:], body[8:])
	case command == commandSetup:
		w.facts.logon = status
		if status == 0 && len(body) >= 8 {
			w.facts.flags = binary.LittleEndian.Uint16(body[2:])
			w.facts.credits = int(binary.LittleEndian.Uint16(p[14:]))
		}
	}
}

// Write sends a request. It never waits for longer than the timeout: a server that stops reading would
// otherwise hold the lock under which the library sends everybody's requests.
func (w *wire) Write(p []byte) (int, error) {
	if !w.pending && len(p) == len(w.length) {
		copy(w.length[:], p)
		w.pending = true
		return len(p), nil
	}
	w.pending = false
	w.out = append(append(w.out[:0], w.length[:]...), p...)
	w.noteAsked(p)
	if err := w.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
		return 0, err
	}
	if _, err := w.Conn.Write(w.out); err != nil {
		return 0, err
	}
	return len(p), nil
}
