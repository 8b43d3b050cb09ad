package librarian

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// matter is what a batch makes of works that are kept and of works that are derived.
type matter struct {
	*batch
	change  *works.Change
	credits *credits
	keysOf  map[int64][]int64         // of former works that are replaced, or made of the same
	former  map[int64]*store.WorkView // works that may give their id
	derived []works.Work              // the artists first
	artists int                       // how many of them are
	beside  []*store.WorkView         // works below the artists that stay as they are
}

// write makes what is to be written.
func (b *batch) write(change *works.Change) error {
	m := &matter{batch: b, change: change, credits: newCredits(b.r), keysOf: make(map[int64][]int64),
		former: make(map[int64]*store.WorkView)}
	m.keepUnits()
	tops := works.Join(change.Parts)
	if err := m.readReplaced(); err != nil {
		return err
	}
	if err := m.deriveArtists(tops); err != nil {
		return err
	}
	m.derived = append(m.derived, tops...)
	if err := m.readBeside(); err != nil {
		return err
	}
	if err := m.readGone(); err != nil {
		return err
	}
	m.put(m.match())
	return nil
}

// keepUnits writes what is to be kept of the changed units.
func (m *matter) keepUnits() {
	for at, parts := range m.change.Units {
		u := m.units[m.ids[at]]
		traces := tracesOf(parts)
		if bytes.Equal(traces, u.traces) {
			continue
		}
		p := store.UnitPut{Unit: u.id, Traces: traces}
		for i := range u.kept {
			p.OldKeys = append(p.OldKeys, u.kept[i].Keys...)
			m.credits.change(u.kept[i].credit, -1)
		}
		for _, part := range parts {
			p.Keys = append(p.Keys, part.Trace().Keys...)
			m.credits.change(creditOf(part), 1)
		}
		p.Keys, p.OldKeys = sorted(p.Keys), sorted(p.OldKeys)
		m.out.Units = append(m.out.Units, p)
	}
}

