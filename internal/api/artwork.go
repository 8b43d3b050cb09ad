package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// getArtwork serves the picture that is embedded in an item, as it is, or the one beside it.
func (s *Server) getArtwork(w http.ResponseWriter, r *http.Request) error {
	v, root, err := s.item(r)
	if err != nil {
		return err
	}
	shown, embedded, err := s.picture(r.Context(), &v)
	switch {
	case err != nil:
		return err
	case embedded != nil:
		return s.serveEmbedded(w, r, shown, root, embedded)
	}
	return s.serveFile(w, r, shown, root)
}

// picture finds what shows an item: it is one, or one is embedded in it, or another item beside it is one. It fails
// with no-artwork where there is none.
func (s *Server) picture(ctx context.Context, v *store.View) (shown *store.View, embedded *media.Artwork, err error) {
	if v.Kind == media.KindArtwork || v.Kind == media.KindPhoto || v.Kind == media.KindImage {
		return v, nil, nil
	}
	known := pictured(v.Doc)
	if a := known.Media.Artwork; a != nil {
		return v, a, nil
	}
	beside, err := s.beside(ctx, v, known.Companions)
	if err != nil {
		return nil, nil, err
	}
	if beside == nil {
		return nil, nil, noArtwork("item %d has no picture in it or beside it", v.ID)
	}
	return beside, nil, nil
}

func noArtwork(format string, args ...any) *problem {
	return problemf(http.StatusNotFound, "no-artwork", format, args...)
}

// pictures is what a description says of pictures.
type pictures struct {
	Media struct {
		Artwork *media.Artwork `json:"artwork"`
	} `json:"media"`
	Companions []media.Companion `json:"companions"`
}

// pictured reads the members of a description; one that cannot be read says nothing.
func pictured(doc []byte) (p pictures) {
	if err := json.Unmarshal(slices.Concat([]byte{'{'}, doc, []byte{'}'}), &p); err != nil {
		return pictures{}
	}
	return p
}

func (s *Server) serveEmbedded(
	w http.ResponseWriter, r *http.Request, v *store.View, root int64, a *media.Artwork,
) error {
	f, e, err := s.open(r.Context(), root, v.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	if a.Length <= 0 || a.Offset < 0 || a.Offset > e.Size-a.Length || e.MTime != v.MTime || e.Size != v.Size {
		return problemf(http.StatusConflict, "changed",
			"item %d has changed since its picture was found: try again shortly", v.ID)
	}
	it := representation{
		name: v.Name, tag: fmt.Sprintf("a%x-%x-%x-%x-%x", v.ID, a.Offset, e.Size, e.MTime, e.CTime),
		bytes: io.NewSectionReader(f, a.Offset, a.Length), size: a.Length,
	}
	ranges := maxRanges
	if a.Encoding != "" {
		if r.Header.Get("If-None-Match") == `"`+it.tag+`"` { // it is as it was: nothing need be unwrapped to say so
			w.Header().Set("ETag", `"`+it.tag+`"`)
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		u, err := s.unwrap(r.Context(), f, e.Size, a)
		switch {
		case r.Context().Err() != nil:
			return r.Context().Err()
		case errors.Is(err, errHangs):
			return problemf(http.StatusGatewayTimeout, "timeout", "%s: try again when it is there", errHangs)
		case err != nil:
			return noArtwork("the picture in item %d cannot be read: %v", v.ID, err)
		}
		it.bytes, it.size = u, u.size
		ranges = 1 // each that lies before another is unwrapped from the start
	}
	it.mimeType = pictureType(a.MIME, it.bytes)
	it.name = strings.TrimSuffix(v.Name, path.Ext(v.Name)) + pictureExtensions[it.mimeType]
	return serveBytes(w, rangesTaken(r, it.size, ranges), it)
}

// pictureExtensions are the types of pictures that are served as such, with their names' endings. Whatever else a
// file says that its picture is, a browser might show as a page.
var pictureExtensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp", "image/x-icon": ".ico",
	"image/avif": ".avif", "image/heic": ".heic", "image/heif": ".heif", "image/jxl": ".jxl", "image/jp2": ".jp2", "image/tiff": ".tif",
}

// pictureType trusts the bytes before the tag, and the tag only where it names a picture.
func pictureType(mimeType string, src io.ReaderAt) string {
	head := make([]byte, 512)
	n, _ := src.ReadAt(head, 0) // what cannot be read will show when it is served
	if t := http.DetectContentType(head[:n]); pictureExtensions[t] != "" {
		return t
	}
	if mimeType = strings.ToLower(strings.TrimSpace(mimeType)); pictureExtensions[mimeType] != "" {
		return mimeType
	}
	return "application/octet-stream"
}

// beside finds the picture beside an item: one of its own name, else one that belongs to it, else one of
// its directory. nil: there is none.
func (s *Server) beside(
	ctx context.Context, v *store.View, companions []media.Companion,
) (best *store.View, err error) {
	all, err := s.catalog.Pictures(ctx, v.ID)
	stem, rank := stemOf(v.Name), noPicture
	for i := range all {
		if n := pictureRank(&all[i], stem, companions); n < rank {
			best, rank = &all[i], n
		}
	}
	return best, err
}

func stemOf(name string) string { return strings.ToLower(strings.TrimSuffix(name, path.Ext(name))) }

// coverNames are the pictures that stand for all of a directory, best first.
var coverNames = []string{
	"poster", "cover", "folder", "front", "album", "albumart", "thumb", "default", "fanart", "backdrop",
}

const noPicture = 1 << 30

// pictureRank says how well a picture stands for an item with a stem; noPicture: not at all.
func pictureRank(p *store.View, stem string, companions []media.Companion) int {
	name := stemOf(p.Name)
	if name == stem {
		return 0
	}
	if suffix, ok := strings.CutPrefix(name, stem+"-"); ok && slices.Contains(coverNames, suffix) {
		return 1 + slices.Index(coverNames, suffix)
	}
	shown := strings.ToValidUTF8(p.Name, "\uFFFD")
	if slices.ContainsFunc(companions, func(c media.Companion) bool { return c.Role == "cover" && c.Name == shown }) {
		return 100
	}
	if i := slices.Index(coverNames, name); i >= 0 {
		return 200 + i
	}
	return noPicture
}
