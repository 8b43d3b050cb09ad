package postgres

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// However many ids lie between matches, and wherever these lie together: each is found once, the shortest titles first.
func TestWordsAreFoundInAllStretchesOfIDs(t *testing.T) {
	t.Parallel()
	const stretches, each = 12, 600
	s := open(t)
	c := begin(t, s, "attic", "i1")
	want := map[string][]int64{}
	for st := range int64(stretches) {
		var all []Change
		for i := int64(1); i <= each; i++ {
			id := st<<stretchBits + i
			title, of := "Lantern", []string{"lantern", "lanter"}
			if i%10 == 0 { // everywhere
				title, of = title+" River", append(of, "lantern river")
			}
			if st == 2 && i > each-40 || st == stretches-1 && i < 60 { // together
				title, of = title+" Zebra", append(of, "zebra", "lantern zebra")
			}
			for _, text := range of {
				want[text] = append(want[text], c.HubID(id))
			}
			all = append(all, item(id, fmt.Sprint(id), fmt.Sprintf(`"title":%q`, title)))
		}
		say(t, c, fmt.Sprint(st), all...)
	}
	takeIn(t, s)
	for text, ids := range want {
		for _, limit := range []int{100, 1000} {
			var have []int64
			q := store.Query{Text: text, Limit: limit, Within: time.Hour}
			for {
				res, err := s.Query(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for i := range res.Items {
					have = append(have, res.Items[i].ID)
				}
				if q.After = res.Next; q.After == "" {
					break
				}
			}
			if slices.Sort(have); !slices.Equal(have, ids) {
				t.Errorf("%q finds %d items, %d a page, of %d", text, len(have), limit, len(ids))
			}
		}
		err := s.read(t.Context(), func(tx pgx.Tx) error {
			a, err := s.ask(t.Context(), tx, &store.Query{Text: text, Sort: "size"})
			if err != nil {
				return err
			}
			for _, most := range []int{1, 40, 5500, 100_000} {
				n, err := counting{t.Context(), a.words}.Count(len(a.words.Terms), words.Begins, most)
				if err != nil || n != int64(min(most, len(ids))) {
					t.Errorf("of %q %d are counted up to %d of %d, %v", text, n, most, len(ids), err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What is wanted is met in few pieces, none of which is much larger than that takes, wherever matches lie.
func TestPiecesAreAsLargeAsWhatIsWantedTakes(t *testing.T) {
	t.Parallel()
	const stretch = 1 << stretchBits
	for name, density := range map[string]func(stretch int) float64{
		"everywhere":   func(int) float64 { return 0.5 },
		"a tenth":      func(int) float64 { return 0.1 },
		"few":          func(int) float64 { return 0.001 },
		"at the end":   func(n int) float64 { return float64(n/90) * 0.4 },
		"at the begin": func(n int) float64 { return max(0, 0.25-float64(n)) },
		"nowhere":      func(int) float64 { return 0 },
	} {
		const all, wanted = 100, 10_000
		p := newPieceSize(wanted, all*stretch/2, all*stretch)
		pieces, at, met := 0, 0, 0.0
		for ; at < all && met < wanted; pieces++ {
			n, found := 0, 0.0
			for ; at < all && !p.isFull(n, float64(n*stretch), false); n, at = n+1, at+1 {
				found += density(at) * stretch
			}
			p.add(float64(n*stretch), found)
			met += found
		}
		if pieces > 8 || met > 16*wanted {
			t.Errorf("%s: %d pieces meet %.0f", name, pieces, met)
		}
	}
}
