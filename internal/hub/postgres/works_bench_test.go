package postgres

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

var benchWorks = flag.Int("works", 20_000, "how many works pages are read of")

// BenchmarkPageOfWorks reads pages of a hundred works by turns of a hub and of a daemon that hold the same, page behind
// page, and says what a page takes of each, and how many works it holds. An operation is a page of both.
func BenchmarkPageOfWorks(b *testing.B) {
	w := &twins{daemon: daemonStore(b), hub: open(b)}
	w.of = begin(b, w.hub, "attic", "i1")
	w.putItems(b, 1000)
	n := 0
	w.putWorks(b, *benchWorks, func(v *store.WorkView) {
		n++
		v.Title = fmt.Sprint("Title ", n*7919%*benchWorks)
		v.SortTitle, v.Size, v.AddedAt = v.Title, int64(n*31), int64(n)*int64(time.Hour)
		if n%500 == 0 {
			v.Genres = append(v.Genres, "Rare")
		}
	})
	w.copyItems(b)
	writeWorks(b, w.hub, w.of, w.works)
	if _, err := w.hub.pool.Exec(b.Context(), "ANALYZE"); err != nil { // which a database does by itself before long
		b.Fatal(err)
	}
	for _, question := range []string{"sort=title", "sort=-added", "sort=updated", "sort=year", "sort=-number",
		"kind=movie&sort=title", "kind=movie&sort=title&include=items", "genre=folk&sort=title", "genre=rare&sort=title",
		"genre=nothing", "year=999&sort=-size", "not_genre=folk&sort=title", "height=720&sort=added",
		"under=d3&sort=title", "below=3", "root=ROOTfilms&kind=series"} {
		b.Run(question, func(b *testing.B) {
			var daemon, hub benchPages
			for b.Loop() {
				daemon.read(b, question, "", w.daemon.QueryWorks)
				hub.read(b, question, "attic~", w.hub.QueryWorks)
			}
			daemon.report(b, "daemon")
			hub.report(b, "hub")
		})
	}
}

// benchPages are those that were read of one of the two.
type benchPages struct {
	after string
	took  time.Duration
	works int
}

func (p *benchPages) read(
	b *testing.B, question, root string, query func(context.Context, store.WorkQuery) (store.WorkResult, error),
) {
	q := workQuestion(b, strings.ReplaceAll(question, "ROOT", root))
	q.Limit, q.After = 100, p.after
	began := time.Now()
	res, err := query(b.Context(), q)
	p.took += time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	p.works += len(res.Works)
	p.after = res.Next
}

func (p *benchPages) report(b *testing.B, of string) {
	b.ReportMetric(p.took.Seconds()*1000/float64(b.N), of+"-ms/page")
	b.ReportMetric(float64(p.works)/float64(b.N), of+"-works/page")
}
