//nolint:misspell // misspelled words are what is looked for
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What is promised of answers at a million items, and below.
const (
	pagePromise   = 100 * time.Millisecond // a page
	worksPromise  = 50 * time.Millisecond  // a page of works, and facets without a filter
	searchPromise = 60 * time.Millisecond  // words that are inside of others, misspelled, or a single sign
	facetPromise  = 350 * time.Millisecond // facets with a filter, which look for 250
	busyPromise   = 150 * time.Millisecond // a page beside a scan, 99 of 100
)

// question is what somebody asks, and within what time the answer is promised.
type question struct {
	path   string // below /api/v1
	within time.Duration
}

// questions are of different filters and sorts: those that many pass, those that few do, and those that nothing does.
func questions() (all []question) {
	add := func(within time.Duration, paths ...string) {
		for _, p := range paths {
			all = append(all, question{p, within})
		}
	}
	add(pagePromise,
		"/items", "/items?sort=-added", "/items?kind=movie&sort=-year", "/items?sort=-size&limit=1000",
		"/items?kind=movie&sort=title&not_subtitles=de", "/items?kind=movie&height=..719&sort=-size",
		"/items?hdr=dolby_vision&sort=-added", "/items?audio=ja&not_audio=en&sort=title",
		"/items?genre=jazz&year=1990..1999&sort=-duration", "/items?artist=nobody&sort=title",
		"/items?taken=2010-05&sort=taken", "/items?camera=Pixel+7&sort=-taken", "/items?bbox=8,47,9,48&sort=taken",
		"/items?analysis=failed&sort=-modified", "/items?has=warnings&sort=title", "/items?state=missing&sort=path",
		"/items?added=2025-03..2025-04&kind=track&sort=track", "/items?sort=track&kind=track", "/items?sort=-episode",
		"/items?extension=cbz&sort=-title", "/items?under=S&root=films&sort=-size", "/items?under=2010&sort=-taken",
		"/items?size=8000000000..&sort=size", "/items?ids=imdb:tt0000100", "/items?codec=av1&height=2160&sort=year",
		"/items?q=lantern+river", "/items?q=the&sort=-added", "/items?q=winter&kind=track&sort=year",
		"/items?q=silver&genre=rock&not_artist=nobody&sort=duration", "/items?has=location&not_camera=X-T4&sort=-path",
		"/duplicates", "/duplicates?kind=photo", "/duplicates?q=lantern&root=music")
	add(worksPromise,
		"/works", "/works?sort=-added", "/works?sort=-updated", "/works?kind=movie&sort=-year", "/works?sort=number",
		"/works?kind=album&sort=-size", "/works?sort=-duration&limit=200", "/works?kind=series&gaps=true",
		"/works?genre=horror&sort=year", "/works?hdr=any&not_subtitles=de&sort=-added", "/works?under=S&sort=title",
		"/works?q=lantern", "/works?q=the&sort=-year", "/works?artist=nobody", "/works?kind=movie&height=..575&include=items")
	add(searchPromise, "/search?q=anter", "/search?q=lantren", "/search?q=京", "/items?q=anter", "/items?q=lantren",
		"/items?q=京")
	add(pagePromise, "/search?q=lantern", "/search?q=the", "/search?q=the+river&kind=movie", "/search?q=w&root=music")
	for _, by := range []string{"kind", "root", "state", "analysis", "year", "decade", "genre", "artist", "album_artist",
		"author", "series", "camera", "audio", "subtitles", "codec", "height", "hdr", "extension", "added_month",
		"taken_month", "folder"} {
		add(worksPromise, "/facets?by="+by)
	}
	add(worksPromise, "/facets?by=kind,genre,decade,height", "/facets?of=works&by=kind,genre", "/facets?by=genre&kind=movie",
		"/facets?by=year&root=music", "/facets?by=height&state=present")
	add(facetPromise, "/facets?by=genre,year&height=1080..", "/facets?by=folder&under=S&root=films", "/facets?by=artist&q=the",
		"/facets?by=kind&size=1000000000..", "/facets?of=works&by=genre&height=..720")
	return all
}

// asked is what was seen of a question.
type asked struct {
	question
	times []time.Duration // of each of its pages, the fastest of several times
	found int             // in these pages
	more  bool            // others follow
}

func (a *asked) slowest() time.Duration { return slices.Max(a.times) }

func (a *asked) String() string {
	var times []string
	for _, t := range a.times {
		times = append(times, fmt.Sprintf("%.1f", ms(t)))
	}
	mark := " "
	if a.slowest() > a.within {
		mark = "!"
	}
	return fmt.Sprintf("%s %6.1f ms of %3.0f  %-66s %4d found in pages of %s", mark, ms(a.slowest()), ms(a.within), a.path,
		a.found, strings.Join(times, ", "))
}

// askedPages is how many pages are read of each answer that has them.
const askedPages = 3

