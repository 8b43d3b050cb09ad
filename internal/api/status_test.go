package api

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// noRoots are none.
type noRoots struct{ rootKeeper }

type rootKeeper = Roots

func (noRoots) Roots(context.Context) ([]media.Root, error) { return nil, nil }

// A status is read piece by piece while the catalog changes: whatever comes in between, it does not say that all is
// taken in beside changes that are not.
func TestStatusThatIsIdleHasNothingBehind(t *testing.T) {
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	defer func() {
		cancel()
		<-st.Stopped()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	change := func(tx *store.Tx) error {
		r := store.Root{Name: "films", Kind: "local", Location: "/films"}
		if err := tx.AddRoot(&r); err != nil {
			return err
		}
		d, err := tx.EnsureDir(r.ID, "", 1)
		if err != nil {
			return err
		}
		return tx.Insert(&store.Item{Dir: d.ID, Root: r.ID, Name: "a.mkv", Kind: media.KindMovie, Volume: 1, Links: 1})
	}
	late := false // comes in right behind the look whether all is taken in
	s := &Server{catalog: st, roots: noRoots{}, log: zap.NewNop(), health: func() error { return nil }, idle: func() bool {
		if late {
			if err := st.Update(t.Context(), change); err != nil {
				t.Fatal(err)
			}
		}
		return true
	}}
	s.ready.Store(true)
	status := func() (got Status) {
		t.Helper()
		w := httptest.NewRecorder()
		if err := s.getStatus(w, httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/status", nil)); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := status(); !got.Idle || got.Lag != (store.Lag{}) {
		t.Errorf("idle %v, lag %+v, want true and none", got.Idle, got.Lag)
	}
	late = true
	if got := status(); got.Idle || got.Lag.Works != 1 {
		t.Errorf("idle %v, lag %+v behind a change, want false and 1", got.Idle, got.Lag)
	}
}
