package smb

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
)

const commandMount = 0x3 // TREE_CONNECT (MS-SMB2, 2.2.1.2)

// recording is what a real server answered, by command and by what was asked.
type recording map[string][]byte

// question names a request in a recording: its command and whatever changes the answer.
func questionOf(request []byte, nth int) string {
	command := binary.LittleEndian.Uint16(request[12:])
	key := strconv.Itoa(int(command))
	body := request[headerLen:]
	switch command {
	case 0x01, 0x0e: // SESSION_SETUP and QUERY_DIRECTORY take two rounds
		key += "/" + strconv.Itoa(nth)
	case 0x05: // CREATE: of a file or a directory, by its name
		if strings.Contains(string(body), "f\x00") {
			key += "/file"
		}
	case 0x10: // QUERY_INFO
		key += "/" + strconv.Itoa(int(body[2])) + "." + strconv.Itoa(int(body[3]))
	}
	return key
}

// statusPending announces an answer (MS-ERREF, 2.3).
const statusPending = 0x103

// record lets a share do everything it can do, and keeps what the server says.
func record(t *testing.T, srv *server) recording {
	t.Helper()
	for range 20 {
		if rec, ok := recordOnce(t, srv); ok {
			return rec
		}
	}
	t.Fatal("the server is too slow to be recorded: it answers late time and again")
	return nil
}

// recordOnce reports false where the server has announced an answer, since it was busy: such an answer cannot be
// given again to another request.
func recordOnce(t *testing.T, srv *server) (rec recording, ok bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	rec = recording{}
	announced := false
	var busy sync.WaitGroup
	busy.Go(func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		upstream, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(srv.Port)))
		if err != nil {
			return
		}
		defer upstream.Close()
		rounds := map[uint16]int{}
		for {
			request, err := readFrame(client)
			if err != nil || writeFrame(upstream, request) != nil {
				return
			}
			reply, err := readFrame(upstream)
			for err == nil && binary.LittleEndian.Uint32(reply[8:]) == statusPending { // MS-SMB2, 3.3.4.4
				announced = true
				if err = writeFrame(client, reply); err == nil {
					reply, err = readFrame(upstream)
				}
			}
			if err != nil || writeFrame(client, reply) != nil {
				return
			}
			command := binary.LittleEndian.Uint16(request[12:])
			key := questionOf(request, rounds[command]%2)
			rounds[command]++
			if _, ok := rec[key]; !ok {
				// A reply to another session's key: let it go unsigned.
				flags := binary.LittleEndian.Uint32(reply[16:])
				binary.LittleEndian.PutUint32(reply[16:], flags&^0x8)
				clear(reply[48:64])
				rec[key] = reply
			}
		}
	})
	c := srv.config()
	c.Port = l.Addr().(*net.TCPAddr).Port
	s, err := New(c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	// One after the other: the recorder does not keep requests apart.
	ctx := context.Background()
	ses, err := s.sessions.get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := everything(ctx, s, ses); err != nil {
		t.Fatal(err)
	}
	s.Close()
	l.Close()
	busy.Wait()
	return rec, !announced
}

// everything makes each kind of request once, and returns what went wrong first.
func everything(ctx context.Context, s *Share, ses *session) (first error) {
	note := func(err error) {
		if first == nil {
			first = err
		}
	}
	for _, path := range []string{"d", "d/f"} {
		var h handle
		err := ses.do(ctx, weightSmall, func() (err error) { h, err = ses.mount.open(path); return err })
		note(err)
		if err != nil {
			continue
		}
		note(ses.do(ctx, weightLarge, func() error { _, err := h.stat(); return err }))
		if path == "d" {
			_, err := s.readEntries(ctx, ses, h)
			note(err)
		} else {
			note(ses.do(ctx, weightSmall, func() error {
				_, err := h.readAt(make([]byte, 32<<10), 0)
				if err == io.EOF {
					err = nil
				}
				return err
			}))
		}
		note(ses.do(ctx, weightSmall, h.close))
	}
	note(ses.do(ctx, weightSmall, func() error { _, err := ses.mount.lookAt("d/f"); return err }))
	note(ses.do(ctx, weightSmall, func() error { _, err := ses.mount.volumeSize("d"); return err }))
	return first
}

func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.BigEndian.Uint32(head[:])&0xffffff)
	_, err := io.ReadFull(r, frame)
	return frame, err
}

func writeFrame(w io.Writer, frame []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...))
	return err
}

// liar answers as the recorded server did, or nearly so.
type liar struct {
	t        testing.TB
	listener net.Listener
	rec      recording
	mutate   func(r *rand.Rand, frame []byte) []byte // returns bytes to send, with their length
	change   []func(reply []byte)                    // each answer, before that
	replies  atomic.Int64
	mutated  atomic.Int64
	busy     sync.WaitGroup
}

func startLiar(t testing.TB, rec recording, mutate func(*rand.Rand, []byte) []byte, change ...func([]byte)) *liar {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	li := &liar{t: t, listener: l, rec: rec, mutate: mutate, change: change}
	li.busy.Go(func() {
		for n := uint64(0); ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			li.busy.Go(func() { li.serve(c, rand.New(rand.NewPCG(1, n))) })
		}
	})
	t.Cleanup(func() { l.Close(); li.busy.Wait() })
	return li
}

