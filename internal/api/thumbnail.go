package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/thumbnail"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// pictureTime is how long a disk may be silent while a thumbnail is made: a worker waits for it, and others for the
// worker.
const pictureTime = 5 * time.Second

// thumbnailParams are those of a link that has expired too: a token may stand in for it.
var thumbnailParams = []string{"size", "v", "expires", "signature"}

// getThumbnail serves what getArtwork does as a JPEG of at most so many pixels.
func (s *Server) getThumbnail(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, thumbnailParams)
	if err != nil {
		return err
	}
	edge, err := thumbnailSize(q)
	if err != nil {
		return err
	}
	v, root, err := s.item(r)
	if err != nil {
		return err
	}
	shown, embedded, err := s.picture(r.Context(), &v)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%x-%x-%x-%x-%d-%d", shown.ID, shown.Size, shown.MTime, shown.Fingerprint, edge, thumbnail.Version)
	if embedded != nil {
		key += fmt.Sprintf("-%x", embedded.Offset)
	}
	h := w.Header()
	h.Set("ETag", `"`+key+`"`)
	h.Set("Cache-Control", thumbnailCaching(q))
	if r.Header.Get("If-None-Match") == `"`+key+`"` { // it need not be made to say that it is the same
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if s.small == nil {
		return noArtwork("thumbnails are not made here")
	}
	wanted := thumbnail.Wanted{Key: key, Edge: edge, Item: v.ID}
	small, err := s.small.Thumbnail(r.Context(), wanted, func(ctx context.Context) (thumbnail.Source, error) {
		return s.openPicture(ctx, shown, root, embedded)
	})
	if err != nil {
		h.Del("ETag")
		h.Del("Cache-Control")
		return thumbnailProblem(h, shown, err)
	}
	h.Set("Content-Type", "image/jpeg")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(small))
	return nil
}

// thumbnailSize reads what edge is asked for, in pixels.
func thumbnailSize(q url.Values) (int, error) {
	switch size := q.Get("size"); size {
	case "", "256":
		return 256, nil
	case "1024":
		return 1024, nil
	default:
		return 0, badRequest("size is 256 or 1024, not %q", size)
	}
}

// thumbnailCaching lets a client that names the version, by whatever means, never ask again.
func thumbnailCaching(q url.Values) string {
	if q.Get("v") != "" {
		return "private, max-age=" + strconv.Itoa(365*24*60*60) + ", immutable"
	}
	return "private, no-cache"
}

func thumbnailProblem(h http.Header, shown *store.View, err error) error {
	switch {
	case errors.Is(err, thumbnail.ErrBusy):
		h.Set("Retry-After", "2")
		return problemf(http.StatusServiceUnavailable, "busy", "%v: try again in some seconds", err)
	case errors.Is(err, thumbnail.ErrNoPicture):
		return noArtwork("no thumbnail can be made of the picture in item %d", shown.ID)
	case errors.Is(err, errHangs):
		return problemf(http.StatusGatewayTimeout, "timeout", "%s: try again when it is there", errHangs)
	}
	return err
}

// openPicture opens the picture that shows an item.
func (s *Server) openPicture(
	ctx context.Context, v *store.View, root int64, embedded *media.Artwork,
) (thumbnail.Source, error) {
	f, e, err := s.openWithin(ctx, root, v.Path, pictureTime)
	if err != nil {
		return nil, err
	}
	src, err := s.pictureIn(ctx, f, e.Size, embedded)
	switch {
	case err == nil && (e.Size != v.Size || e.MTime != v.MTime):
		err = problemf(http.StatusConflict, "changed", "item %d has changed since it was read: try again shortly", v.ID)
	case err == nil:
		return &pictureFile{src, f}, nil
	}
	return nil, errors.Join(err, f.Close())
}

// pictureIn is the picture's bytes in a file of a size.
func (s *Server) pictureIn(
	ctx context.Context, f io.ReaderAt, size int64, embedded *media.Artwork,
) (*io.SectionReader, error) {
	switch {
	case embedded == nil:
		return io.NewSectionReader(f, 0, size), nil
	case embedded.Length <= 0 || embedded.Offset < 0 || embedded.Offset > size-embedded.Length:
		return nil, fmt.Errorf("%w: it lies outside of its file", thumbnail.ErrNoPicture)
	case embedded.Encoding == "":
		return io.NewSectionReader(f, embedded.Offset, embedded.Length), nil
	}
	u, err := s.unwrap(ctx, f, size, embedded)
	if errors.Is(err, errHangs) || ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", thumbnail.ErrNoPicture, err)
	}
	return io.NewSectionReader(u, 0, u.size), nil
}

type pictureFile struct {
	*io.SectionReader
	io.Closer
}
