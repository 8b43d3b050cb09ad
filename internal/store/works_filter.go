package store

import (
	"database/sql/driver"
	"maps"
	"slices"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// workFacts are what a work says of itself.
func workFacts(f *filter.Facts, w *WorkView) {
	shownFacts(f, w)
	f.Add(filter.Kind, w.Kind)
	if w.Kind == WorkAlbum {
		f.Add(filter.Album, w.Title)
	}
	for _, provider := range slices.Sorted(maps.Keys(w.IDs)) {
		f.Add(filter.IDs, provider+":"+w.IDs[provider])
	}
	if w.Parent > 0 {
		f.Add(filter.Parent, strconv.FormatInt(w.Parent, 10))
	}
	if len(w.Gaps) > 0 {
		f.Add(filter.Gaps, "true")
	}
	if w.Artwork > 0 {
		f.Add(filter.Has, "artwork")
	}
	if len(w.SubtitleLanguages) > 0 {
		f.Add(filter.Has, "subtitles")
	}
	f.Set(filter.Size, w.Size)
	f.Set(filter.Updated, w.UpdatedAt)
	if w.Duration != 0 {
		f.Set(filter.Duration, filter.Seconds(float64(w.Duration)/1000))
	}
}

// shownFacts are those of them that facets show.
func shownFacts(f *filter.Facts, w *WorkView) {
	of := func(field filter.Field, values []string) {
		for _, v := range values {
			f.Add(field, v)
		}
	}
	of(filter.Root, w.Roots)
	of(filter.Audio, w.Languages)
	of(filter.Subtitles, w.SubtitleLanguages)
	of(filter.Genre, w.Genres)
	of(filter.Artist, w.Artists)
	of(filter.Author, w.Authors)
	f.Add(filter.HDR, w.HDR)
	f.Add(filter.Series, w.Series)
	switch w.Kind {
	case WorkArtist:
		f.Add(filter.Artist, w.Title)
	case WorkSeries:
		f.Add(filter.Series, w.Title)
	}
	unlessUnknown := func(field filter.Field, n int64) {
		if n != 0 {
			f.Set(field, n)
		}
	}
	unlessUnknown(filter.Added, w.AddedAt)
	unlessUnknown(filter.Year, int64(w.Year))
	unlessUnknown(filter.Height, int64(w.Height))
}

// passes reports whether a work is one of those asked for.
func (q *WorkQuery) passes(c *conn, w *WorkView) (bool, error) {
	if says := q.says(w); !says || q.Under == "" {
		return says, nil
	}
	return liesUnder(c, w.ID, q.Under)
}

// says reports whether a work is one of those asked for by what it says of itself.
func (q *WorkQuery) says(w *WorkView) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, w.Kind) {
		return false
	}
	if q.Filter.IsEmpty() {
		return true
	}
	q.facts.Clear()
	workFacts(&q.facts, w)
	return q.Filter.Matches(&q.facts)
}

// liesUnder reports whether a main item of a work, or of one below it, lies in a directory of any root, or below it.
func liesUnder(c *conn, work int64, dir string) (bool, error) {
	const sql = `WITH RECURSIVE below (id) AS (VALUES (?1)
			UNION ALL SELECT w.id FROM below b JOIN works w ON w.parent = b.id AND w.parent > 0 AND w.gone = 0)
		SELECT 1 FROM below b CROSS JOIN members m ON m.work = b.id CROSS JOIN items i ON i.id = m.item
			CROSS JOIN dirs d ON d.id = i.dir
		WHERE (m.how IS NULL OR substr(m.how, 1, 1) = x'00')
			AND (d.path = ?2 OR (d.path >= ?3 AND d.path < ?4)) LIMIT 1`
	args := []driver.Value{work, []byte(dir), []byte(dir + "/"), []byte(dir + "0")} // '0' follows '/'
	return c.one(sql, func(row) {}, args...)
}
