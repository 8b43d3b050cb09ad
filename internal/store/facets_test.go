package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// oneSpelling is how the spellings of richItem that a filter takes for one are compared.
var oneSpelling = strings.NewReplacer("é", "e", "ö", "o", "ё", "е", "æ", "ae", "ø", "o")

func TestFacetsAreWhatTheItemsThemselvesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			r.update(func(tx *Tx) error {
				for i := range rapid.IntRange(1, 20).Draw(t, "items") {
					name := []string{"a/%d.mkv", "a/x/%d.FLAC", "b/y/z/%d.mkv", "%d.flac"}[i%4]
					if _, err := putIn(tx, roots[i%2], fmt.Sprintf(name, i), func(it *Item) { richItem(t, it) }); err != nil {
						return err
					}
				}
				return nil
			})
			r.indexAll()
			r.holdSome(t)
			asked := rapid.SliceOfNDistinct(rapid.SampledFrom(questions), 0, 2, func(q string) string { return q[:strings.IndexByte(q, '=')] }).Draw(t, "asked")
			by := rapid.SliceOfNDistinct(rapid.SampledFrom(itemFacets), 1, MaxFacets, rapid.ID).Draw(t, "by")
			if rapid.Bool().Draw(t, "cells") {
				asked, by = asked[:0], []string{"kind", "root", "state"}
			}
			under := rapid.SampledFrom([]string{"", "", "a", "b/y"}).Draw(t, "under")
			text := rapid.SampledFrom([]string{"", "", "mkv"}).Draw(t, "text")
			for range 2 { // and as it is kept
				got, err := r.ItemFacets(context.Background(), Query{Filter: parsed(t, strings.Join(asked, "&")), Under: under, Text: text}, by)
				if err != nil || !got.Complete {
					t.Fatalf("%v, complete %v", err, got.Complete)
				}
				total, want := naiveFacets(r.exported(), asked, under, text, by)
				if got.Total != total {
					t.Fatalf("%s under %q: in all %+v, want %+v", asked, under, got.Total, total)
				}
				for i, name := range by {
					if have := sumsOf(t, got.By[i]); !maps.Equal(have, want[i]) {
						t.Fatalf("%s under %q by %s: %v, want %v", asked, under, name, have, want[i])
					}
				}
			}
		})
	})
}

// sumsOf are sums by the value as it is compared.
func sumsOf(t fataler, values []FacetValue) map[string]FacetSum {
	out := map[string]FacetSum{}
	for i, v := range values {
		var value any
		if err := json.Unmarshal([]byte(v.Value), &value); err != nil {
			t.Fatalf("%s: %v", v.Value, err)
		}
		if i > 0 && v.Count > values[i-1].Count {
			t.Errorf("%v stands behind %v", v, values[i-1])
		}
		out[oneSpelling.Replace(strings.ToLower(fmt.Sprint(value)))] = v.FacetSum
	}
	return out
}

// naiveFacets counts over every item's JSON.
func naiveFacets(items map[int64]map[string]any, asked []string, under, text string, by []string) (total FacetSum, out []map[string]FacetSum) {
	for range by {
		out = append(out, map[string]FacetSum{})
	}
	for _, item := range items {
		if under != "" && !strings.HasPrefix(item["path"].(string), under+"/") || !naive(item, asked) {
			continue
		}
		if !strings.Contains(item["path"].(string), text) {
			continue
		}
		sum := FacetSum{Count: 1, Size: int64(item["size"].(float64))}
		for _, s := range at(item, "media", "duration_seconds") {
			sum.Duration = numberOf(s)
		}
		total.add(sum)
		for i, name := range by {
			seen := map[string]bool{}
			for _, v := range naiveValues(item, name, under) {
				v = oneSpelling.Replace(strings.ToLower(v))
				if !seen[v] {
					all := out[i][v]
					all.add(sum)
					out[i][v] = all
				}
				seen[v] = true
			}
		}
	}
	return total, out
}

func naiveValues(item map[string]any, name, under string) (out []string) {
	switch name {
	case "decade":
		if year, known := item["year"].(float64); known {
			out = []string{fmt.Sprint(int(year) / 10 * 10)}
		}
	case "height":
		highest := 0.0
		for _, s := range append(at(item, "media", "height"), at(item, "media", "video", "height")...) {
			highest = max(highest, numberOf(s))
		}
		if highest > 0 {
			out = []string{fmt.Sprint(highest)}
		}
	case "added_month", "taken_month":
		text, _ := item[strings.TrimSuffix(name, "_month")+"_at"].(string)
		if len(text) >= len("2006-01-02") {
			out = []string{text[:7]}
		}
	case "folder":
		dir := path.Dir(item["path"].(string))
		for dir != "." && path.Dir(dir) != under && (under != "" || path.Dir(dir) != ".") {
			dir = path.Dir(dir)
		}
		if dir != "." && dir != under {
			out = []string{dir}
		}
	case "audio", "subtitles":
		for _, tag := range naiveTexts(item, name) {
			if tag == "<nil>" {
				tag = ""
			}
			out = append(out, tag)
		}
		for i := range out {
			if out[i] == "" {
				out[i] = "<nil>"
			}
		}
	default:
		out = naiveTexts(item, name)
	}
	if len(out) == 0 {
		return []string{"<nil>"}
	}
	return out
}

