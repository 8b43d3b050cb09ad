package postgres

import (
	"context"
	"testing"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
)

// overtaken is a library of which somebody notes, while it is read, how far works were derived before.
type overtaken struct{ *Library }

func (o overtaken) ReadUnits(ctx context.Context, fn func(librarian.Reader) error) error {
	return o.Library.ReadUnits(ctx, func(r librarian.Reader) error {
		o.worked.Store(o.Head())
		return fn(r)
	})
}

// Works that are to be derived anew are, whatever is heard late of how far they were derived before.
func TestWorksAreDerivedFromThePlaceThatIsReadWithThem(t *testing.T) {
	t.Parallel()
	s := open(t)
	say(t, begin(t, s, "attic", "i1"), "a", item(1, "Velm (1999)/Velm.mkv", `"title":"Velm"`, `"year":1999`))
	l := librarian.NewOf(librarian.Config{}, overtaken{s.Library()}, zap.NewNop())
	if err := l.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(shelved(t, s)); n != 1 {
		t.Errorf("of one film there are %d works", n)
	}
}
