package librarian

import (
	"encoding/binary"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// partTrace is what is kept of a part.
type partTrace struct {
	works.Trace
	credit store.CreditPut // of nobody where it has no name
}

// creditOf is whom a part is by.
func creditOf(p *works.Part) store.CreditPut {
	c := &p.Credit
	if c.Name == "" {
		return store.CreditPut{}
	}
	return store.CreditPut{Key: works.Hash(works.ArtistKey(c.Group, c.Name)), Party: c.Group,
		Name: c.Name, Sort: c.Sort, MBID: c.ID}
}

// tracesOf encodes what is kept of parts: the rules that made them, and of each its digest, its keys and whom it is by.
func tracesOf(parts []*works.Part) []byte {
	if len(parts) == 0 {
		return nil
	}
	b := binary.AppendUvarint(nil, Rules)
	for _, p := range parts {
		t := p.Trace()
		b = binary.LittleEndian.AppendUint64(b, t.Digest)
		b = binary.AppendUvarint(b, uint64(len(t.Keys)))
		for _, k := range t.Keys {
			b = binary.LittleEndian.AppendUint64(b, uint64(k)) //nolint:gosec // as it is
		}
		c := creditOf(p)
		b = appendText(b, c.Name)
		if c.Name != "" {
			b = appendText(appendText(appendText(b, c.Party), c.Sort), c.MBID)
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// traceReader reads what was encoded; bad says that it is not what was.
type traceReader struct {
	b   []byte
	bad bool
}

func (r *traceReader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *traceReader) fixed() uint64 {
	if len(r.b) < 8 {
		r.bad, r.b = true, nil
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (r *traceReader) text() string {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

// readTraces decodes what tracesOf encoded. What other rules made is another part, whatever it says.
func readTraces(b []byte) (out []partTrace, err error) {
	if len(b) == 0 {
		return nil, nil
	}
	r := traceReader{b: b}
	rules := r.number()
	for len(r.b) > 0 && !r.bad {
		t := partTrace{Trace: works.Trace{Digest: r.fixed()}}
		if rules != Rules {
			t.Digest = 0
		}
		for n := r.number(); n > 0 && !r.bad; n-- {
			t.Keys = append(t.Keys, int64(r.fixed())) //nolint:gosec // as it is
		}
		c := &t.credit
		if c.Name = r.text(); c.Name != "" {
			c.Party, c.Sort, c.MBID = r.text(), r.text(), r.text()
			c.Key = works.Hash(works.ArtistKey(c.Party, c.Name))
		}
		out = append(out, t)
	}
	if r.bad {
		return nil, fmt.Errorf("read what is kept of a unit: %w", store.ErrCorrupt)
	}
	return out, nil
}
