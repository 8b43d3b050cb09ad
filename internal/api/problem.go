package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// problem is an RFC 9457 problem. It is an error too, so that handlers return it as one.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// problemf makes a problem; kind is what programs tell it by.
func problemf(status int, kind, format string, args ...any) *problem {
	return &problem{Type: kind, Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *problem {
	return problemf(http.StatusBadRequest, "bad-request", format, args...)
}

// asProblem says what an error of the daemon means to an HTTP client.
func asProblem(err error) *problem {
	var p *problem
	for _, known := range []struct {
		is     error
		status int
		kind   string
	}{
		{media.ErrNoRoot, http.StatusNotFound, "no-such-root"},
		{media.ErrNoPath, http.StatusNotFound, "no-such-path"},
		{media.ErrNoScan, http.StatusNotFound, "no-such-scan"},
		{media.ErrNotHeld, http.StatusConflict, "nothing-held"},
		{media.ErrNotOffered, http.StatusConflict, "nothing-offered"},
		{media.ErrVolumeChanged, http.StatusConflict, "changed"},
		{media.ErrOffline, http.StatusServiceUnavailable, "root-offline"},
		{store.ErrSlow, http.StatusServiceUnavailable, "query-too-slow"},
		{store.ErrQuery, http.StatusBadRequest, "bad-request"},
		{media.ErrCursor, http.StatusBadRequest, "bad-request"},
		{store.ErrCorrupt, http.StatusServiceUnavailable, "catalog-damaged"},
		{store.ErrDisk, http.StatusServiceUnavailable, "disk-failing"},
		{store.ErrAway, http.StatusServiceUnavailable, "catalog-away"},
		{store.ErrClosed, http.StatusServiceUnavailable, "shutting-down"},
		{tree.ErrAway, http.StatusServiceUnavailable, "root-offline"},
		{tree.ErrNotExist, http.StatusNotFound, "no-such-file"},
		{tree.ErrNotRegular, http.StatusNotFound, "no-such-file"},
		{tree.ErrNotDir, http.StatusNotFound, "no-such-file"},
		{fs.ErrPermission, http.StatusForbidden, "not-permitted"},
		{tree.ErrOtherVolume, http.StatusNotFound, "no-such-file"},
	} {
		if errors.Is(err, known.is) {
			return problemf(known.status, known.kind, "%v", err)
		}
	}
	var tooLarge *http.MaxBytesError
	var refused *media.Refused
	switch {
	case errors.As(err, &refused):
		return problemf(refused.Status, refused.Kind, "%s", refused.Detail)
	case errors.As(err, &p):
		return p
	case errors.Is(err, context.DeadlineExceeded):
		return problemf(http.StatusGatewayTimeout, "timeout", "%s in time: try again when it is there", errHangs)
	case errors.As(err, &tooLarge):
		return problemf(http.StatusRequestEntityTooLarge, "too-large", "the body is larger than %d bytes",
			tooLarge.Limit)
	}
	return problemf(http.StatusInternalServerError, "internal", "%v", err)
}

// handle adapts a handler that returns its error.
func (s *Server) handle(fn handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := fn(w, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		p := asProblem(err)
		if p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable {
			s.log.Error("request failed", zap.String("path", r.URL.Path), zap.Error(err))
		}
		if errors.Is(err, store.ErrAway) || errors.Is(err, store.ErrDisk) {
			w.Header().Set("Retry-After", "2")
		}
		writeProblem(w, p)
	}
}

func writeProblem(w http.ResponseWriter, p *problem) {
	const ofBytes = "Content-Disposition ETag Last-Modified Cache-Control Content-Length Accept-Ranges"
	for name := range strings.FieldsSeq(ofBytes) {
		w.Header().Del(name)
	}
	writeEncoded(w, "application/problem+json", p.Status, p)
}

// answer answers with a value, unless there is an error.
func answer(w http.ResponseWriter, v any, err error) error {
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, v)
}

// writeJSON answers with a value. A write that fails has a client that is gone.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	writeEncoded(w, "application/json", status, v)
	return nil
}

func writeEncoded(w http.ResponseWriter, mimeType string, status int, v any) {
	w.Header().Set("Content-Type", mimeType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client is gone otherwise
}

// writeRaw answers with JSON that is encoded already.
func writeRaw(w http.ResponseWriter, b []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(append(b, '\n'))
	return nil
}

func writeText(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
	return nil
}

// decodeBody reads a request's body, which may be left out, as one JSON value without unknown fields.
func decodeBody(r *http.Request, into any, example string) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err == nil {
			err = errors.New("something follows it")
		}
	}
	if errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field != "" {
		err = fmt.Errorf("%s is not as it should be: %s", wrong.Field, wrong.Value)
	}
	return badRequest("the body must be %s: %v", example, err)
}