func sorted(keys []int64) []int64 {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// readReplaced reads the works that are replaced: those of the keys, and what is below them.
func (m *matter) readReplaced() error {
	for key := range m.change.Keys {
		ids, err := m.r.WorksWith(key)
		if err != nil {
			return err
		}
		for _, id := range ids {
			m.keysOf[id] = append(m.keysOf[id], key)
			if err := m.readFormer(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFormer reads a work and all below it.
func (m *matter) readFormer(id int64) error {
	if m.former[id] != nil {
		return nil
	}
	w, err := m.r.Work(id)
	if err != nil || w == nil {
		return err
	}
	m.former[id] = w
	m.credits.reach(w.By)
	switch w.Kind {
	case store.WorkSeries, store.WorkSeason, store.WorkComic:
	default:
		return nil
	}
	below, err := m.r.ChildrenOf(id)
	for _, child := range below {
		if err == nil {
			err = m.readFormer(child)
		}
	}
	return err
}

// deriveArtists makes the artists of all that is derived, and reads the former ones.
func (m *matter) deriveArtists(tops []works.Work) error {
	for i := range tops {
		if k := tops[i].Kind; k == works.Album || k == works.Track {
			m.credits.reach(hashOf(tops[i].Parent))
		}
	}
	if err := m.credits.read(); err != nil {
		return err
	}
	for key := range m.credits.keys {
		ids, err := m.r.Artists(key)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if m.former[id], err = m.r.Bare(id); err != nil {
				return err
			}
		}
	}
	m.derived = m.credits.artists()
	m.artists = len(m.derived)
	m.out.Credits = m.credits.puts()
	return nil
}

// readBeside reads what else is below the former artists: artists are the sum of it, and go with most of it.
func (m *matter) readBeside() error {
	for id, w := range m.former {
		if w.Kind != store.WorkArtist || w.Gone > 0 {
			continue
		}
		below, err := m.r.ChildrenOf(id)
		if err != nil {
			return err
		}
		for _, child := range below {
			if m.former[child] != nil {
				continue
			}
			c, err := m.r.Bare(child)
			if err != nil {
				return err
			}
			m.beside = append(m.beside, c)
		}
	}
	return nil
}

// readGone reads works that are gone and may come back in what is derived.
func (m *matter) readGone() error {
	any, err := m.r.AnyGone()
	if err != nil || !any {
		return err
	}
	since := m.now.Add(-works.ReturnsWithin).UnixNano()
	take := func(ids []int64, err error) error {
		for _, id := range ids {
			if err == nil && m.former[id] == nil {
				m.former[id], err = m.r.Work(id)
			}
		}
		return err
	}
	for i := range m.derived {
		w := &m.derived[i]
		if err := take(m.r.GoneBy(hashOf(w.Key), since)); err != nil {
			return err
		}
		for _, member := range w.Members {
			if member.Role != works.Main {
				break
			}
			if err := take(m.r.GoneWith(member.ID, since)); err != nil {
				return err
			}
		}
	}
	return nil
}

// hashOf is the hash of a key of a work; 0 of none.
func hashOf(key string) int64 {
	if key == "" {
		return 0
	}
	return works.Hash(key)
}

// short is a key as it is compared: of former works only the hash is kept.
func short(hash int64) string {
	if hash == 0 {
		return ""
	}
	return string(binary.LittleEndian.AppendUint64(nil, uint64(hash))) //nolint:gosec // as it is
}

// match gives ids to what is derived; 0 to what is new. Works that stay below their artists take part, so that an
// artist goes with most of what is below it.
func (m *matter) match() []int64 {
	derived := make([]works.Work, 0, len(m.derived)+len(m.beside))
	for i := range m.derived {
		w := m.derived[i]
		w.Key, w.Parent = short(hashOf(w.Key)), short(hashOf(w.Parent))
		w.Aliases = nil
		for _, alias := range m.derived[i].Aliases {
			w.Aliases = append(w.Aliases, short(hashOf(alias)))
		}
		derived = append(derived, w)
	}
	var former []works.Former
	for _, w := range m.former {
		former = append(former, formerOf(w))
	}
	for _, w := range m.beside {
		former = append(former, formerOf(w))
		d := works.Work{Kind: works.Kind(w.Kind), Key: short(w.Key), Parent: short(w.By), Number: w.Number}
		d.Items = w.Items
		derived = append(derived, d)
	}
	slices.SortFunc(former, func(a, b works.Former) int { return cmp.Compare(a.ID, b.ID) })
	return works.Match(former, derived, m.now)[:len(m.derived)]
}

func formerOf(w *store.WorkView) works.Former {
	f := works.Former{ID: w.ID, Kind: works.Kind(w.Kind), Key: short(w.Key), Parent: w.Parent, Number: w.Number}
	if w.Gone > 0 {
		f.Gone = time.Unix(0, w.Gone)
	}
	for i := range w.Members {
		if w.Members[i].Role == store.RoleMain {
			f.Main = append(f.Main, w.Members[i].Item)
		}
	}
	return f
}

// put makes the works that are to be kept.
func (m *matter) put(ids []int64) {
	views := make([]store.WorkView, len(m.derived))
	at := make(map[int64]int, len(m.derived)) // by hashes of keys
	for i := range m.derived {
		views[i] = m.view(&m.derived[i])
		at[views[i].Key] = i
		for _, alias := range m.derived[i].Aliases {
			at[hashOf(alias)] = i
		}
	}
	for i := range views { // a season is where its episodes are
		if w := &m.derived[i]; w.Kind == works.Episode {
			season := &views[at[hashOf(w.Parent)]]
			season.Roots = union(season.Roots, views[i].Roots)
		}
	}
	m.sum(views, at)
	given := make(map[int64]bool, len(ids))
	place := make([]int, len(views)) // of what is derived among the puts
	for i := range views {
		place[i] = -1
		if i < m.artists && views[i].Children == 0 {
			continue // nothing is by it any more
		}
		p := store.WorkPut{New: views[i], ParentAt: -1}
		if ids[i] != 0 {
			given[ids[i]] = true
			p.New.ID, p.Old, p.OldKeys = ids[i], m.former[ids[i]], m.keysOf[ids[i]]
		}
		if above, ok := at[hashOf(m.derived[i].Parent)]; ok && m.derived[i].Parent != "" {
			p.ParentAt = place[above]
		}
		for _, key := range m.derived[i].PartKeys {
			p.Keys = append(p.Keys, works.Hash(key))
		}
		place[i] = len(m.out.Puts)
		m.out.Puts = append(m.out.Puts, p)
	}
	for _, w := range m.beside { // an artist may have become another
		if above, ok := at[w.By]; ok && place[above] >= 0 {
			if p := &m.out.Puts[place[above]]; p.New.ID != w.Parent {
				m.out.Puts = append(m.out.Puts, store.WorkPut{Old: w, New: *w, ParentAt: place[above]})
			}
		}
	}
	for id, w := range m.former {
		if w.Gone == 0 && !given[id] {
			m.out.Gone = append(m.out.Gone, store.WorkEnd{Work: id, OldKeys: m.keysOf[id]})
		}
	}
	slices.SortFunc(m.out.Gone, func(a, b store.WorkEnd) int { return cmp.Compare(a.Work, b.Work) })
}

// sum gives artists the sum of what is below them.
func (m *matter) sum(views []store.WorkView, at map[int64]int) {
	below := make(map[int][]*store.WorkView)
	for i := m.artists; i < len(views); i++ {
		if above, ok := at[views[i].By]; ok && views[i].By != 0 && above < m.artists {
			below[above] = append(below[above], &views[i])
		}
	}
	for _, w := range m.beside {
		if above, ok := at[w.By]; ok && above < m.artists {
			below[above] = append(below[above], w)
		}
	}
	for i, children := range below {
		slices.SortFunc(children, func(a, b *store.WorkView) int { return cmp.Compare(a.Key, b.Key) })
		sumUp(&views[i], children)
	}
}

func sumUp(w *store.WorkView, children []*store.WorkView) {
	var t works.Totals
	for _, c := range children {
		of := works.Totals{Items: c.Items, Missing: c.Missing, Size: c.Size, Genres: c.Genres, Languages: c.Languages,
			SubtitleLanguages: c.SubtitleLanguages, Height: c.Height, HDR: c.HDR, AddedAt: time.Unix(0, c.AddedAt)}
		t.Add(&of)
		w.Duration += c.Duration
		w.Artwork = cmp.Or(w.Artwork, c.Artwork)
		w.Roots = union(w.Roots, c.Roots)
	}
	w.Items, w.Missing, w.Children, w.Size = t.Items, t.Missing, t.Children, t.Size
	w.Genres, w.Languages, w.SubtitleLanguages = t.Genres, t.Languages, t.SubtitleLanguages
	w.Height, w.HDR = t.Height, t.HDR
	w.AddedAt = t.AddedAt.UnixNano()
}

// union is the texts of both, in order.
func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// view is a derived work as it is kept.
func (m *matter) view(d *works.Work) store.WorkView {
	w := store.WorkView{Kind: string(d.Kind), Title: d.Title, SortTitle: d.SortTitle, Key: hashOf(d.Key),
		Number: d.Number, Date: d.Date, Year: d.Year, EndYear: d.EndYear, Group: d.Group, Roots: slices.Clone(d.Roots),
		Authors: d.Authors, Narrators: d.Narrators, Artists: d.Artists, Series: d.Series, IDs: d.IDs,
		Artwork: d.Artwork, Gaps: d.Gaps, Items: d.Items, Children: d.Children, Versions: d.Versions,
		Missing: d.Missing, Size: d.Size, Duration: int64(math.Round(d.Duration * 1000)), Genres: d.Genres,
		Languages: d.Languages, SubtitleLanguages: d.SubtitleLanguages, Height: d.Height, HDR: d.HDR}
	if d.Kind == works.Album || d.Kind == works.Track {
		w.By = hashOf(d.Parent)
	}
	if !d.AddedAt.IsZero() {
		w.AddedAt = d.AddedAt.UnixNano()
	}
	w.Members = make([]store.Member, len(d.Members))
	for i, member := range d.Members {
		read := m.read[member.ID]
		w.Members[i] = store.Member{Item: member.ID, Role: string(member.Role), Version: member.Version,
			Part: member.Part, Extra: member.Extra, Language: strings.Clone(member.Language), Seq: read.seq}
		if member.Role == works.Main && len(d.Roots) == 0 && !slices.Contains(w.Roots, read.root) {
			w.Roots = append(w.Roots, read.root)
		}
	}
	slices.Sort(w.Roots)
	return w
}
