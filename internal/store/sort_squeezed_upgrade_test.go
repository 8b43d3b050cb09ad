package store

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Keys of before are longer, and stand in another order beside those of now: they are all made anew.
func TestSortsOfACatalogOfSchema22AreMadeAnewWithTheirIndexes(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root, one := r.addRoot("music"), 1
	for i, d := range []media.Description{
		{Title: "Wolves", Album: "Tarn", AlbumArtist: "Orra", Track: 2, Series: "Tides", Season: &one, Episodes: []int{3}},
		{Title: "Ash", Album: "Tarn", AlbumArtist: "Orra", Track: 1, Series: "Tides", Season: &one, Episodes: []int{1}},
		{}, // without a title, an album and a series
		{Title: "Война", Album: "Ash", AlbumArtist: "Orra", Track: 7, Series: "Tides", Season: &one,
			Episodes: []int{2}},
	} {
		r.put(root, string(rune('a'+i)), func(it *Item) { it.Doc = doc(d) })
	}
	r.indexAll()
	r.keep(fresh(WorkView{Kind: WorkMovie, Title: "Tarn", SortTitle: "Tarn", Items: 1}))
	r.update(func(tx *Tx) error { return tx.c.setMeta("works_rules", int64(3)) })
	sums := r.numbers("SELECT sum(n) FROM fact_sums")
	r.stop()
	shell(t, dir, `UPDATE sort_keys SET title = x'ff', track = x'ff', episode = x'ff' WHERE id <> 3;
		UPDATE works SET title = x'ff'`)
	makeOlder(t, dir, 22)
	shell(t, dir, "INSERT INTO meta SELECT 'indexed', value FROM meta WHERE key = 'head'")

	r = runAt(t, dir, Options{})
	defer r.stop()
	if rules, err := r.WorkRules(t.Context()); rules != 0 || err != nil {
		t.Errorf("works are of rules %d, and not derived anew: %v", rules, err)
	}
	if keys := r.numbers("SELECT count(*) FROM works WHERE title IS NOT NULL"); keys[0] != 0 {
		t.Errorf("%d works have keys of before", keys[0])
	}
	r.indexAll()
	for sort, want := range map[string][]int64{"title": {2, 1, 4, 3}, "track": {4, 2, 1, 3}, "episode": {2, 4, 1, 3}} {
		var got []int64
		for _, v := range r.all(t, Query{Sort: sort, Limit: 2}, nil) {
			got = append(got, v.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %s: %v, want %v", sort, got, want)
		}
	}
	if now := r.numbers("SELECT sum(n) FROM fact_sums"); now[0] != sums[0] {
		t.Errorf("%d facts are counted, there were %d", now[0], sums[0])
	}
}