func TestAJoinedNameOfSeveralArtistsIsNoValue(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("music")
	r.put(root, "duet.flac", func(it *Item) { it.Doc = []byte(`"artist":"Ann & Bob","artists":["Ann","Bob"]`) })
	r.put(root, "solo.flac", func(it *Item) { it.Doc = []byte(`"artist":"Ann"`) })
	r.indexAll()
	f, err := r.ItemFacets(context.Background(), Query{}, []string{"artist"})
	if want := (FacetValue{`"Ann"`, FacetSum{Count: 2, Size: 2}}); err != nil || len(f.By[0]) != 2 || f.By[0][0] != want {
		t.Errorf("%+v, %v: want Ann and Bob", f.By, err)
	}
}

func TestFacetsThatThereAreNotAreRefused(t *testing.T) {
	r := runFresh(t, Options{})
	for _, by := range [][]string{nil, {"colour"}, {"kind", "root", "state", "year", "decade"}, slices.Repeat([]string{"x"}, 2)} {
		if _, err := r.ItemFacets(context.Background(), Query{}, by); err == nil {
			t.Errorf("%q: no error", by)
		}
	}
	if _, err := r.WorkFacets(context.Background(), WorkQuery{}, []string{"camera"}); err == nil {
		t.Error("cameras of works: no error")
	}
}

// Sums that are kept are those of what there is, whatever has become of it on the way.
func TestFacetsThatAreKeptFollowEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			var ids []int64
			for range rapid.IntRange(2, 6).Draw(t, "steps") {
				r.update(func(tx *Tx) error {
					for range rapid.IntRange(0, 4).Draw(t, "new") {
						name := fmt.Sprintf([]string{"a/%d.mkv", "b/c/%d.FLAC", "%d.flac"}[len(ids)%3], len(ids))
						it, err := putIn(tx, roots[len(ids)%2], name, func(it *Item) { richItem(t, it) })
						if err != nil {
							return err
						}
						ids = append(ids, it.ID)
					}
					return nil
				})
				for range rapid.IntRange(0, 3).Draw(t, "changes") {
					change(t, r, ids)
				}
				if rapid.Bool().Draw(t, "indexed") {
					r.indexAll()
				}
			}
			r.indexAll()
			for _, by := range [][]string{itemFacets[:4], itemFacets[4:8], itemFacets[8:12], itemFacets[12:16], itemFacets[16:20], itemFacets[20:]} {
				got, err := r.ItemFacets(context.Background(), Query{}, by)
				if err != nil || !got.Complete {
					t.Fatalf("%v, complete %v", err, got.Complete)
				}
				total, want := naiveFacets(r.exported(), nil, "", "", by)
				if got.Total != total {
					t.Fatalf("in all %+v, want %+v", got.Total, total)
				}
				for i, name := range by {
					if have := sumsOf(t, got.By[i]); !maps.Equal(have, want[i]) {
						t.Fatalf("by %s: %v, want %v", name, have, want[i])
					}
				}
			}
			countsAreThoseOfSums(t, r)
			isEmptyWithoutItems(t, r, ids)
		})
	})
}

// change gives one of some items other facts, or forgets it.
func change(t *rapid.T, r *running, ids []int64) {
	if len(ids) == 0 {
		return
	}
	id := rapid.SampledFrom(ids).Draw(t, "changed")
	r.update(func(tx *Tx) error {
		it, found, err := tx.Item(id)
		if err != nil || !found {
			return err
		}
		if rapid.IntRange(0, 3).Draw(t, "removed") == 0 {
			return tx.Remove(&it)
		}
		old := it
		richItem(t, &it)
		return tx.Save(&old, &it)
	})
}

// isEmptyWithoutItems removes all: then no sum and no fact is left.
func isEmptyWithoutItems(t *rapid.T, r *running, ids []int64) {
	r.update(func(tx *Tx) error {
		for _, id := range ids {
			it, found, err := tx.Item(id)
			if err == nil && found {
				err = tx.Remove(&it)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	r.indexAll()
	for _, table := range []string{"fact_sums", "facts", "fact_counts"} {
		var left int64
		err := r.read(context.Background(), func(c *conn) (err error) {
			left, err = c.number("SELECT count(*) FROM " + table)
			return err
		})
		if err != nil || left != 0 {
			t.Fatalf("%d rows of %s are left of nothing, %v", left, table, err)
		}
	}
}
