package hub

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
)

// What a source says of its roots is kept, also where the database did not take it at first.
func TestRootsThatWereNotKeptAreKeptWhenTheyAreHeardAgain(t *testing.T) {
	t.Parallel()
	var server pgtest.Shared
	defer server.Stop()
	log := zaptest.NewLogger(t)
	st, err := postgres.Open(t.Context(), server.Database(t), "", log)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	one := New([]Source{{Name: "attic"}}, st, nil, log).each()[0]
	is := said{Roots: []json.RawMessage{json.RawMessage(`{"name":"films","state":"online","group":"kids"}`)}}
	if err := one.hear(t.Context(), &is); !errors.Is(err, postgres.ErrFollows) {
		t.Fatalf("a hub that does not lead keeps roots: %v", err)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	err = st.Lead(ctx, t.Name, func(ctx context.Context) error {
		defer end()
		if err := one.hear(ctx, &is); err != nil {
			t.Error(err)
		}
		kept, err := st.Said(ctx, "attic")
		if err != nil || string(kept["films"]) != string(is.Roots[0]) {
			t.Errorf("of roots that are heard again is kept %q, %v", kept, err)
		}
		is.Roots[0] = json.RawMessage(`{"name":"films","state":"online"}`)
		if err := one.hear(ctx, &is); err != nil {
			t.Error(err)
		}
		kept, err = st.Said(ctx, "attic")
		if err != nil || string(kept["films"]) != string(is.Roots[0]) {
			t.Errorf("of a root of another group is kept %q, %v", kept, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
