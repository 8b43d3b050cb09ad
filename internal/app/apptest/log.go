package apptest

import (
	"bytes"
	"encoding/json"
	"sync"
)

// logKept is how much of a daemon's log is kept, in bytes.
const logKept = 128 << 10

// logTail is the end of a daemon's log, over its restarts. It tells the address in it.
type logTail struct {
	mu      sync.Mutex // guards what follows
	kept    []byte
	line    []byte
	serving chan<- string
}

// begin has the address that the next process tells sent to serving.
func (l *logTail) begin(serving chan<- string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line, l.serving = nil, serving
}

// Write implements io.Writer.
func (l *logTail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, p...)
	if len(l.kept) > 2*logKept {
		l.kept = append([]byte(nil), l.kept[len(l.kept)-logKept:]...)
	}
	l.line = append(l.line, p...)
	for {
		line, rest, ok := bytes.Cut(l.line, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		l.line = rest
		var entry struct{ Msg, Address string }
		if l.serving != nil && json.Unmarshal(line, &entry) == nil && entry.Msg == "serving" {
			l.serving <- entry.Address
			l.serving = nil
		}
	}
}

func (l *logTail) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.kept)
}
