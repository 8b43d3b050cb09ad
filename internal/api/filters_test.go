package api_test

import "testing"

func TestFiltersCombine(t *testing.T) {
	d := start(t, map[string]string{
		"Films/Alien (1979) [imdbid-tt0078748]/Alien (1979).mkv": "one", "Films/Alien (1979) [imdbid-tt0078748]/Alien (1979).de-AT.srt": "1\n00:00:01,000 --> 00:00:02,000\nHallo\n",
		"Films/Heat (1995)/Heat (1995).mkv": "other", "Notes/a.TXT": "12345", "Notes/b.txt": "",
	}, "")
	d.untilIdle()
	const alien, heat = "Films/Alien (1979) [imdbid-tt0078748]/Alien (1979).mkv", "Films/Heat (1995)/Heat (1995).mkv"
	for query, want := range map[string]string{
		"?kind=movie&year=1970..1979":                     alien,
		"?kind=movie&not_year=1979":                       heat,
		"?kind=movie&subtitles=de":                        alien,
		"?kind=movie&subtitles=ger&sort=-size":            alien,
		"?kind=movie&subtitles=de-DE":                     "",
		"?kind=movie&not_subtitles=any":                   heat,
		"?kind=movie&has=subtitles":                       alien,
		"?ids=IMDB:tt0078748&kind=movie":                  alien,
		"?extension=txt&size=1..":                         "Notes/a.TXT",
		"?extension=TXT&size=0&added=2020-01..":           "Notes/b.txt",
		"?not_kind=movie,subtitle&not_size=0":             "Notes/a.TXT",
		"?q=alien&kind=movie&year=..1980":                 alien,
		"?under=Films&kind=movie&not_year=1979&sort=path": heat,
		"?held=true": "",
	} {
		if p := d.items(query); p.paths() != want {
			t.Errorf("%s: %q, want %q", query, p.paths(), want)
		}
	}
	d.refuses("/api/v1/items",
		"?root=nobody", "?not_root=nobody", "?kind=film", "?year=x", "?year=1990..1980", "?added=yesterday",
		"?audio=klingonese", "?has=everything", "?bbox=1,2,3", "?ids=tt0078748", "?gener=Rock", "?gener=",
		"?not_q=alien", "?not_bbox=1,2,3,4", "?gaps=true", "?fingerprint=123", "?state=gone", "?size=..",
		"?duration=-1", "?work=x", "?sort=taken,-title", "?modified=2026-13", "?taken=2026-11-31..",
	)
}
