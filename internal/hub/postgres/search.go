package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// search is a question to the words of items, in one moment of the database. It belongs to one goroutine.
type search struct {
	words.Question
	s         *Store
	tx        pgx.Tx
	counts    map[string]int64 // of lexemes, as they are counted
	starts    map[string]int64 // of beginnings
	stretches []stretch
	items     int64 // of all stretches
}

// stretch is some ids, with how many items have them.
type stretch struct{ number, items int64 }

// asked is a query with the words that it looks for; nil: it looks for none.
type asked struct {
	*store.Query
	words *search
	none  bool // nothing is found
}

// isNarrow reports whether not all items pass.
func (a *asked) isNarrow() bool { return a.words != nil || a.isFiltered() }

// isFiltered reports whether others than words narrow what passes.
func (a *asked) isFiltered() bool {
	return !a.Filter.IsEmpty() || a.Under != "" || len(a.Roots)+len(a.Kinds) > 0 || a.State != ""
}

// ask prepares a query in a transaction.
func (s *Store) ask(ctx context.Context, tx pgx.Tx, q *store.Query) (*asked, error) {
	a := &asked{Query: q}
	if q.Text == "" {
		return a, nil
	}
	var err error
	if a.words, err = s.newSearch(ctx, tx, q.Text); err != nil {
		return nil, err
	}
	if a.none = len(a.words.Terms) == 0; a.none {
		return a, nil
	}
	if err := a.words.begin(ctx); err != nil {
		return nil, fmt.Errorf("look for words: %w", err)
	}
	if q.IsRanked() {
		return a, nil
	}
	return a, a.words.SpreadOut(counting{ctx, a.words})
}

func (s *Store) newSearch(ctx context.Context, tx pgx.Tx, text string) (*search, error) {
	// Little is known of how much a question finds: without this the database would rather read a whole table.
	const byIndexes = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; " +
		"SET LOCAL enable_mergejoin = off"
	_, err := tx.Exec(ctx, byIndexes)
	return &search{Question: words.Question{Terms: words.Terms(text)}, s: s, tx: tx,
		counts: map[string]int64{}, starts: map[string]int64{}}, err
}

// begin reads what there is to be looked at, and how much.
func (q *search) begin(ctx context.Context) error {
	rows, err := q.tx.Query(ctx, "SELECT lexeme, n FROM lexemes WHERE lexeme >= '#' AND lexeme < '$' AND n > 0 "+
		"ORDER BY lexeme")
	if err != nil {
		return err
	}
	var lexeme string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&lexeme, &n}, func() error {
		q.stretches = append(q.stretches, stretch{stretchIn(lexeme), n})
		q.items += n
		return nil
	})
	if err != nil {
		return err
	}
	var all []string
	for i := range q.Terms {
		for _, p := range q.Terms[i].Phrases {
			all = append(all, strings.Split(p, " ")...)
		}
	}
	if err := q.count(ctx, all); err != nil {
		return err
	}
	for i := range q.Terms {
		if !q.IsOpen(i, words.Begins) {
			continue
		}
		for _, p := range q.Terms[i].Phrases {
			if err := q.countStart(ctx, lastOf(p)); err != nil {
				return err
			}
		}
	}
	if last := &q.Terms[len(q.Terms)-1]; last.Open {
		of, begin := lastOf(last.Phrases[0]), int64(0)
		for _, class := range classes[words.Anywhere] {
			begin += q.starts[string(class)+of]
		}
		q.Common = begin >= words.CommonItems
	}
	return nil
}

func lastOf(phrase string) string { return phrase[strings.LastIndexByte(phrase, ' ')+1:] }

