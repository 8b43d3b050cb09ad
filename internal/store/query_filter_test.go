package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

func parsed(t fataler, query string) *filter.Set {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	set, err := filter.Parse(v, filter.Items)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// foundBy reads all pages of a question, in order.
func foundBy(r *running, q Query) (ids []int64) {
	r.t.Helper()
	for {
		res, err := r.Query(context.Background(), q)
		if err != nil {
			r.t.Fatal(err)
		}
		for i := range res.Items {
			ids = append(ids, res.Items[i].ID)
		}
		if q.After = res.Next; q.After == "" {
			return ids
		}
	}
}

// richItem draws an item of which much is known.
func richItem(t *rapid.T, it *Item) {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	several := func(name string, of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID).Draw(t, name)
	}
	m := &media.Media{DurationSeconds: rapid.SampledFrom([]float64{0, 60, 1.5, 7200}).Draw(t, "duration"),
		Height: rapid.SampledFrom([]int{0, 720}).Draw(t, "height")}
	for _, l := range several("audio", "", "de", "de-AT", "en") {
		m.Audio = append(m.Audio, media.Audio{Codec: pick("acodec", "", "aac", "dts"), Language: l})
	}
	for _, hdr := range several("video", "", "hdr10", "pq") {
		m.Video = append(m.Video, media.Video{Codec: "hevc", HDR: hdr, Height: rapid.SampledFrom([]int{0, 1080, 2160}).Draw(t, "lines")})
	}
	for _, l := range several("subtitles", "", "de", "fr") {
		m.Subtitles = append(m.Subtitles, media.Subtitle{Codec: "subrip", Language: l})
	}
	if rapid.Bool().Draw(t, "chapters") {
		m.Chapters = []media.Chapter{{Title: `a "b", {c}`}}
	}
	d := media.Description{Title: pick("title", "", "A", `B "quoted" \`), Year: rapid.SampledFrom([]int{0, 1999, 2001}).Draw(t, "year"),
		Genres: several("genres", "Rock", "Électro", `Pop, "new"`), Artist: pick("artist", "", "Motörhead", "Björk"), Album: pick("album", "", "Ærø"),
		Series: pick("series", "", "Dark"), Authors: several("authors", "Le Guin", "Ёлкин"), Camera: pick("camera", "", "Canon EOS R5"),
		TakenAt: pick("taken", "", "2024-05-31T23:30:00+02:00", "2024-06-01T00:10:00", "2024-05"), Media: m}
	if id := pick("imdb", "", "tt0111161"); id != "" {
		d.IDs = map[string]string{"imdb": id}
	}
	if rapid.Bool().Draw(t, "placed") {
		d.Latitude, d.Longitude = new(float64), new(float64)
		*d.Latitude, *d.Longitude = 48, rapid.SampledFrom([]float64{11, 179, -179}).Draw(t, "longitude")
	}
	for _, role := range several("beside", "subtitles", "cover", "lyrics") {
		d.Companions = append(d.Companions, media.Companion{Name: "x." + role, Role: role, Language: pick("of", "", "de")})
	}
	if rapid.Bool().Draw(t, "warned") {
		d.Warnings = []string{"cut"}
	}
	it.Doc, it.Kind = doc(d), rapid.SampledFrom(stepKinds).Draw(t, "kind")
	it.State = State(rapid.IntRange(0, 2).Draw(t, "state"))
	it.Analysis = Analysis(rapid.IntRange(0, 3).Draw(t, "analysis"))
	it.Added = rapid.SampledFrom([]int64{0, 1, 86_400e9, 86_400e9 - 1}).Draw(t, "added")
	it.MTime = rapid.SampledFrom([]int64{-1, 0, 31 * 86_400e9}).Draw(t, "modified")
	it.Size = rapid.Int64Range(0, 3).Draw(t, "size")
	if it.Analysis == Failed {
		it.Error = "broken"
	}
	if it.HasFingerprint = rapid.Bool().Draw(t, "read"); it.HasFingerprint {
		it.Fingerprint = rapid.SampledFrom([]int64{-1, 7}).Draw(t, "fingerprint")
	}
}

// questions are filters of which each may stand in a question. Their values are as clients write them.
var questions = []string{
	"root=one", "root=one,two", "kind=movie", "kind=track,photo", "state=missing", "state=present,missing", "held=true", "analysis=failed", "analysis=done,none",
	"year=1999", "year=2000..", "year=..2000", "added=1970-01-01", "added=1970-01-02..", "added=1970-01-01T00:00:00Z", "modified=1970-02", "modified=..1969",
	"size=2", "size=1..2", "duration=60..", "duration=1.5", "height=..720", "height=1080..", "hdr=any", "hdr=hdr10", "hdr=pq",
	"audio=de", "audio=de-AT", "audio=ger", "audio=any", "subtitles=de", "subtitles=any", "subtitles=French", "genre=rock", "genre=electro", "genre=" + url.QueryEscape(`pop, "NEW"`),
	"artist=motorhead", "album=aero", "series=DARK", "author=" + url.QueryEscape("елкин"), "author=le+guin", "ids=imdb:tt0111161", "has=artwork", "has=subtitles",
	"has=chapters", "has=location", "has=error", "has=warnings", "camera=canon+eos+r5", "taken=2024-05", "taken=2024-06-01", "taken=2024-05-31T23:30:00Z",
	"fingerprint=ffffffffffffffff", "fingerprint=0000000000000007", "codec=hevc", "codec=SUBRIP", "extension=MKV", "extension=.flac",
}

func TestFiltersFindWhatTheItemsThemselvesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			r.update(func(tx *Tx) error {
				for i := range rapid.IntRange(1, 20).Draw(t, "items") {
					name := fmt.Sprintf("%c/%d.%s", 'a'+i%3, i, []string{"mkv", "FLAC", "x"}[i%3])
					if _, err := putIn(tx, roots[i%2], name, func(it *Item) { richItem(t, it) }); err != nil {
						return err
					}
				}
				return nil
			})
			r.indexAll()
			r.holdSome(t)
			items := r.exported()
			asked := rapid.SliceOfNDistinct(rapid.SampledFrom(questions), 1, 3, func(q string) string { return q[:strings.IndexByte(q, '=')] }).Draw(t, "asked")
			for i := range asked {
				if rapid.IntRange(0, 3).Draw(t, "not") == 0 {
					asked[i] = "not_" + asked[i]
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "box") == 0 {
				asked = append(asked, "bbox=170,-10,-170,50")
			}
			query := strings.Join(asked, "&")
			q := Query{Filter: parsed(t, query), Sort: rapid.SampledFrom(columns).Draw(t, "sort"), Descending: rapid.Bool().Draw(t, "desc"),
				Limit: rapid.IntRange(1, 4).Draw(t, "limit"), few: rapid.IntRange(0, 2).Draw(t, "few")}
			all := q
			all.Filter, all.Limit = nil, 100
			want := slices.DeleteFunc(foundBy(r, all), func(id int64) bool { return !naive(items[id], asked) })
			if got := foundBy(r, q); !slices.Equal(got, want) {
				t.Fatalf("%s by %s: found %v, want %v", query, q.order(), got, want)
			}
		})
	})
}

// holdSome has items be held that were missing, and others no more, as the scanner does: without a number of the feed.
func (r *running) holdSome(t *rapid.T) {
	r.t.Helper()
	all := slices.Sorted(maps.Keys(r.exported()))
	r.update(func(tx *Tx) error {
		for _, id := range all {
			it, found, err := tx.Item(id)
			if err != nil {
				return err
			}
			if !found || (it.State != Missing && it.State != Held) || !rapid.Bool().Draw(t, "weighed anew") {
				continue
			}
			old := it
			it.State = Missing + Held - it.State
			if err := tx.SaveQuietly(&old, &it); err != nil {
				return err
			}
		}
		return nil
	})
}

// exported are all items as clients see them.
func (r *running) exported() map[int64]map[string]any {
	r.t.Helper()
	out := map[int64]map[string]any{}
	err := r.Walk(context.Background(), Position{}, func(v *View) error {
		var wire map[string]any
		if err := json.Unmarshal(v.AppendJSON(nil), &wire); err != nil {
			return err
		}
		if wire["held"] = "false"; v.State == Held {
			wire["held"] = "true"
		}
		out[v.ID] = wire
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// naive says of an item's JSON whether it passes, by what the documentation says of each filter.
func naive(item map[string]any, asked []string) bool {
	for _, a := range asked {
		name, value, _ := strings.Cut(a, "=")
		value, _ = url.QueryUnescape(value)
		bare, negated := strings.CutPrefix(name, "not_")
		if naiveOne(item, bare, value) == negated {
			return false
		}
	}
	return true
}

func naiveOne(item map[string]any, name, value string) bool {
	switch name {
	case "root", "kind", "state", "analysis", "held", "fingerprint":
		return slices.Contains(strings.Split(value, ","), fmt.Sprint(item[name]))
	case "year", "size":
		n, known := item[name].(float64)
		return known && inRange(n, value)
	case "duration":
		return slices.ContainsFunc(at(item, "media", "duration_seconds"), func(s string) bool { return inRange(numberOf(s), value) })
	case "height":
		highest := 0.0
		for _, s := range append(at(item, "media", "height"), at(item, "media", "video", "height")...) {
			highest = max(highest, numberOf(s))
		}
		return highest > 0 && inRange(highest, value)
	case "added", "modified":
		t, _ := time.Parse(time.RFC3339Nano, item[name+"_at"].(string))
		return inTime(t, value)
	case "taken":
		text, _ := item["taken_at"].(string)
		t, err := time.Parse("2006-01-02T15:04:05", text[:min(len(text), 19)])
		return err == nil && inTime(t, value)
	case "bbox":
		lat, _ := item["latitude"].(float64)
		long, known := item["longitude"].(float64)
		return known && lat >= -10 && lat <= 50 && (long >= 170 || long <= -170)
	case "has":
		return naiveHas(item, value)
	}
	values, want := naiveTexts(item, name), value
	switch {
	case value == "any":
		return len(values) > 0
	case name == "audio" || name == "subtitles":
		want = map[string]string{"ger": "de", "French": "fr"}[value]
		if want == "" {
			want = value
		}
		return slices.ContainsFunc(values, func(v string) bool { return v == want || strings.HasPrefix(v, want+"-") })
	}
	plain := strings.NewReplacer("é", "e", "ö", "o", "ё", "е", "æ", "ae", "ø", "o")
	same := func(v string) bool {
		return plain.Replace(strings.ToLower(v)) == strings.TrimPrefix(strings.ToLower(want), ".")
	}
	return slices.ContainsFunc(values, same)
}

func naiveTexts(item map[string]any, name string) []string {
	beside := func(role, field string) (out []string) {
		list, _ := item["companions"].([]any)
		for _, c := range list {
			if c := c.(map[string]any); c["role"] == role {
				out = append(out, fmt.Sprint(c[field]))
			}
		}
		return out
	}
	streams := func(of, field string) (out []string) { // those that do not say it too
		m, _ := item["media"].(map[string]any)
		list, _ := m[of].([]any)
		for _, s := range list {
			out = append(out, fmt.Sprint(s.(map[string]any)[field]))
		}
		return out
	}
	switch name {
	case "hdr":
		return at(item, "media", "video", "hdr")
	case "audio":
		return streams("audio", "language")
	case "subtitles":
		return append(streams("subtitles", "language"), beside("subtitles", "language")...)
	case "codec":
		return slices.Concat(at(item, "media", "video", "codec"), at(item, "media", "audio", "codec"), at(item, "media", "subtitles", "codec"))
	case "genre", "author":
		return at(item, name+"s")
	case "ids":
		for k, v := range map[string][]string{"imdb": at(item, "ids", "imdb")} {
			if len(v) > 0 {
				return []string{k + ":" + v[0]}
			}
		}
		return nil
	case "extension":
		path := item["path"].(string)
		return []string{path[strings.LastIndexByte(path, '.')+1:]}
	}
	return at(item, name)
}

func naiveHas(item map[string]any, what string) bool {
	roles := at(item, "companions", "role")
	switch what {
	case "artwork":
		return slices.Contains(roles, "cover")
	case "subtitles":
		return slices.Contains(roles, "subtitles") || len(at(item, "media", "subtitles")) > 0
	case "chapters":
		return len(at(item, "media", "chapters")) > 0
	case "location":
		return item["longitude"] != nil
	}
	return item[what] != nil
}

// at are the values at a path of names, of all elements of lists on the way.
func at(value any, names ...string) (out []string) {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		for _, e := range v {
			out = append(out, at(e, names...)...)
		}
		return out
	case map[string]any:
		if len(names) == 0 {
			return []string{"object"}
		}
		return at(v[names[0]], names[1:]...)
	}
	return []string{fmt.Sprint(value)}
}

func numberOf(s string) float64 { n, _ := strconv.ParseFloat(s, 64); return n }

func inRange(n float64, value string) bool {
	from, to, isRange := strings.Cut(value, "..")
	if !isRange {
		return n == numberOf(value)
	}
	return (from == "" || n >= numberOf(from)) && (to == "" || n <= numberOf(to))
}

func inTime(t time.Time, value string) bool {
	text := t.UTC().Format("2006-01-02T15:04:05.999999999Z")
	from, to, isRange := strings.Cut(value, "..")
	if !isRange {
		to = from
		if len(value) == len("2006-01-02T15:04:05Z") {
			return text == value
		}
	}
	return (from == "" || text >= from) && (to == "" || text[:min(len(to), len(text))] <= to)
}
