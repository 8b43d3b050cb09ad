package api

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// diskTime is how long a disk or a share may be silent before who asked for its bytes is told so.
const diskTime = 20 * time.Second

// patient reads a file whose disk may hang: a read that takes longer than the limit ends the file's context, and with
// it every read that waits.
type patient struct {
	tree.ReadFile
	limit time.Duration
	end   context.CancelFunc
}

// ReadAt fails with errHangs where the disk is silent for the limit.
func (f *patient) ReadAt(p []byte, off int64) (int, error) {
	watch := time.AfterFunc(f.limit, f.end)
	n, err := f.ReadFile.ReadAt(p, off)
	if !watch.Stop() && err != nil {
		err = errHangs
	}
	return n, err
}

// Close lets the file go.
func (f *patient) Close() error {
	defer f.end()
	return f.ReadFile.Close()
}

var errHangs = errors.New("its disk or share does not answer")

// openFile opens a file of a root and says what it is. A disk that is silent for the limit is told of as such.
func openFile(ctx context.Context, t tree.Tree, p string, limit time.Duration) (tree.ReadFile, tree.Entry, error) {
	ctx, end := context.WithCancel(ctx)
	watch := time.AfterFunc(limit, end)
	f, err := t.Open(ctx, p)
	if err == nil {
		var e tree.Entry
		if e, err = f.Stat(); err == nil {
			if watch.Stop() {
				return &patient{f, limit, end}, e, nil
			}
			err = context.Canceled
		}
		err = errors.Join(err, f.Close())
	}
	late := !watch.Stop()
	end()
	if late {
		return nil, tree.Entry{}, problemf(http.StatusGatewayTimeout, "timeout",
			"%s within %v: try again when it is there", errHangs, limit)
	}
	return nil, tree.Entry{}, err
}

// recovered answers for a handler that panics, and logs its stack. What it answered by then stays, and its connection
// ends.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := &begun{ResponseWriter: w}
		defer func() {
			v := recover()
			switch err, _ := v.(error); {
			case v == nil:
				return
			case errors.Is(err, http.ErrAbortHandler):
				panic(v) // it ends the connection in silence, as it is meant to
			}
			s.log.Error("a request panicked", zap.String("method", r.Method), zap.String("path", r.URL.Path),
				zap.Any("panic", v), zap.ByteString("stack", debug.Stack()))
			if begun.yes {
				panic(http.ErrAbortHandler)
			}
			writeProblem(w, problemf(http.StatusInternalServerError, "internal",
				"this is a fault of the server's: its log has more"))
		}()
		next.ServeHTTP(begun, r)
	})
}

// begun remembers whether an answer was begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

func (w *begun) WriteHeader(status int) {
	w.yes = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *begun) Write(b []byte) (int, error) {
	w.yes = true
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController, and for who takes the connection over.
func (w *begun) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack gives the connection away, as to the live feed.
func (w *begun) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.yes = true
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
