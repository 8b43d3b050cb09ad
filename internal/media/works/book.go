package works

import (
	"cmp"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// bookFormats are the formats of books, those first that describe themselves best.
var bookFormats = []string{"epub", "kepub", "azw3", "azw", "mobi", "fb2", "lit", "pdf", "djvu", "docx", "rtf", "txt"}

func formatRank(ext string) int {
	if i := slices.Index(bookFormats, ext); i >= 0 {
		return i
	}
	return len(bookFormats)
}

// deriveBooks makes the books of a unit: files of one stem, all of a folder that Calibre keeps, one ISBN, or one
// title by the same authors are formats of one book.
func (d *derivation) deriveBooks() {
	groups := d.sameStem()
	things := make([]identity, len(groups))
	editions := make(map[string]int)
	for i, files := range groups {
		best := files[0]
		title := authorKey(best.Authors) + "\x00" + bookKey(best)
		things[i] = identity{ids: pick(best.IDs, "isbn"), titles: []string{title}}
		for _, e := range files[1:] {
			if things[i].ids == nil {
				things[i].ids = pick(e.IDs, "isbn")
			}
		}
		if sub := subtitleKey(best); sub != "" {
			if editions[sub] == 0 {
				editions[sub] = len(editions) + 1
			}
			things[i].year = editions[sub]
		}
	}
	joinTurned(things, groups)
	for _, group := range clustered(things, unknownJoins).groups() {
		var files []*entry
		for _, i := range group {
			files = append(files, groups[i]...)
		}
		d.bookOf(files)
	}
}

// joinTurned gives files the title of what is the same book in another format, with title and author the other way round
// in its name: "Author - Title.epub" beside "Title - Author.pdf". Of one format they are two books.
func joinTurned(things []identity, groups [][]*entry) {
	type turned struct{ dir, author, title string }
	at := make(map[turned]int, len(groups))
	for i, files := range groups {
		best := files[0]
		if len(best.Authors) != 1 || subtitleKey(best) != "" {
			continue
		}
		author, title := foldAuthor(best.Authors[0]), foldAuthor(best.Title)
		if j, found := at[turned{best.dir, title, author}]; found && author != title && !sharesFormat(files, groups[j]) {
			things[i].titles = append(things[i].titles, things[j].titles[0])
			continue
		}
		at[turned{best.dir, author, title}] = i
	}
}

func sharesFormat(a, b []*entry) bool {
	return slices.ContainsFunc(a, func(e *entry) bool {
		return slices.ContainsFunc(b, func(o *entry) bool { return o.ext == e.ext })
	})
}

// sameStem groups the files of each stem, and those of a folder with a metadata.opf; the best format first.
func (d *derivation) sameStem() [][]*entry {
	calibre := make(map[string]bool)
	for _, e := range d.companions {
		if e.Kind == media.KindMetadata && e.ext == "opf" && strings.EqualFold(e.stem, "metadata") {
			calibre[e.dir] = true
		}
	}
	at := make(map[string]int)
	var out [][]*entry
	for _, e := range d.books {
		key := e.dir + "/" + strings.ToLower(e.stem)
		if calibre[e.dir] {
			key = e.dir + "/"
		}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], e)
	}
	for _, files := range out {
		slices.SortStableFunc(files, func(a, b *entry) int { return cmp.Compare(formatRank(a.ext), formatRank(b.ext)) })
	}
	return out
}

// bookKey is a book's title without its subtitle, folded.
func bookKey(e *entry) string {
	title, _ := splitSubtitle(cmp.Or(e.Title, e.stem))
	return Fold(title)
}

// subtitleKey is what tells books of one title apart: subtitle and edition.
func subtitleKey(e *entry) string {
	_, sub := splitSubtitle(cmp.Or(e.Title, e.stem))
	return strings.TrimSpace(Fold(cmp.Or(sub, e.Subtitle)) + " " + Fold(e.Edition))
}

func splitSubtitle(title string) (string, string) {
	if i := strings.Index(title, ": "); i > 0 {
		return title[:i], title[i+2:]
	}
	return title, ""
}

func (d *derivation) bookOf(files []*entry) {
	slices.SortStableFunc(files, func(a, b *entry) int { return cmp.Compare(formatRank(a.ext), formatRank(b.ext)) })
	best := files[0]
	p := d.add(&Part{Kind: Book, title: cmp.Or(best.Title, best.stem), sure: best.ext == "epub" || best.described()})
	p.titleKeys = []string{bookKey(best)}
	p.edition = subtitleKey(best)
	for _, e := range files {
		p.sort = cmp.Or(p.sort, e.SortTitle)
		p.year = cmp.Or(p.year, e.Year)
		p.series = cmp.Or(p.series, e.Series)
		if p.number == nil {
			p.number = e.SeriesIndex
		}
		if len(p.authors) == 0 {
			p.authors = e.Authors
		}
		if p.ids == nil {
			p.ids = pick(e.IDs, "isbn")
		}
		p.versions = append(p.versions, version{items: []*Item{e.Item}, edition: e.Edition})
	}
	d.seriesOfFolder(p)
	with := authorKey(p.authors)
	if with == "" {
		with = d.unit.Root + "\x00" + d.unit.Dir // nobody's book joins no other folder's
	}
	d.identify(p, with)
}

// joinBooks joins parts by ISBN, or title and authors. A subtitle or an edition tells books of one title apart; what
// has neither joins where there is one alone.
func joinBooks(out []Work, parts []*Part) []Work {
	things := make([]identity, len(parts))
	editions := make(map[string]int)
	for i, p := range parts {
		things[i] = identity{ids: p.ids, titles: []string{p.Keys[len(p.Keys)-1]}}
		if p.edition != "" {
			if editions[p.edition] == 0 {
				editions[p.edition] = len(editions) + 1
			}
			things[i].year = editions[p.edition]
		}
	}
	for _, group := range clustered(things, unknownJoins).groups() {
		held := make([]*Part, len(group))
		for i, at := range group {
			held[i] = parts[at]
		}
		key := keyOf(held, false)
		if len(held[0].ids) == 0 {
			key = held[0].Keys[len(held[0].Keys)-1] + "\x00" + held[0].edition
		}
		out = append(out, bookWork(held, key))
	}
	return out
}

// bookWork keeps the formats in their order.
func bookWork(parts []*Part, key string) Work {
	w := workOf(parts, key)
	var vs []version
	var others []Member
	for _, p := range parts {
		vs = append(vs, p.versions...)
		others = append(others, p.others...)
	}
	slices.SortStableFunc(vs, func(a, b version) int {
		return cmp.Compare(formatRank(extOf(a.items[0].Path)), formatRank(extOf(b.items[0].Path)))
	})
	fill(&w, vs, others)
	return w
}

func extOf(path string) string {
	_, name := splitPath(path)
	_, ext := splitExt(name)
	return ext
}

// authorKey is a set of authors in whatever order.
func authorKey(authors []string) string {
	folded := foldAll(authors)
	slices.Sort(folded)
	return strings.Join(folded, ";")
}

func foldAll(authors []string) []string {
	out := make([]string, len(authors))
	for i, a := range authors {
		out[i] = foldAuthor(a)
	}
	return out
}

// foldAuthor makes "Last, First" and "First M. Last" one.
func foldAuthor(name string) string {
	if last, first, ok := strings.Cut(name, ", "); ok && !strings.Contains(first, ",") {
		name = first + " " + last
	}
	words := strings.Fields(Fold(name))
	kept := words[:0]
	for i, w := range words {
		if i == 0 || i == len(words)-1 || len(w) > 1 {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}
