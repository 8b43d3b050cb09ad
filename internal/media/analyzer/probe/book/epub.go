package book

import (
	"bytes"
	"fmt"
	"net/url"
	"path"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/zipfile"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// EPUB 2 and 3: a ZIP whose META-INF/container.xml names the package document (OPF).

const (
	epubMIME         = "application/epub+zip"
	epubContainerMax = 64 << 10
	epubPackageMax   = 1 << 20
)

// matchEPUB knows an EPUB by its first entry (OCF 3.3, 4.2.2) or by its name; the directory decides.
func matchEPUB(head []byte, ext string) bool {
	return zipfile.Match(head, ext) && (ext == ".epub" || ext == ".kepub" || ext == ".ibooks" || bytes.Contains(head[:min(len(head), 128)], []byte(epubMIME)) ||
		bytes.Contains(head[:min(len(head), 128)], []byte("application/x-ibooks+zip")))
}

// epubEntries are the entries that the metadata need.
type epubEntries struct {
	container, opf zipfile.Entry
	hasContainer   bool
	opfName        string
	encrypted      bool
}

func probeEPUB(w *window.Window, r *format.Result) error {
	z, err := zipfile.Open(w)
	if err != nil {
		return err
	}
	var e epubEntries
	opfFallback := ""
	err = z.Walk(func(entry zipfile.Entry) bool {
		switch string(entry.Name) {
		case "META-INF/container.xml":
			e.container, e.hasContainer = entry, true
		case "META-INF/rights.xml", "META-INF/license.lcpl", "META-INF/sinf.xml":
			e.encrypted = true // Adobe's, Readium's and Apple's locks
		default:
			if opfFallback == "" && bytes.HasSuffix(entry.Name, []byte(".opf")) {
				opfFallback, e.opf = string(entry.Name), entry
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	r.Description.Media.Encrypted = e.encrypted
	e.opfName = opfFallback
	if e.hasContainer {
		b, err := z.Read(e.container, epubContainerMax)
		if err != nil {
			return fmt.Errorf("container: %w", err)
		}
		if name := epubRootFile(b); name != "" && name != opfFallback {
			e.opfName = name
		}
	}
	if e.opfName == "" {
		return fmt.Errorf("%w: no package document", window.ErrMalformed)
	}
	return epubPackage(z, r, &e, opfFallback)
}

// epubRootFile returns the path of the package document.
func epubRootFile(container []byte) string {
	for s := xmlscan.New(container); s.Next(); {
		if s.Kind == xmlscan.Start && string(s.Name) == "rootfile" {
			if t := s.Attr("media-type"); t == "" || t == "application/oebps-package+xml" {
				return s.Attr("full-path")
			}
		}
	}
	return ""
}

func epubPackage(z *zipfile.File, r *format.Result, e *epubEntries, found string) error {
	if e.opfName != found {
		ok, err := z.Find(e.opfName, &e.opf)
		if plain, perr := url.PathUnescape(e.opfName); err == nil && !ok && perr == nil && plain != e.opfName {
			e.opfName = plain // some writers take the path for a URL
			ok, err = z.Find(plain, &e.opf)
		}
		if err != nil || !ok {
			return fmt.Errorf("%w: package document %q", window.ErrMalformed, e.opfName)
		}
	}
	b, err := z.Read(e.opf, epubPackageMax)
	if err != nil {
		return fmt.Errorf("package document: %w", err)
	}
	p, err := sidecar.OPF(b)
	if err != nil {
		return fmt.Errorf("%w: %w", window.ErrMalformed, err)
	}
	p.Description.Media = r.Description.Media
	r.Description = p.Description
	if p.CoverHref == "" {
		return nil
	}
	href, err := url.PathUnescape(p.CoverHref)
	if err != nil {
		href = p.CoverHref
	}
	name := path.Join(path.Dir(e.opfName), href)
	var cover zipfile.Entry
	ok, err := z.Find(name, &cover)
	if err != nil || !ok {
		return z.W.Err()
	}
	art := z.Artwork(name, cover)
	art.MIME = p.CoverType
	r.Description.Media.Artwork = &art
	return nil
}
