package live_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/gorilla/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// attacked is a server that is given whatever a fuzzer thinks of. A line in its log is a fault: what a client sends
// writes none.
func attacked(f *testing.F, token string) *feedServer {
	c := openCatalog(f, scratch(f))
	for _, name := range []string{"a.mkv", "b.mkv", "c.flac"} {
		c.put("films", name, media.KindMovie, `"title":"A"`)
	}
	root := media.Root{Name: "films", Kind: "local", Location: "/films", State: media.Online, Watch: media.Watch{Mode: media.WatchInotify}}
	// Over TCP each end would wait for an acknowledgement, some 40 ms.
	l, err := net.Listen("unix", filepath.Join(f.TempDir(), "s"))
	must(f, err)
	s := serveFeedOn(f, l, c, live.Timeouts{}, token, root)
	s.server.Log = zap.New(lines{f: f})
	return s
}

// lines fails where one is written.
type lines struct {
	zapcore.LevelEnabler
	f *testing.F
}

func (l lines) Enabled(level zapcore.Level) bool  { return level >= zapcore.InfoLevel }
func (l lines) With([]zapcore.Field) zapcore.Core { return l }
func (l lines) Sync() error                       { return nil }

func (l lines) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, l)
}

func (l lines) Write(e zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(enc)
	}
	panic(e.Message + ": " + strings.TrimSpace(strings.Join([]string{toText(enc.Fields["panic"]), toText(enc.Fields["stack"])}, "\n")))
}

func toText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

// frame makes a client's frame, under a mask of zeros (RFC 6455, 5.2).
func frame(first byte, payload string) []byte {
	out := []byte{first}
	switch n := len(payload); {
	case n < 126:
		out = append(out, 0x80|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, 0x80|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 0x80|127), uint64(n))
	}
	return append(append(out, 0, 0, 0, 0), payload...)
}

// exchange sends bytes behind the handshake, and then nothing more; it gives all that comes back.
func exchange(t *testing.T, s *feedServer, sent []byte) []byte {
	t.Helper()
	conn, err := net.Dial("unix", s.conns.Addr().String())
	must(t, err)
	var writer sync.WaitGroup
	defer writer.Wait() // what is sent is the fuzzer's, who changes it next
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	answer := shakeHands(t, conn)
	writer.Go(func() { // ends with the connection
		_, _ = conn.Write(sent) // the server may have had enough before
		_ = conn.(*net.UnixConn).CloseWrite()
	})
	rest, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the server neither answers nor closes after %q", sent)
	}
	return append(answer, rest...)
}

// judge reads what a server sent: whole frames, messages as they are written down, and a close code that there is.
func judge(t *testing.T, received []byte) {
	t.Helper()
	schemas, err := messageSchemas()
	must(t, err)
	for len(received) >= 2 {
		kind, n, head := received[0], int(received[1]), 2
		switch n {
		case 126:
			if len(received) < 4 {
				return // cut off
			}
			n, head = int(binary.BigEndian.Uint16(received[2:])), 4
		case 127:
			t.Fatalf("a long frame for a small catalog: %q", received)
		}
		if len(received) < head+n {
			return // cut off: the server may close while a client sends on
		}
		payload := received[head : head+n]
		received = received[head+n:]
		switch kind {
		case 0x81:
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
			if err != nil {
				t.Fatalf("%s: %v", payload, err)
			}
			name, _ := value.(map[string]any)["type"].(string)
			if schemas[name] == nil {
				t.Fatalf("no message is as %s", payload)
			}
			if err := schemas[name].Validate(value); err != nil {
				t.Fatalf("%s: %v", payload, err)
			}
		case 0x88:
			codes := []int{websocket.CloseNormalClosure, websocket.CloseProtocolError, websocket.CloseMessageTooBig, live.CloseBadRequest, live.CloseUnauthorized}
			if n >= 2 && !slices.Contains(codes, int(binary.BigEndian.Uint16(payload))) && !isEcho(payload) {
				t.Fatalf("closed with %q", payload)
			}
		case 0x89, 0x8a: // ping and pong
		default:
			t.Fatalf("a frame of kind %x", kind)
		}
	}
}

// isEcho reports whether a close frame gives back what a client closed with (RFC 6455, 5.5.1), a code and nothing more.
func isEcho(payload []byte) bool { return len(payload) == 2 }

func FuzzFramesOfAClient(f *testing.F) {
	open, locked := attacked(f, ""), attacked(f, "secret")
	subscribe := `{"id":2,"type":"subscribe","since":null,"signals":["root"]}`
	for _, b := range [][]byte{
		frame(0x81, subscribe), frame(0x81, `{"id":1,"type":"auth","token":"secret"}`), frame(0x82, subscribe), frame(0x81, ""),
		slices.Concat(frame(0x01, subscribe[:9]), frame(0x89, "ping"), frame(0x80, subscribe[9:])),
		slices.Concat(frame(0x81, subscribe), frame(0x88, "\x03\xe8")), frame(0x88, "\x03"), frame(0x88, "\x0f\xa0why"), frame(0x8b, ""), frame(0xf1, ""),
		frame(0x81, strings.Repeat(" ", live.MaxMessage+1)), {0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x81, 2, '{', '}'},
		bytes.Repeat(frame(0x89, strings.Repeat("p", 125)), 50),
	} {
		f.Add(b, false)
		f.Add(b, true)
	}
	f.Fuzz(func(t *testing.T, sent []byte, token bool) {
		s := open
		if token {
			s = locked
		}
		judge(t, exchange(t, s, sent))
	})
}

func FuzzMessagesOfAClient(f *testing.F) {
	s := attacked(f, "")
	for _, m := range []string{
		`{"id":2,"type":"subscribe","since":null,"filter":{"root":["films"],"kind":["movie"]},"signals":["scan","root"]}`, `{}`, `[]`, `null`, `"x"`, `1e999`,
		`{"id":{"a":1},"type":"subscribe"}`, `{"id":-1.5e3,"type":"auth","token":"x"}`, `{"id":"\ud800","type":"dance"}`, `{"type":"subscribe","since":"x.1.2"}`,
		`{"type":"subscribe","filter":{"root":null,"kind":[""]}}`, `{"type":"subscribe","since":5,"signals":[null]}`, `{"type":"subscribe","type":"auth"}`, "\xff",
		strings.Repeat(`{"filter":`, 2000), `{"id":1,"type":"subscribe","filter":{"` + strings.Repeat("k", 5000) + `":[]}}`,
	} {
		f.Add(m, m)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		if len(first)+len(second) < 2*live.MaxMessage {
			judge(t, exchange(t, s, slices.Concat(frame(0x81, first), frame(0x81, second))))
		}
	})
}