// ask reads the first pages of an answer, each as often as tries says.
func (d *daemon) ask(ctx context.Context, q question, tries int) (*asked, error) {
	a := &asked{question: q}
	path := "/api/v1" + q.path
	for range askedPages {
		var fastest time.Duration
		var answer struct {
			Next                 *string
			Items, Works, Groups []json.RawMessage
			Total                struct{ Count int }
		}
		for range tries {
			start := time.Now()
			body, err := d.get(ctx, path)
			took := time.Since(start)
			if err == nil {
				err = json.Unmarshal(body, &answer)
			}
			if err != nil {
				return a, err
			}
			if fastest == 0 || took < fastest {
				fastest = took
			}
		}
		a.times = append(a.times, fastest)
		a.found += len(answer.Items) + len(answer.Works) + len(answer.Groups) + answer.Total.Count
		if a.more = answer.Next != nil && *answer.Next != ""; !a.more {
			break
		}
		separator := "?"
		if strings.Contains(q.path, "?") {
			separator = "&"
		}
		path = "/api/v1" + q.path + separator + "after=" + *answer.Next
	}
	return a, nil
}

// askAll asks at one size after the other.
func (b *bench) askAll(ctx context.Context, of sizes) error {
	var errs []error
	for _, items := range of {
		errs = append(errs, b.measureQuestions(ctx, items))
	}
	return errors.Join(errs...)
}

// measureQuestions asks a daemon with a made catalog of so many items all questions, first alone, then beside a scan.
func (b *bench) measureQuestions(ctx context.Context, items int) error {
	data, err := b.madeCatalog(ctx, items)
	if err != nil {
		return fmt.Errorf("make a catalog of %d items: %w", items, err)
	}
	if b.busy {
		return b.askBeside(ctx, data, items)
	}
	late := 0
	err = b.serveMade(ctx, data, "", func(d *daemon) error {
		fmt.Fprintf(b.out, "%d items, alone: the slowest page of the first %d, each the fastest of %d times\n", items,
			askedPages, b.rounds)
		for _, q := range questions() {
			a, err := d.ask(ctx, q, b.rounds)
			if err != nil {
				return err
			}
			fmt.Fprintln(b.out, a)
			if a.slowest() > a.within {
				late++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	errs := []error{complain(late > 0 && items >= 100_000, "%d of %d answers are later than promised", late, len(questions()))}
	if b.beside > 0 {
		errs = append(errs, b.askBeside(ctx, data, items))
	}
	return errors.Join(errs...)
}

// askBeside asks all questions again and again while a tree is scanned for the first time.
func (b *bench) askBeside(ctx context.Context, data string, items int) error {
	tree, err := b.tree(ctx, b.beside)
	if err != nil {
		return err
	}
	busy := data + ".busy"
	defer os.RemoveAll(busy)
	if err := errors.Join(os.RemoveAll(busy), os.CopyFS(busy, os.DirFS(data))); err != nil {
		return err
	}
	var times []time.Duration
	var slowest asked
	err = b.serveMade(ctx, busy, tree, func(d *daemon) error {
		for rounds := 0; ; rounds++ {
			for _, q := range questions() {
				if q.within > pagePromise {
					continue
				}
				if idle, err := d.isIdle(ctx); idle || err != nil {
					return err
				}
				a, err := d.ask(ctx, q, 1)
				if err != nil {
					return err
				}
				times = append(times, a.times...)
				if len(slowest.times) == 0 || a.slowest() > slowest.slowest() {
					slowest = *a
				}
			}
		}
	})
	if err != nil || len(times) == 0 {
		return errors.Join(err, complain(err == nil, "the scan was over before a question was asked: give it more files"))
	}
	slices.Sort(times)
	at := func(percent int) float64 { return ms(times[(len(times)-1)*percent/100]) }
	fmt.Fprintf(b.out, "%d items, beside a first scan of %d files: %d pages, half within %.1f ms, 99 %% within %.1f, the slowest\n%v\n",
		items, b.beside, len(times), at(50), at(99), &slowest)
	return complain(at(99) > ms(busyPromise) && items >= 100_000, "beside a scan a hundredth of the pages takes more than %v",
		busyPromise)
}

// serveMade runs a daemon on a made catalog, whose roots are not there, and on a tree where one is named.
func (b *bench) serveMade(ctx context.Context, data, tree string, do func(*daemon) error) error {
	var text strings.Builder
	for _, r := range madeRoots {
		fmt.Fprintf(&text, "[[root]]\nname = %q\npath = %q\n", r.name, b.madeRoot(r.name))
	}
	wait := (*daemon).awaitIdle
	if tree != "" {
		fmt.Fprintf(&text, "[[root]]\nname = \"busy\"\npath = %q\n", tree)
		wait = func(d *daemon, ctx context.Context) error { _, err := d.isIdle(ctx); return err }
	}
	file := filepath.Join(data, "made.toml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return err
	}
	served, err := b.serveUntil(ctx, data, []string{"--config", file}, wait, do)
	if err == nil {
		fmt.Fprintf(b.out, "  serve: %v\n", served)
	}
	return err
}
