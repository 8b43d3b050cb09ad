package sidecars

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
)

// Files that describe other files. Their description is that of what they describe; the analyzer joins
// the two by package sidecar's rules.

func matchSidecar(head []byte, ext string) bool {
	switch ext {
	case ".nfo", ".opf", ".xmp", ".lrc":
		return bytes.IndexByte(head[:min(len(head), 512)], 0) < 0 || len(head) >= 2 && (head[0] >= 0xFE && head[1] >= 0xFE)
	case ".xml":
		return bytes.Contains(head[:min(len(head), 512)], []byte("<ComicInfo"))
	}
	return false
}

func probeSidecar(name string) func(*window.Window, *format.Result) error {
	return func(w *window.Window, r *format.Result) error {
		if w.Size() > sidecar.MaxSize {
			return fmt.Errorf("%w: sidecar of %d bytes", window.ErrMalformed, w.Size())
		}
		b, err := w.Part(0, w.Size())
		if err != nil {
			return err
		}
		doc, err := sidecar.Parse(name, b)
		r.Kind = media.KindMetadata
		if err != nil {
			return nil //nolint:nilerr // what scene groups call NFO is art more often than not
		}
		m := r.Description.Media
		r.Description = doc.Description
		if r.Description.Media != nil {
			r.Description.Media.Container = m.Container
			return nil
		}
		r.Description.Media = m
		return nil
	}
}

func matchSuffix(ext string) func([]byte, string) bool {
	return func(head []byte, e string) bool { return e == ext && matchSidecar(head, e) }
}