// count learns how many items have words.
func (q *search) count(ctx context.Context, of []string) error {
	var all []string
	for _, w := range of {
		for _, class := range classes[words.Anywhere] {
			l := countedAs(string(class) + w)
			if _, known := q.counts[l]; !known {
				q.counts[l] = 0
				all = append(all, l)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	rows, err := q.tx.Query(ctx, "SELECT lexeme, n FROM lexemes WHERE lexeme = ANY ($1)", all)
	if err != nil {
		return err
	}
	var lexeme string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&lexeme, &n}, func() error { q.counts[lexeme] = n; return nil })
	return err
}

// countStart learns how many items have words that begin so; those that have several count as often.
func (q *search) countStart(ctx context.Context, start string) error {
	for _, class := range classes[words.Anywhere] {
		from := string(class) + start
		var n int64
		err := q.tx.QueryRow(ctx, "SELECT coalesce(sum(n), 0)::bigint FROM lexemes WHERE lexeme >= $1 AND lexeme < $2",
			from, from+"\U0010FFFF").Scan(&n)
		if err != nil {
			return err
		}
		if as := countedAs(from); n == 0 && as != from {
			if err := q.tx.QueryRow(ctx, "SELECT coalesce(sum(n), 0)::bigint FROM lexemes WHERE lexeme = $1", as).
				Scan(&n); err != nil {
				return err
			}
		}
		q.starts[from] = n
	}
	return nil
}

// found is at most how many items have the first terms as is wanted.
func (q *search) found(terms int, w words.Wanted) int64 {
	least := q.items
	for i := range terms {
		least = min(least, q.foundTerm(i, w))
	}
	return least
}

func (q *search) foundTerm(i int, w words.Wanted) (n int64) {
	ofWord := func(word string, of map[string]int64, as func(string) string) (n int64) {
		for _, class := range classes[w.Place] {
			n += of[as(string(class)+word)]
		}
		return n
	}
	asIs := func(l string) string { return l }
	for _, p := range q.Terms[i].Phrases {
		least := q.items
		all := strings.Split(p, " ")
		for at, word := range all {
			if at == len(all)-1 && q.IsOpen(i, w.Form) {
				least = min(least, ofWord(word, q.starts, asIs))
			} else {
				least = min(least, ofWord(word, q.counts, countedAs))
			}
		}
		n += least
	}
	for _, word := range q.Others(i, w.Form) {
		n += ofWord(word, q.counts, countedAs)
	}
	return n
}

// expression is what the first terms look for, as the database reads it. Words are of letters and digits: there is
// nothing to quote in them.
func (q *search) expression(terms int, w words.Wanted) string {
	all := make([]string, terms)
	for i := range terms {
		all[i] = q.term(i, w)
	}
	return "(" + strings.Join(all, " & ") + ")"
}

func (q *search) all(w words.Wanted) string { return q.expression(len(q.Terms), w) }

func (q *search) term(i int, w words.Wanted) string {
	var any []string
	for _, p := range q.Terms[i].Phrases {
		any = append(any, phrase(strings.Split(p, " "), w.Place, q.IsOpen(i, w.Form)))
	}
	for _, word := range q.Others(i, w.Form) {
		any = append(any, lexemes(word, w.Place, ""))
	}
	return "(" + strings.Join(any, " | ") + ")"
}

// phrase is for words behind each other, in one text. The letters of words tell the best of the texts that they are in;
// where it is one word, they tell all, and the index answers by itself.
func phrase(of []string, p words.Place, isOpen bool) string {
	parts := make([]string, len(of))
	for i, word := range of {
		how := ""
		if isOpen && i == len(of)-1 {
			how = "*"
		}
		if len(of) > 1 {
			how += weights[p]
		}
		parts[i] = lexemes(word, p, how)
	}
	return "(" + strings.Join(parts, " <-> ") + ")"
}

// lexemes are those of a word in a place.
func lexemes(word string, p words.Place, how string) string {
	var any []string
	for _, class := range classes[p] {
		l := fmt.Sprintf("'%c%s'", class, word)
		if how != "" {
			l += ":" + how
		}
		any = append(any, l)
	}
	return "(" + strings.Join(any, " | ") + ")"
}

// source is where matches are found.
type source struct {
	index string // what is looked up; empty: all items
	check string // what each of these must be; empty: nothing more
	most  int64  // that are looked up, or fewer
	table string // where they are; empty: in search
}

// tier gives where the matches of a tier are found; ok is false where there are none.
func (q *search) tier(n int) (s source, ranked, ok bool) {
	is, ok := q.Tier(n)
	if !ok {
		return s, false, false
	}
	e := q.all(is.Has)
	if len(is.Not) > 0 {
		var not []string
		for _, w := range is.Not {
			not = append(not, q.all(w))
		}
		e += " & !(" + strings.Join(not, " | ") + ")"
	}
	return q.source(is.Has, e), is.Ranked, true
}

// source looks up what an expression finds that has something. Where very many items have words that begin as the last
// does, the others are looked up.
func (q *search) source(has words.Wanted, expression string) source {
	if !q.Common || has.Form < words.Begins {
		return source{index: expression, most: q.found(len(q.Terms), has)}
	}
	s := source{check: expression, most: q.items}
	if others := len(q.Terms) - 1; others > 0 {
		w := words.Wanted{Form: words.Exact}
		s.index, s.most = q.expression(others, w), q.found(others, w)
	}
	return s
}

// everything is the source of all that has what is asked for.
func (q *search) everything() source {
	w := words.Wanted{Form: q.Widest()}
	return q.source(w, q.all(w))
}

// in is a condition that items have which the words find, each of which is asked for its own.
func (a *asked) in(s *statement) {
	switch {
	case a.none:
		s.must("false")
	case a.words != nil:
		src := a.words.everything()
		for _, e := range []string{src.index, src.check} {
			if e != "" {
				const its = "(SELECT words FROM search WHERE search.id = items.id)"
				s.must("ts_match_vq(" + its + ", " + s.arg(e) + "::text::tsquery)")
			}
		}
	}
}

// condition is what rows of search must be. What is checked is written so that no index is asked for it.
func (src *source) condition(s *statement) string {
	var all []string
	if src.index != "" {
		all = append(all, "words @@ "+s.arg(src.index)+"::text::tsquery")
	}
	if src.check != "" {
		all = append(all, "ts_match_vq(words, "+s.arg(src.check)+"::text::tsquery)")
	}
	return strings.Join(all, " AND ")
}

// among is an expression that finds the same among some stretches.
func among(expression string, some []stretch) string {
	of := make([]string, len(some))
	for i, st := range some {
		of[i] = "'" + stretchLexeme(st.number) + "'"
	}
	return "(" + strings.Join(of, " | ") + ") & (" + expression + ")"
}

// fewFound are so many matches that all are looked up at once, rather than by stretches of ids.
const fewFound = 5000

// pieces calls fn for the matches of a source whose ids are above one and up to another, in pieces in the order of ids,
// until it has enough. wanted is about how many matches that takes. What fn is given are the source of the piece, and
// between which ids it is; it says how many matches it has met there.
func (q *search) pieces(
	src source, after, upto int64, wanted int, fn func(src source, after, upto int64) (met int, enough bool, err error),
) error {
	if src.most == 0 {
		return nil
	}
	if src.index != "" && src.most <= fewFound {
		_, _, err := fn(src, after, upto)
		return err
	}
	left := q.stretches
	from, _ := slices.BinarySearchFunc(left, stretchOf(after+1),
		func(st stretch, n int64) int { return cmp.Compare(st.number, n) })
	left = left[from:]
	past, _ := slices.BinarySearchFunc(left, stretchOf(upto)+1,
		func(st stretch, n int64) int { return cmp.Compare(st.number, n) })
	left = left[:past]
	size := newPieceSize(wanted, src.most, q.items)
	for len(left) > 0 {
		n, have := 0, 0.0
		for ; n < len(left) && !size.isFull(n, have, src.index == ""); n++ {
			have += float64(left[n].items)
		}
		piece := src
		switch {
		case src.index == "":
		case n == len(q.stretches), size.isForAll(n):
			n = len(left)
		default:
			piece.index = among(piece.index, left[:n])
		}
		last := min(upto, (left[n-1].number+1)<<stretchBits-1)
		met, enough, err := fn(piece, after, last)
		if enough || err != nil {
			return err
		}
		size.add(have, float64(met))
		left, after = left[n:], max(after, last)
	}
	return nil
}