// serve answers one connection until its client has enough.
func (l *liar) serve(c net.Conn, r *rand.Rand) {
	defer c.Close()
	rounds := map[uint16]int{}
	for {
		request, err := readFrame(c)
		if err != nil {
			return
		}
		command := binary.LittleEndian.Uint16(request[12:])
		truth, ok := l.rec[questionOf(request, rounds[command]%2)]
		rounds[command]++
		if !ok {
			continue
		}
		reply := append([]byte(nil), truth...)
		copy(reply[24:32], request[24:32]) // MessageId
		for _, change := range l.change {
			change(reply)
		}
		out := append(binary.BigEndian.AppendUint32(nil, uint32(len(reply))), reply...)
		l.replies.Add(1)
		// Seldom before the share is mounted, or nothing else would ever be seen.
		if l.mutate != nil && (command > commandMount || r.IntN(12) == 0) {
			out = l.mutate(r, out)
			l.mutated.Add(1)
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

// lie changes a frame, its length included, in one of the ways in which replies go wrong.
func lie(r *rand.Rand, out []byte) []byte {
	for range 1 + r.IntN(3) {
		if len(out) < 8 {
			return out
		}
		at := 4 + r.IntN(len(out)-4)
		if r.IntN(3) == 0 {
			at = 4 + headerLen + r.IntN(40) // where the lengths and offsets are
			at = min(at, len(out)-1)
		}
		switch r.IntN(12) {
		case 0, 1:
			out[at] ^= 1 << r.IntN(8)
		case 2, 3:
			out[at] = byte(r.Uint32())
		case 4, 5: // a length or an offset at its edges
			edges := []uint32{0, 1, 7, 8, 63, 64, 0x7fff, 0x8000, 0xfff8, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, uint32(len(out))}
			v := edges[r.IntN(len(edges))]
			at &^= 1
			if at+4 <= len(out) && r.IntN(2) == 0 {
				binary.LittleEndian.PutUint32(out[at:], v)
			} else if at+2 <= len(out) {
				binary.LittleEndian.PutUint16(out[at:], uint16(v))
			}
		case 6: // cut short, honestly
			out = out[:4+r.IntN(len(out)-3)]
			binary.BigEndian.PutUint32(out, uint32(len(out)-4))
		case 7: // longer than it was
			out = append(out, make([]byte, r.IntN(4096))...)
			binary.BigEndian.PutUint32(out, uint32(len(out)-4))
		case 8: // another status
			statuses := []uint32{0, statusPending, 0x80000005, 0x80000006, statusStoppedOnSymlink, statusAccessDenied, statusEndOfFile, 0xc0000016, statusNetworkNameDeleted}
			if len(out) >= 16 {
				binary.LittleEndian.PutUint32(out[12:], statuses[r.IntN(len(statuses))])
			}
		case 9: // a chain
			if len(out) >= 28 {
				binary.LittleEndian.PutUint32(out[24:], uint32(r.IntN(len(out)+64))&^7)
			}
		case 10: // a length that is not its own
			binary.BigEndian.PutUint32(out, r.Uint32())
		case 11: // encrypted, it says
			copy(out[4:], transformMagic)
		}
	}
	return out
}

// TestMutatedReplies shows that no reply, however wrong, ends the process or takes much memory. How many:
// SMB_MUTATIONS.
func TestMutatedReplies(t *testing.T) {
	want := int64(100_000 / raceFactor)
	if testing.Short() {
		want = 5_000
	}
	if n, err := strconv.ParseInt(os.Getenv("SMB_MUTATIONS"), 10, 64); err == nil {
		want = n
	}
	srv := startSamba(t)
	srv.Write("d/f", strings.Repeat("x", 40<<10))
	for i := range 50 {
		srv.Write("d/file number "+strconv.Itoa(i), "")
	}
	rec := record(t, srv)

	honest := startLiar(t, rec, nil)
	s := open(t, Config{Host: "127.0.0.1", Port: honest.listener.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: 5 * time.Second})
	ses, err := s.sessions.get(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := everything(context.Background(), s, ses); err != nil {
		t.Fatalf("the recording does not replay: %v", err)
	}

	l := startLiar(t, rec, lie)
	ask := func() {
		s, err := New(Config{Host: "127.0.0.1", Port: l.listener.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: 30 * time.Millisecond, dialTimeout: 300 * time.Millisecond}, zap.NewNop())
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		for range 20 {
			ses, err := s.sessions.get(context.Background())
			if err != nil {
				return
			}
			for range 20 {
				if ses.gone() {
					break
				}
				_ = everything(context.Background(), s, ses)
			}
		}
	}
	// Alone, to see what one costs at most, beyond what each costs.
	const ordinary = 128 << 10
	var most int64
	for l.mutated.Load() < want/200 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n := l.mutated.Load()
		ask()
		runtime.ReadMemStats(&after)
		n = l.mutated.Load() - n
		most = max(most, int64(after.TotalAlloc-before.TotalAlloc)-n*ordinary)
	}
	t.Logf("no reply took more than %d KiB", max(most, ordinary)>>10)
	if most > 32<<20 {
		t.Errorf("a reply took %d MiB", most>>20)
	}
	// And many at once.
	var peak atomic.Uint64
	var busy sync.WaitGroup
	for range 160 / raceFactor {
		busy.Go(func() {
			for l.mutated.Load() < want {
				ask()
			}
		})
	}
	done := make(chan struct{})
	go func() { busy.Wait(); close(done) }()
	for watching := true; watching; {
		select {
		case <-done:
			watching = false
		case <-time.After(50 * time.Millisecond):
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
		}
	}
	t.Logf("%d replies, %d of them mutated, heap at most %d MiB", l.replies.Load(), l.mutated.Load(), peak.Load()>>20)
}
