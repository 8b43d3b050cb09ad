package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// getContent serves an item's bytes as they are on its root now.
func (s *Server) getContent(w http.ResponseWriter, r *http.Request) error {
	v, root, err := s.item(r)
	if err != nil {
		return err
	}
	f, e, err := s.open(r.Context(), root, v.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", contentType(v.Name))
	protect(h)
	h.Set("Content-Disposition", disposition(v.Name))
	h.Set("ETag", fmt.Sprintf(`"%x-%x-%x"`, v.ID, e.Size, e.MTime))
	http.ServeContent(w, r, "", tree.Time(e.MTime), &seeker{ReaderAt: f, size: e.Size})
	return nil
}

func (s *Server) open(ctx context.Context, root int64, p string) (tree.ReadFile, tree.Entry, error) {
	t := s.scans.TreeByID(root)
	if t == nil {
		return nil, tree.Entry{}, problemf(http.StatusServiceUnavailable, "root-offline", "its root is not there now")
	}
	f, err := t.Open(ctx, p)
	if err != nil {
		return nil, tree.Entry{}, err
	}
	e, err := f.Stat()
	if err != nil {
		return nil, tree.Entry{}, errors.Join(err, f.Close())
	}
	return f, e, nil
}

// protect keeps a browser from running what a file of the library says.
func protect(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-cache")
}

// shown are the types that a browser shows or plays without running anything.
var shown = []string{"image/", "video/", "audio/", "text/plain", "text/vtt", "application/pdf", "application/ogg"}

// disposition says whether a browser may show the file or has to save it.
func disposition(name string) string {
	how := "attachment"
	if ct := contentType(name); !strings.HasPrefix(ct, "image/svg") {
		for _, p := range shown {
			if strings.HasPrefix(ct, p) {
				how = "inline"
			}
		}
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
	if t := types[ext]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
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

const maxArtwork = 32 << 20 // bytes of a picture that has to be unwrapped in memory

// getArtwork serves the picture that is embedded in an item, as it is, or the one beside it.
func (s *Server) getArtwork(w http.ResponseWriter, r *http.Request) error {
	v, root, err := s.item(r)
	if err != nil {
		return err
	}
	if v.Kind == media.KindArtwork || v.Kind == media.KindPhoto || v.Kind == media.KindImage {
		return s.getContent(w, r)
	}
	if a := embedded(v.Doc); a != nil {
		return s.serveEmbedded(w, r, &v, root, a)
	}
	beside, err := s.besides(r.Context(), &v)
	if err != nil {
		return err
	}
	if beside == nil {
		return problemf(http.StatusNotFound, "no-artwork", "item %d has no picture in it or beside it", v.ID)
	}
	return s.servePicture(w, r, beside, root)
}

func embedded(doc []byte) *media.Artwork {
	if len(doc) == 0 {
		return nil
	}
	var d struct {
		Media struct {
			Artwork *media.Artwork `json:"artwork"`
		} `json:"media"`
	}
	if err := json.Unmarshal(append(append([]byte{'{'}, doc...), '}'), &d); err != nil {
		return nil
	}
	return d.Media.Artwork
}

func (s *Server) serveEmbedded(w http.ResponseWriter, r *http.Request, v *store.View, root int64, a *media.Artwork) error {
	f, e, err := s.open(r.Context(), root, v.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	if a.Length <= 0 || a.Offset < 0 || a.Offset+a.Length > e.Size || e.MTime != v.MTime || e.Size != v.Size {
		return problemf(http.StatusConflict, "changed", "item %d has changed since its picture was found: try again shortly", v.ID)
	}
	src, size := io.ReaderAt(io.NewSectionReader(f, a.Offset, a.Length)), a.Length
	if a.Encoding != "" {
		if a.Length > maxArtwork {
			return problemf(http.StatusNotFound, "no-artwork", "the picture in item %d is too large", v.ID)
		}
		if src, size, err = unwrap(f, a); err != nil {
			return problemf(http.StatusNotFound, "no-artwork", "the picture in item %d cannot be read: %v", v.ID, err)
		}
	}
	h := w.Header()
	h.Set("Content-Type", pictureType(a.MIME, src))
	protect(h)
	h.Set("ETag", fmt.Sprintf(`"a%x-%x-%x"`, v.ID, a.Offset, e.MTime))
	http.ServeContent(w, r, "", time.Time{}, &seeker{ReaderAt: src, size: size})
	return nil
}

// pictureType trusts the bytes before the tag.
func pictureType(mimeType string, src io.ReaderAt) string {
	head := make([]byte, 512)
	n, _ := src.ReadAt(head, 0)
	if t := http.DetectContentType(head[:n]); strings.HasPrefix(t, "image/") {
		return t
	}
	if strings.HasPrefix(mimeType, "image/") && !strings.HasPrefix(mimeType, "image/svg") {
		return mimeType
	}
	return "application/octet-stream"
}

func (s *Server) servePicture(w http.ResponseWriter, r *http.Request, v *store.View, root int64) error {
	f, e, err := s.open(r.Context(), root, v.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", contentType(v.Name))
	protect(w.Header())
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x-%x"`, v.ID, e.Size, e.MTime))
	http.ServeContent(w, r, "", tree.Time(e.MTime), &seeker{ReaderAt: f, size: e.Size})
	return nil
}
