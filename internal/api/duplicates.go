package api

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// duplicateParams narrow and page duplicates.
var duplicateParams = append([]string{"limit", "after"}, itemFilters...)

// getDuplicates answers with groups of files that hold the same, what wastes most first.
func (s *Server) getDuplicates(w http.ResponseWriter, r *http.Request) error {
	if s.unchanged(w, r) {
		return nil
	}
	v, err := params(r, duplicateParams)
	if err != nil {
		return err
	}
	q, err := s.itemFilter(r.Context(), v)
	if err != nil {
		return err
	}
	q.After = v.Get("after")
	if q.Limit, err = limitParam(v); err != nil {
		return err
	}
	res, err := s.catalog.Duplicates(r.Context(), q)
	if err != nil {
		return err
	}
	groups := s.compared(r.Context(), res.Groups)
	b := []byte(`{"groups":[`)
	for i := range groups {
		if i > 0 {
			b = append(b, ',')
		}
		b = groups[i].appendJSON(b)
	}
	return writeRaw(w, append(s.appendPageEnd(append(b, ']'), res.Next, res.AsOf), '}'))
}

// duplicates is a group, and whether all of its bytes were compared.
type duplicates struct {
	store.Duplicates
	certain bool
}

func (g *duplicates) appendJSON(b []byte) []byte {
	b = store.AppendString(append(b, `{"fingerprint":`...), g.Items[0].FingerprintText())
	b = strconv.AppendInt(append(b, `,"size":`...), g.Size, 10)
	b = strconv.AppendInt(append(b, `,"wasted":`...), store.Wasted(g.Size, g.Files), 10)
	b = strconv.AppendBool(append(b, `,"certain":`...), g.certain)
	b = append(b, `,"items":[`...)
	for i := range g.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = g.Items[i].AppendJSON(b)
	}
	if b = append(b, ']'); g.Files > int64(len(g.Items)) {
		b = append(b, `,"items_more":true`...)
	}
	return append(b, '}')
}

const (
	// smallFile is the largest of the files of which all bytes are compared: their fingerprints are of each, but tell
	// them apart no better than a sum does.
	smallFile = 128 << 10
	// comparedBytes and comparedTime bound how much is read of small files for one answer.
	comparedBytes = 32 << 20
	comparedTime  = 200 * time.Millisecond
)

// compared reads small files, as far as its bounds let it, and makes groups of those that do hold the same. Who cannot
// be read leaves the group as it is: probably the same.
func (s *Server) compared(ctx context.Context, groups []store.Duplicates) (out []duplicates) {
	ctx, cancel := context.WithTimeout(ctx, comparedTime)
	defer cancel()
	left := int64(comparedBytes)
	for i := range groups {
		g := &groups[i]
		bytes := g.Size * g.Files
		if g.Size > smallFile || bytes > left || g.Files > int64(len(g.Items)) || ctx.Err() != nil {
			out = append(out, duplicates{*g, false})
			continue
		}
		left -= bytes
		parts, err := s.parts(ctx, g)
		if err != nil {
			parts = []duplicates{{*g, false}}
		}
		out = append(out, parts...)
	}
	return out
}

// parts divides a group by what its files hold; what is alone with that is no duplicate.
func (s *Server) parts(ctx context.Context, g *store.Duplicates) (out []duplicates, err error) {
	at := map[[sha256.Size]byte]int{}
	var all []duplicates
	for i := range g.Items {
		sum, err := s.sumOf(ctx, g.RootOf[i], &g.Items[i])
		if err != nil {
			return nil, err
		}
		n, known := at[sum]
		if !known {
			n = len(all)
			at[sum] = n
			all = append(all, duplicates{store.Duplicates{Size: g.Size}, true})
		}
		all[n].Items = append(all[n].Items, g.Items[i])
		all[n].Files++
	}
	for _, part := range all {
		if part.Files > 1 {
			out = append(out, part)
		}
	}
	return out, nil
}

// sumOf is a sum of all bytes of an item's file, if it is still the file that the catalog knows.
func (s *Server) sumOf(ctx context.Context, root int64, v *store.View) (sum [sha256.Size]byte, err error) {
	if s.files != nil {
		return s.sumElsewhere(ctx, v)
	}
	f, e, err := s.openWithin(ctx, root, v.Path, comparedTime)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	if e.Size != v.Size || e.MTime != v.MTime {
		return sum, problemf(http.StatusConflict, "changed", "%s has changed", v.Path)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, e.Size)); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// sumElsewhere is sumOf of a file that is another daemon's.
func (s *Server) sumElsewhere(ctx context.Context, v *store.View) (sum [sha256.Size]byte, err error) {
	content, err := s.files.Open(ctx, v.ID)
	if err != nil {
		return sum, err
	}
	defer content.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(content, v.Size+1))
	if err == nil && n != v.Size {
		err = problemf(http.StatusConflict, "changed", "%s has changed", v.Path)
	}
	return [sha256.Size]byte(h.Sum(nil)), err
}
