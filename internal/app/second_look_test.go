package app

import (
	"fmt"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// A fault of memory or of a cable passes, and the catalog is whole: nothing is put in its place for it. Met once more soon
// after, it is believed.
func TestASecondLookTellsAPassingFaultFromDamage(t *testing.T) {
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	core, log := observer.New(zapcore.WarnLevel)
	met := fmt.Errorf("%w: a page was read wrongly", store.ErrCorrupt)
	epoch := ""
	for _, step := range []struct {
		met     error
		said    string
		aside   int
		another bool // catalog than before
	}{
		{nil, "", 0, true},
		{met, "a second look finds the catalog whole: it is used as it is; look after memory and cables", 0, false},
		{fmt.Errorf("%w: %w", errMetAgain, met), "looking for what can take the place of a catalog that is broken", 1, true},
	} {
		st, err := openStore(t.Context(), cfg, step.met, zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		if another := st.Epoch() != epoch; another != step.another || st.Damage() != nil {
			t.Errorf("after %v: another catalog %v, damage %v", step.met, another, st.Damage())
		}
		epoch = st.Epoch()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		lines := log.TakeAll()
		if step.said != "" && (len(lines) == 0 || lines[0].Message != step.said) || step.said == "" && len(lines) > 0 {
			t.Errorf("after %v the log says %v", step.met, lines)
		}
		if n := len(store.Asides(cfg.DataDir)); n != step.aside {
			t.Errorf("after %v %d are kept aside", step.met, n)
		}
	}
}

// What can be put in no place of the damaged one is served as far as it can be read, and taken for damaged at once.
func TestADamagedCatalogThatNothingCanReplaceIsTakenForDamaged(t *testing.T) {
	cfg := config.Default()
	cfg.DataDir, cfg.Backup.Dir = t.TempDir(), t.TempDir()+"/away"
	st, err := openStore(t.Context(), cfg, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Error(err)
	}
	met := fmt.Errorf("%w: a page was read wrongly", store.ErrCorrupt)
	st, err = openStore(t.Context(), cfg, fmt.Errorf("%w: %w", errMetAgain, met), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if st.Damage() == nil || len(store.Asides(cfg.DataDir)) != 0 {
		t.Errorf("damage %v, kept aside %v", st.Damage(), store.Asides(cfg.DataDir))
	}
}
