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
	views   []store.WorkView          // of what is derived, as it is kept
	at      map[int64]int             // what is derived by hashes of keys
	stays   map[int]*stay             // what stays below artists and is not read, by their places in derived
	beside  []*store.WorkView         // works below the artists that stay as they are, and are read
}

// write makes what is to be written.
func (b *batch) write(change *works.Change) error {
	m := &matter{batch: b, change: change, credits: newCredits(b.r), keysOf: make(map[int64][]int64),
		former: make(map[int64]*store.WorkView), stays: make(map[int]*stay)}
	b.read.sort()
	b.room.read = b.read
	m.keepUnits()
	b.room.joined = works.AppendJoined(b.room.joined[:0], change.Parts)
	tops := b.room.joined
	m.letGo()
	if err := m.readReplaced(); err != nil {
		return err
	}
	if err := m.deriveArtists(tops); err != nil {
		return err
	}
	m.derived = slices.Insert(tops, 0, m.derived...)
	b.room.joined = m.derived
	m.makeViews()
	if err := m.readBeside(); err != nil {
		return err
	}
	if err := m.readGone(); err != nil {
		return err
	}
	ids := m.match()
	if m.isLeft(ids) {
		if err := m.readStays(); err != nil {
			return err
		}
		ids = m.match()
	}
	m.put(ids)
	return nil
}

// letGo lets go of what works have been made of: there may be far more of it than of them.
func (m *matter) letGo() {
	m.change.Parts, m.change.Units = nil, nil
	for _, u := range m.units {
		u.items, u.kept = nil, nil
	}
	m.room.letGo()
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
	if err := expect(m.r, func() *Expected { return &Expected{WorksWith: m.change.Kept} }); err != nil {
		return err
	}
	for _, key := range m.change.Kept {
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
	return m.replace(w)
}

// replace notes a former work, and reads all below it.
func (m *matter) replace(w *store.WorkView) error {
	m.former[w.ID] = w
	m.credits.reach(w.By)
	switch w.Kind {
	case store.WorkSeries, store.WorkSeason, store.WorkComic:
	default:
		return nil
	}
	var below []*store.WorkView
	err := m.r.Children(w.ID, func(child *store.WorkView) {
		if m.former[child.ID] == nil {
			below = append(below, child)
		}
	})
	for _, child := range below {
		if err == nil {
			err = m.r.Fill(child)
		}
		if err == nil {
			err = m.replace(child)
		}
	}
	return err
}

// readGone reads works that are gone and may come back in what is derived.
func (m *matter) readGone() error {
	any, err := m.r.AnyGone()
	if err != nil || !any {
		return err
	}
	since := m.now.Add(-works.ReturnsWithin).UnixNano()
	if err := m.expectGone(since); err != nil {
		return err
	}
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
// artist goes with most of what is below it. What no former work is of a kind with cannot get an id, and takes none.
func (m *matter) match() []int64 {
	ids := make([]int64, len(m.derived))
	var former []works.Former
	for _, w := range m.former {
		former = append(former, formerOf(w))
	}
	derived, places := m.ofKinds(former)
	defer func() { m.room.alike = derived }()
	for _, w := range m.beside {
		former = append(former, formerOf(w))
		d := works.Work{Kind: works.Kind(w.Kind), Key: short(w.Key), Parent: short(w.By), Number: w.Number}
		d.Items = w.Items
		derived = append(derived, d)
	}
	for i, s := range m.stays {
		f, d := s.asOne(m.views[i].Key)
		former, derived = append(former, f), append(derived, d)
	}
	slices.SortFunc(former, func(a, b works.Former) int { return cmp.Compare(a.ID, b.ID) })
	given := works.Match(former, derived, m.now)
	for i, place := range places {
		ids[place] = given[i]
	}
	return ids
}

// ofKinds is what is derived of the kinds of former works, with its places in derived. Keys are as they are compared.
func (m *matter) ofKinds(former []works.Former) (derived []works.Work, places []int) {
	kinds := map[works.Kind]bool{works.Album: len(m.beside) > 0, works.Track: len(m.beside) > 0}
	for i := range former {
		kinds[former[i].Kind] = true
	}
	derived = m.room.alike[:0]
	for i := range m.derived {
		if !kinds[m.derived[i].Kind] {
			continue
		}
		w := m.derived[i]
		w.Key, w.Parent, w.Aliases = short(m.views[i].Key), short(hashOf(w.Parent)), nil
		for _, alias := range m.derived[i].Aliases {
			w.Aliases = append(w.Aliases, short(hashOf(alias)))
		}
		derived, places = append(derived, w), append(places, i)
	}
	return derived, places
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

// makeViews makes what is derived as it is kept, but for what artists are the sum of.
func (m *matter) makeViews() {
	m.room.views = slices.Grow(m.room.views[:0], len(m.derived))
	m.views = m.room.views[:len(m.derived)]
	m.at = make(map[int64]int, len(m.derived))
	for i := range m.derived {
		m.view(&m.views[i], &m.derived[i])
		m.at[m.views[i].Key] = i
		for _, alias := range m.derived[i].Aliases {
			m.at[hashOf(alias)] = i
		}
	}
	for i := range m.views { // a season is where its episodes are
		if w := &m.derived[i]; w.Kind == works.Episode {
			season := &m.views[m.at[hashOf(w.Parent)]]
			season.Roots = union(season.Roots, m.views[i].Roots)
		}
	}
}

// put makes the works that are to be kept.
func (m *matter) put(ids []int64) {
	m.sum()
	given := make(map[int64]bool, len(ids))
	place := make([]int, len(m.views)) // of what is derived among the puts
	m.out.Puts = slices.Grow(m.room.puts[:0], len(m.views))
	for i := range m.views {
		place[i] = -1
		if i < m.artists && m.views[i].Children == 0 {
			continue // nothing is by it any more
		}
		p := store.WorkPut{New: m.views[i], ParentAt: -1}
		if ids[i] != 0 {
			given[ids[i]] = true
			p.New.ID, p.Old, p.OldKeys = ids[i], m.former[ids[i]], m.keysOf[ids[i]]
		}
		if parent := m.derived[i].Parent; parent != "" {
			if above, ok := m.at[hashOf(parent)]; ok {
				p.ParentAt = place[above]
			}
		}
		for _, key := range m.derived[i].PartKeys {
			p.Keys = append(p.Keys, works.Hash(key))
		}
		place[i] = len(m.out.Puts)
		m.out.Puts = append(m.out.Puts, p)
	}
	for _, w := range m.beside { // an artist may have become another
		if above, ok := m.at[w.By]; ok && place[above] >= 0 {
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
	m.room.puts = m.out.Puts
	slices.SortFunc(m.out.Gone, func(a, b store.WorkEnd) int { return cmp.Compare(a.Work, b.Work) })
}

// view makes a derived work as it is kept.
func (m *matter) view(w *store.WorkView, d *works.Work) {
	*w = store.WorkView{Kind: string(d.Kind), Title: d.Title, SortTitle: d.SortTitle, Key: hashOf(d.Key),
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
		seq, root := m.read.find(member.ID)
		w.Members[i] = store.Member{Item: member.ID, Role: string(member.Role), Version: member.Version,
			Part: member.Part, Extra: member.Extra, Language: strings.Clone(member.Language), Seq: seq}
		if member.Role == works.Main && len(d.Roots) == 0 && !slices.Contains(w.Roots, root) {
			w.Roots = append(w.Roots, root)
		}
	}
	slices.Sort(w.Roots)
}
