package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// getContent serves an item's bytes as they are on its root now.
func (s *Server) getContent(w http.ResponseWriter, r *http.Request) error {
	v, root, err := s.item(r)
	if err != nil {
		return err
	}
	return s.serveFile(w, r, &v, root)
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, v *store.View, root int64) error {
	f, e, err := s.open(r.Context(), root, v.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	// With the ctime: bytes may be written anew under the same size and modification time.
	tag := fmt.Sprintf("%x-%x-%x-%x", v.ID, e.Size, e.MTime, e.CTime)
	it := representation{v.Name, contentType(v.Name), tag, tree.Time(e.MTime), f, e.Size}
	return serveBytes(w, rangesTaken(r, e.Size, maxRanges), it)
}

// representation is what is served of a file: the whole, or a picture in it.
type representation struct {
	name     string // to save it under
	mimeType string
	tag      string // without quotes
	modified time.Time
	bytes    io.ReaderAt
	size     int64
}

// serveBytes answers with the ranges that the request asks for, if its conditions hold.
func serveBytes(w http.ResponseWriter, r *http.Request, it representation) error {
	h := w.Header()
	h.Set("Content-Type", it.mimeType)
	h.Set("Content-Disposition", disposition(it.name, it.mimeType))
	h.Set("ETag", `"`+it.tag+`"`)
	// A browser must not run what a file of the library says.
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-cache")
	letPause(r) // players do
	rw := &refusals{ResponseWriter: w}
	http.ServeContent(rw, r, "", it.modified, &seeker{ReaderAt: it.bytes, size: it.size})
	switch rw.status {
	case 0:
		return nil
	case http.StatusRequestedRangeNotSatisfiable:
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", it.size))
		return problemf(rw.status, "range-not-satisfiable", "there are %d bytes", it.size)
	case http.StatusPreconditionFailed:
		return problemf(rw.status, "precondition-failed", "it is %s now", it.tag)
	}
	return problemf(rw.status, "internal", "%s", strings.TrimSpace(string(rw.text)))
}

// refusals keeps back responses that refuse the request, so that they can be told as problems.
type refusals struct {
	http.ResponseWriter
	status int // of the refusal; 0: none
	text   []byte
}

func (w *refusals) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.status = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *refusals) Write(b []byte) (int, error) {
	if w.status != 0 {
		w.text = append(w.text, b...)
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

func (s *Server) open(ctx context.Context, root int64, p string) (tree.ReadFile, tree.Entry, error) {
	return s.openWithin(ctx, root, p, diskTime)
}

// openWithin is open where the disk may be silent for no longer than a limit.
func (s *Server) openWithin(
	ctx context.Context, root int64, p string, limit time.Duration,
) (tree.ReadFile, tree.Entry, error) {
	t := s.scans.TreeByID(root)
	if t == nil {
		return nil, tree.Entry{}, problemf(http.StatusServiceUnavailable, "root-offline", "its root is not there now")
	}
	return openFile(ctx, t, p, limit)
}

// shown are the types that a browser shows or plays without running anything.
var shown = []string{"image/", "video/", "audio/", "text/plain", "text/vtt", "application/pdf", "application/ogg"}

// disposition says whether a browser may show the file or has to save it.
func disposition(name, mimeType string) string {
	how := "attachment"
	isShown := slices.ContainsFunc(shown, func(kind string) bool { return strings.HasPrefix(mimeType, kind) })
	if isShown && !strings.HasPrefix(mimeType, "image/svg") {
		how = "inline"
	}
	return mime.FormatMediaType(how, map[string]string{"filename": strings.ToValidUTF8(name, "\uFFFD")})
}

// types are those that the machine's own table may lack.
var types = map[string]string{
	".mkv": "video/x-matroska", ".webm": "video/webm", ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".avi": "video/x-msvideo",
	".ts": "video/mp2t", ".m2ts": "video/mp2t", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".wmv": "video/x-ms-wmv", ".flv": "video/x-flv", ".ogv": "video/ogg",
	".mp3": "audio/mpeg", ".flac": "audio/flac", ".m4a": "audio/mp4", ".m4b": "audio/mp4", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".oga": "audio/ogg",
	".wav": "audio/wav", ".aac": "audio/aac", ".wma": "audio/x-ms-wma", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
	".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic", ".svg": "image/svg+xml", ".pdf": "application/pdf",
	".epub": "application/epub+zip", ".cbz": "application/vnd.comicbook+zip", ".cbr": "application/vnd.comicbook-rar", ".vtt": "text/vtt; charset=utf-8",
	".srt": "text/plain; charset=utf-8", ".nfo": "text/plain; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".ass": "text/plain; charset=utf-8",
	".lrc": "text/plain; charset=utf-8",
}

func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	return cmp.Or(types[ext], mime.TypeByExtension(ext), "application/octet-stream")
}

// seeker reads a file of a tree as http.ServeContent wants it.
type seeker struct {
	io.ReaderAt
	size, at int64
}

func (s *seeker) Read(p []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	n, err := s.ReadAt(p[:min(int64(len(p)), s.size-s.at)], s.at)
	s.at += int64(n)
	return n, err
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	s.at = offset
	return offset, nil
}
