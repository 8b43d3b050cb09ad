package librarian

import (
	"maps"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

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
	err := expect(m.r, func() *Expected { return &Expected{Artists: slices.Collect(maps.Keys(m.credits.keys))} })
	if err != nil {
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

// stay is what stays below an artist that stays the same one: all but what is replaced. It is known from the artist's
// sums alone, so that one album of a hundred thousand is written without a look at the others.
type stay struct {
	artist  *store.WorkView // as it is kept
	was, is store.WorkView  // the sums of what is replaced below it, and of what that becomes
}

// readBeside finds what else is below the former artists: artists are the sum of it, and go with most of it. It is read
// where the sums do not tell.
func (m *matter) readBeside() error {
	before := m.credits.before()
	was, is := m.sumReplaced()
	for id, w := range m.former {
		if w.Kind != store.WorkArtist || w.Gone > 0 {
			continue
		}
		if i, ok := m.at[w.Key]; ok && i < m.artists && m.views[i].Key == w.Key {
			if aliases, known := before[w.Key]; known && slices.Equal(aliases, m.derived[i].Aliases) {
				if s := (&stay{w, was[id], is[i]}); s.tells() {
					m.stays[i] = s
					continue
				}
			}
		}
		if err := m.readBelow(id); err != nil {
			return err
		}
	}
	return nil
}

// sumReplaced sums up what is replaced below artists, by their ids, and what that becomes, by their places.
func (m *matter) sumReplaced() (was map[int64]store.WorkView, is map[int]store.WorkView) {
	was, is = make(map[int64]store.WorkView), make(map[int]store.WorkView)
	for _, w := range m.former {
		if w.By != 0 && w.Gone == 0 {
			sum := was[w.Parent]
			addTo(&sum, w)
			was[w.Parent] = sum
		}
	}
	for i := m.artists; i < len(m.views); i++ {
		if by := m.views[i].By; by != 0 {
			if above, ok := m.at[by]; ok {
				sum := is[above]
				addTo(&sum, &m.views[i])
				is[above] = sum
			}
		}
	}
	return was, is
}

// tells reports whether the artist's sums can be had without a look at what stays: whatever of them only what is
// replaced may have given, it gives again.
func (s *stay) tells() bool {
	a, was, is := s.artist, &s.was, &s.is
	return isWithin(was.Roots, is.Roots) && isWithin(was.Genres, is.Genres) && isWithin(was.Languages, is.Languages) &&
		isWithin(was.SubtitleLanguages, is.SubtitleLanguages) &&
		(was.Height < a.Height || was.Height <= is.Height) &&
		(was.HDR != a.HDR || works.BetterHDR(was.HDR, is.HDR) == is.HDR) &&
		(was.AddedAt < a.AddedAt || was.AddedAt <= is.AddedAt) &&
		(was.Artwork == 0 || was.Artwork > a.Artwork || is.Artwork != 0 && is.Artwork <= was.Artwork)
}

func isWithin(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// sum gives an artist its sums.
func (s *stay) sum(w *store.WorkView) {
	addTo(w, s.artist)
	addTo(w, &s.is)
	w.Items, w.Missing = s.artist.Items-s.was.Items+s.is.Items, s.artist.Missing-s.was.Missing+s.is.Missing
	w.Children = s.artist.Children - s.was.Children + s.is.Children
	w.Size, w.Duration = s.artist.Size-s.was.Size+s.is.Size, s.artist.Duration-s.was.Duration+s.is.Duration
}

// asOne makes one work of what stays, for an artist goes with most of what is below it.
func (s *stay) asOne(artist int64) (f works.Former, d works.Work) {
	f = works.Former{ID: -s.artist.ID, Kind: works.Album, Key: "\x00" + short(artist), Parent: s.artist.ID}
	d = works.Work{Kind: f.Kind, Key: f.Key, Parent: short(artist)}
	d.Items = s.artist.Items - s.was.Items
	if d.Items == 0 {
		d.Parent = "" // nothing stays
	}
	return f, d
}

// isLeft reports whether an artist has become another while what is below it stays: then that has to be read.
func (m *matter) isLeft(ids []int64) bool {
	for i, s := range m.stays {
		if ids[i] != s.artist.ID && s.artist.Children > s.was.Children {
			return true
		}
	}
	return false
}

// readStays reads what stays below artists.
func (m *matter) readStays() error {
	for i, s := range m.stays {
		delete(m.stays, i)
		if err := m.readBelow(s.artist.ID); err != nil {
			return err
		}
	}
	return nil
}

// readBelow reads what is below a former artist and stays. What is derived is among it where no folder makes it any
// more as far as is known, which no catalog should have: then it is replaced, or there would be two.
func (m *matter) readBelow(artist int64) error {
	var again []*store.WorkView
	err := m.r.Children(artist, func(w *store.WorkView) {
		m.reread++
		switch i, derived := m.at[w.Key]; {
		case m.former[w.ID] != nil:
		case derived && i >= m.artists && m.views[i].Kind == w.Kind:
			again = append(again, w)
		default:
			m.beside = append(m.beside, w)
		}
	})
	for _, w := range again {
		if err == nil {
			m.former[w.ID], err = w, m.r.Fill(w)
		}
	}
	return err
}

// sum gives artists the sums of what is below them.
func (m *matter) sum() {
	for i, s := range m.stays {
		s.sum(&m.views[i])
	}
	add := func(w *store.WorkView) {
		if above, ok := m.at[w.By]; ok && w.By != 0 && above < m.artists && m.stays[above] == nil {
			addTo(&m.views[above], w)
		}
	}
	for i := m.artists; i < len(m.views); i++ {
		add(&m.views[i])
	}
	for _, w := range m.beside {
		add(w)
	}
}

// addTo adds to the sums of an artist, whatever the order: the texts are the first ones of all, and what shows it is the
// oldest picture.
func addTo(w, c *store.WorkView) {
	w.Items += c.Items
	w.Missing += c.Missing
	w.Children++
	w.Size += c.Size
	w.Duration += c.Duration
	w.Genres = firstOf(w.Genres, c.Genres)
	w.Languages = firstOf(w.Languages, c.Languages)
	w.SubtitleLanguages = firstOf(w.SubtitleLanguages, c.SubtitleLanguages)
	w.Roots = union(w.Roots, c.Roots)
	w.Height = max(w.Height, c.Height)
	w.HDR = works.BetterHDR(w.HDR, c.HDR)
	w.AddedAt = max(w.AddedAt, c.AddedAt)
	if w.Artwork == 0 || c.Artwork != 0 && c.Artwork < w.Artwork {
		w.Artwork = c.Artwork
	}
}

// firstOf are the first texts of both, in order.
func firstOf(to, from []string) []string {
	for _, s := range from {
		if i, found := slices.BinarySearch(to, s); !found && i < works.MaxTexts {
			to = slices.Insert(to, i, s)
			to = to[:min(len(to), works.MaxTexts)]
		}
	}
	return to
}

// union is the texts of both, in order.
func union(a, b []string) []string {
	if isWithin(b, a) {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
