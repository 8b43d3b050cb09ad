package pdf

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/image"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// PDF (ISO 32000-2): pages, and title and author of the information dictionary, else of XMP.

func matchPDF(head []byte, _ string) bool {
	return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-"))
}

func probePDF(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	f := &file{w: w, base: int64(max(0, bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-"))))}
	if err := f.open(); err != nil {
		if w.Err() != nil {
			return err
		}
		return fmt.Errorf("%w: %w", window.ErrTruncated, err)
	}
	m := r.Description.Media
	f.encryption(r)
	locked := m.Encrypted && f.crypt.locked
	root, _, err := f.resolve(f.trailer.get("Root"))
	if locked && (err != nil || root.kind != dict) {
		return w.Err() // its objects are locked away, and that is what is to know of it
	}
	if err != nil {
		return f.orTruncated(err)
	}
	pages, _, err := f.resolve(root.get("Pages"))
	if err != nil && !locked {
		return f.orTruncated(err)
	}
	count, _, err := f.resolve(pages.get("Count"))
	if err == nil && count.kind == number && count.n > 0 && count.n < 1e7 {
		m.Pages = int(count.n)
	}
	if l := language.Tag(pdfText(root.get("Lang").text)); l != "" && !locked {
		r.Description.Languages = []string{l}
	}
	f.information(r)
	if r.Description.Title == "" || len(r.Description.Authors) == 0 {
		f.metadata(r, root.get("Metadata"))
	}
	return w.Err()
}

func (f *file) orTruncated(err error) error {
	if f.w.Err() != nil {
		return f.w.Err()
	}
	return fmt.Errorf("%w: %w", window.ErrTruncated, err)
}

// open finds the objects: by the tables, or, where they or the catalog they lead to are broken, by a search.
func (f *file) open() error {
	start, err := f.startXref()
	if err == nil {
		if err = f.readTables(start); err == nil {
			root, _, rootErr := f.resolve(f.trailer.get("Root"))
			if rootErr == nil && root.get("Pages").kind == ref || f.trailer.get("Encrypt").kind != null {
				return nil
			}
		}
	}
	if f.w.Err() != nil {
		return f.w.Err()
	}
	return f.search()
}

// startXref returns the offset at the end of the file.
func (f *file) startXref() (int64, error) {
	tail, _, err := f.w.Tail(2048)
	if err != nil {
		return 0, err
	}
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return 0, fmt.Errorf("%w: no startxref", window.ErrTruncated)
	}
	fields := bytes.Fields(tail[i+len("startxref") : min(len(tail), i+64)])
	if len(fields) == 0 {
		return 0, fmt.Errorf("%w: no startxref", window.ErrTruncated)
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: startxref", window.ErrMalformed)
	}
	return n, nil
}

func (f *file) encryption(r *format.Result) {
	encrypt := f.trailer.get("Encrypt")
	if encrypt.kind == null {
		return
	}
	r.Description.Media.Encrypted = true
	d, _, err := f.resolve(encrypt)
	if err != nil || d.kind != dict {
		f.crypt = &crypt{locked: true}
		return
	}
	var id []byte
	if ids := f.trailer.get("ID"); len(ids.items) > 0 {
		id = ids.items[0].text
	}
	f.crypt = newPDFCrypt(f.w, d, id)
	f.inStream.number = 0
}

// information reads the document information dictionary (14.3.3).
func (f *file) information(r *format.Result) {
	info, _, err := f.resolve(f.trailer.get("Info"))
	if err != nil || f.crypt != nil && f.crypt.locked {
		return
	}
	text := func(key string) string {
		v, _, err := f.resolve(info.get(key))
		if err != nil || v.kind != pdfString {
			return ""
		}
		return pdfText(v.text)
	}
	d := &r.Description
	d.Title = text("Title")
	if subject := text("Subject"); subject != "unspecified" { // ReportLab's word for none
		d.Plot = subject
	}
	d.Authors = people(text("Author"))
}

// people splits a list of authors where it is one beyond doubt.
func people(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ";") {
		if p = strings.TrimSpace(p); p != "" && len(out) < 100 {
			out = append(out, p)
		}
	}
	return out
}

// metadata fills in from XMP what the information dictionary lacks.
func (f *file) metadata(r *format.Result, ref object) {
	dict, stream, err := f.resolve(ref)
	if err != nil || stream.at == 0 {
		return
	}
	var decrypt func([]byte) []byte
	if f.crypt != nil && f.crypt.metadata {
		if f.crypt.locked {
			return
		}
		decrypt = f.crypt.stream(ref.n, ref.gen)
	}
	packet, err := f.expand(dict, stream, decrypt)
	if err != nil {
		return
	}
	x := image.CleanPhoto(photo.XMP(packet))
	d := &r.Description
	d.Title, d.Plot, d.Publisher = cmp.Or(d.Title, x.Title), cmp.Or(d.Plot, x.Caption), x.Publisher
	if len(d.Authors) == 0 {
		d.Authors = x.Creators
	}
	id := strings.TrimPrefix(strings.ToLower(x.Identifier), "urn:")
	if rest, ok := strings.CutPrefix(id, "isbn"); ok {
		if isbn := sidecar.ISBN(strings.TrimLeft(rest, ": ")); isbn != "" {
			d.IDs = map[string]string{"isbn": isbn}
		}
	}
}
