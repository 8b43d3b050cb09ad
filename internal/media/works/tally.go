package works

import "slices"

// tally sums up main items, each once.
type tally struct {
	Totals
	leaves int
	seen   map[int64]bool // of items that may come again: files of several episodes
}

// version counts a version of a work; the first one is as long as the work is.
func (t *tally) version(v *version, first bool) {
	t.Versions++
	for _, it := range v.items {
		t.item(it, first)
	}
}

// leaf counts an episode or issue in what is above it.
func (t *tally) leaf(l *leaf) {
	t.leaves++
	for i := range l.versions {
		for _, it := range l.versions[i].items {
			if len(it.Episodes) > 1 {
				if t.seen[it.ID] {
					continue
				}
				if t.seen == nil {
					t.seen = make(map[int64]bool)
				}
				t.seen[it.ID] = true
			}
			t.item(it, i == 0)
		}
	}
}

func (t *tally) item(it *Item, timed bool) {
	t.Items++
	t.Size += it.Size
	if it.Missing {
		t.Missing++
	}
	if it.AddedAt.After(t.AddedAt) {
		t.AddedAt = it.AddedAt
	}
	t.Genres = union(t.Genres, it.Genres)
	t.Languages = union(t.Languages, it.Languages)
	for i := range it.Companions {
		if c := &it.Companions[i]; c.Role == "subtitles" && c.Language != "" {
			t.SubtitleLanguages = include(t.SubtitleLanguages, c.Language)
		}
	}
	if timed {
		t.Duration += it.Seconds
	}
	t.Height = max(t.Height, it.Height)
	t.HDR = BetterHDR(t.HDR, it.HDR)
	t.Languages = union(t.Languages, it.Audio)
	t.SubtitleLanguages = union(t.SubtitleLanguages, it.Subtitles)
}

// into gives a work what was counted.
func (t *tally) into(w *Work) {
	children, genres := w.Children, w.Genres
	w.Totals = t.Totals
	w.Children = children
	w.Genres = union(genres, t.Genres)
	slices.Sort(w.Languages)
	slices.Sort(w.SubtitleLanguages)
}

// Add counts a work in the one above it.
func (t *Totals) Add(child *Totals) {
	t.Children++
	t.Items += child.Items
	t.Missing += child.Missing
	t.Size += child.Size
	t.Duration += child.Duration
	t.Genres = union(t.Genres, child.Genres)
	t.Languages = union(t.Languages, child.Languages)
	t.SubtitleLanguages = union(t.SubtitleLanguages, child.SubtitleLanguages)
	t.Height = max(t.Height, child.Height)
	t.HDR = BetterHDR(t.HDR, child.HDR)
	if child.AddedAt.After(t.AddedAt) {
		t.AddedAt = child.AddedAt
	}
}

// hdrOrder says which of two is to be shown.
var hdrOrder = map[string]int{"": 0, "pq": 1, "hlg": 2, "hdr10": 3, "dolby_vision": 4}

// BetterHDR is the better of two.
func BetterHDR(a, b string) string {
	if b != "" && hdrOrder[b] > hdrOrder[a] {
		return b
	}
	return a
}

// MaxTexts is how many genres, languages or names a work lists of what it holds.
const MaxTexts = 32

func union(to, from []string) []string {
	for _, s := range from {
		to = include(to, s)
	}
	return to
}

func include(to []string, s string) []string {
	if len(to) >= MaxTexts || slices.Contains(to, s) {
		return to
	}
	return append(to, s)
}
