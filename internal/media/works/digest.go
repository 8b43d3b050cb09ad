package works

import (
	"math"
	"math/bits"
)

// digester digests numbers, and texts by their hashes and lengths, so that what is told otherwise is another.
type digester uint64

func (h *digester) number(n int64) {
	high, low := bits.Mul64(uint64(*h)^uint64(n), 0x9e3779b97f4a7c15) //nolint:gosec // as it is
	*h = digester(bits.RotateLeft64(high^low, 23) + 0xa0761d6478bd642f)
}

func (h *digester) text(s string) {
	h.number(int64(len(s)))
	h.number(Hash(s))
}

func (h *digester) texts(list []string) {
	h.number(int64(len(list)))
	for _, s := range list {
		h.text(s)
	}
}

func (h *digester) fraction(f *float64) {
	if f == nil {
		h.number(-1)
		return
	}
	h.number(int64(math.Float64bits(*f)))
}

func (h *digester) ids(ids map[string]string) {
	for _, k := range sortedKeys(ids) {
		h.text(k)
		h.text(ids[k])
	}
	h.number(int64(len(ids)))
}

func (h *digester) versions(vs []version) {
	h.number(int64(len(vs)))
	for i := range vs {
		h.text(vs[i].edition)
		h.number(int64(len(vs[i].items)))
		for _, it := range vs[i].items {
			h.number(it.ID)
			h.number(it.Seq)
		}
	}
}

func (h *digester) members(list []Member) {
	h.number(int64(len(list)))
	for i := range list {
		h.number(list[i].ID)
		h.text(string(list[i].Role))
		h.text(list[i].Extra)
		h.text(list[i].Language)
	}
}

// digest is another whenever the part says anything else or is made of other items: of an item, its Seq stands for all.
func (p *Part) digest() uint64 {
	h := digester(14695981039346656037)
	h.text(string(p.Kind))
	h.text(p.Unit.Root)
	h.text(p.Unit.Dir)
	h.texts(p.Keys)
	by := &p.Credit
	for _, s := range [...]string{p.group, p.title, p.sort, p.series, p.edition, p.date, by.Name, by.Sort, by.ID} {
		h.text(s)
	}
	for _, list := range [...][]string{p.titleKeys, p.authors, p.narrators, p.artists, p.genres} {
		h.texts(list)
	}
	h.number(int64(p.year))
	h.number(p.newest)
	h.fraction(p.number)
	h.ids(p.ids)
	if p.sure {
		h.number(1)
	}
	h.versions(p.versions)
	h.members(p.others)
	for i := range p.leaves {
		l := &p.leaves[i]
		h.number(int64(l.season))
		h.text(l.key)
		h.text(l.title)
		h.text(l.date)
		h.versions(l.versions)
		h.members(l.others)
	}
	for i := range p.tracks {
		t := &p.tracks[i]
		h.number(t.item.ID)
		h.number(t.item.Seq)
		h.number(int64(t.disc))
		h.number(int64(t.num))
		h.number(int64(t.version))
	}
	return uint64(h)
}
