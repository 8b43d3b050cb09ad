package works_test

import (
	"slices"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/works"
)

var now = time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)

func film(key string, items ...int64) works.Work { return work(works.Movie, key, "", items...) }

func work(kind works.Kind, key, parent string, items ...int64) works.Work {
	w := works.Work{Kind: kind, Key: key, Parent: parent}
	w.Items = len(items)
	for _, id := range items {
		w.Members = append(w.Members, works.Member{ID: id, Role: works.Main})
	}
	return w
}

func was(id int64, kind works.Kind, key string, parent int64, items ...int64) works.Former {
	return works.Former{ID: id, Kind: kind, Key: key, Parent: parent, Main: items}
}

func old(id int64, key string, items ...int64) works.Former {
	return was(id, works.Movie, key, 0, items...)
}

func TestMatchKeepsIDs(t *testing.T) {
	gone := func(f works.Former, days int) works.Former {
		f.Gone = now.Add(-time.Duration(days) * 24 * time.Hour)
		return f
	}
	for _, c := range []struct {
		name    string
		former  []works.Former
		derived []works.Work
		want    []int64
	}{
		{"a film that is renamed", []works.Former{old(7, "a", 1)}, []works.Work{film("b", 1)}, []int64{7}},
		{"a version more, a version less", []works.Former{old(7, "a", 1), old(8, "b", 2, 3)},
			[]works.Work{film("a", 1, 4), film("b", 3)}, []int64{7, 8}},
		{"a file that was replaced: the key tells", []works.Former{old(7, "a", 1)}, []works.Work{film("a", 2)}, []int64{7}},
		{"split: the larger part keeps it", []works.Former{old(7, "a", 1, 2, 3)},
			[]works.Work{film("a", 1), film("b", 2, 3)}, []int64{0, 7}},
		{"split in halves: the one that is called so keeps it", []works.Former{old(7, "b", 1, 2)},
			[]works.Work{film("a", 1), film("b", 2)}, []int64{0, 7}},
		{"merged: the larger one's stays", []works.Former{old(7, "a", 1), old(8, "b", 2, 3)},
			[]works.Work{film("a", 1, 2, 3)}, []int64{8}},
		{"merged alike: the older one's stays", []works.Former{old(8, "b", 2), old(7, "a", 1)},
			[]works.Work{film("c", 1, 2)}, []int64{7}},
		{"back within 30 days", []works.Former{gone(old(7, "a", 1), 29)}, []works.Work{film("a", 9)}, []int64{7}},
		{"back later is new", []works.Former{gone(old(7, "a", 1), 31)}, []works.Work{film("a", 1)}, []int64{0}},
		{"what is there comes before what is gone", []works.Former{gone(old(7, "a", 1), 1), old(8, "b", 1)},
			[]works.Work{film("a", 1)}, []int64{8}},
		{"another kind is another work", []works.Former{old(7, "a", 1)},
			[]works.Work{work(works.Episode, "a", "", 1)}, []int64{0}},
		{"a show's folder is renamed: all keep theirs, two episodes of one file too",
			[]works.Former{was(1, works.Series, "a", 0), was(2, works.Season, "a1", 1), numbered(was(3, works.Episode, "a11", 2, 1), 1),
				numbered(was(4, works.Episode, "a12", 2, 1), 2)},
			[]works.Work{work(works.Series, "b", ""), work(works.Season, "b1", "b"), number(work(works.Episode, "b12", "b1", 1), 2),
				number(work(works.Episode, "b11", "b1", 1), 1)}, []int64{1, 2, 4, 3}},
		{"an artist goes with most of the albums",
			[]works.Former{was(1, works.Artist, "a", 0), was(2, works.Album, "x", 1, 1, 2), was(3, works.Album, "y", 1, 3)},
			[]works.Work{work(works.Artist, "b", ""), work(works.Artist, "c", ""), work(works.Album, "x", "b", 1, 2), work(works.Album, "y", "c", 3)},
			[]int64{1, 0, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := works.Match(c.former, c.derived, now)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			former := slices.Clone(c.former)
			slices.Reverse(former)
			if again := works.Match(former, c.derived, now); !slices.Equal(again, got) {
				t.Errorf("in another order %v, not %v", again, got)
			}
		})
	}
}

func numbered(f works.Former, n float64) works.Former { f.Number = &n; return f }

func number(w works.Work, n float64) works.Work { w.Number = &n; return w }
