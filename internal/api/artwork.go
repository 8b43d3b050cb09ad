package api

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// unwrap reads a picture whose bytes do not stand in the file as they are.
func unwrap(f io.ReaderAt, a *media.Artwork) (io.ReaderAt, int64, error) {
	raw := make([]byte, a.Length)
	if n, err := f.ReadAt(raw, a.Offset); n < len(raw) {
		return nil, 0, fmt.Errorf("read picture: %w", err)
	}
	switch entry, isEntry := strings.CutPrefix(a.Encoding, "entry:"); {
	case isEntry:
		return unzip(raw, entry)
	case a.Encoding == "unsync":
		raw = bytes.ReplaceAll(raw, []byte{0xFF, 0x00}, []byte{0xFF}) // ID3v2.4, 6.1
	case a.Encoding == "base64":
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
		if err != nil {
			return nil, 0, fmt.Errorf("decode picture: %w", err)
		}
		raw = flacPicture(b)
	default:
		return nil, 0, fmt.Errorf("unknown encoding %q", a.Encoding)
	}
	return bytes.NewReader(raw), int64(len(raw)), nil
}

// unzip reads one entry of an archive whose bytes are raw.
func unzip(raw []byte, name string) (io.ReaderAt, int64, error) {
	zr, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, 0, err
	}
	f, err := zr.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxArtwork))
	return bytes.NewReader(b), int64(len(b)), err
}

// flacPicture finds the picture in a METADATA_BLOCK_PICTURE: after type, MIME type, description and
// four numbers comes its length (RFC 9639, 8.8).
func flacPicture(b []byte) []byte {
	at := 4
	for range 2 {
		if at+4 > len(b) {
			return b
		}
		at += 4 + int(uint32(b[at])<<24|uint32(b[at+1])<<16|uint32(b[at+2])<<8|uint32(b[at+3]))
		if at < 0 || at > len(b) {
			return b
		}
	}
	if at+20 > len(b) {
		return b
	}
	return b[at+20:]
}

// coverNames are the pictures that stand for all of a directory, best first.
var coverNames = []string{"poster", "cover", "folder", "front", "album", "albumart", "thumb", "default", "fanart", "backdrop"}

// besides finds the picture beside an item: one of its own name, else one of its directory.
func (s *Server) besides(ctx context.Context, v *store.View) (*store.View, error) {
	dir := strings.TrimSuffix(v.Path[:len(v.Path)-len(v.Name)], "/")
	res, err := s.catalog.Query(ctx, store.Query{Roots: []string{v.Root}, Under: dir, Kinds: []string{string(media.KindArtwork), string(media.KindImage)}, Limit: 500})
	if err != nil {
		return nil, err
	}
	stem := strings.ToLower(strings.TrimSuffix(v.Name, path.Ext(v.Name)))
	best, rank := (*store.View)(nil), 1<<30
	for i := range res.Items {
		p := &res.Items[i]
		if store.Join(dir, p.Name) != p.Path {
			continue
		}
		name := strings.ToLower(strings.TrimSuffix(p.Name, path.Ext(p.Name)))
		if n := pictureRank(name, stem); n < rank {
			best, rank = p, n
		}
	}
	return best, nil
}

func pictureRank(name, stem string) int {
	if name == stem {
		return 0
	}
	if suffix, ok := strings.CutPrefix(name, stem+"-"); ok {
		for i, n := range coverNames {
			if suffix == n {
				return 1 + i
			}
		}
	}
	for i, n := range coverNames {
		if name == n {
			return 100 + i
		}
	}
	return 1 << 30
}
