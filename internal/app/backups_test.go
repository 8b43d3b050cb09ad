package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/config"
)

// clocked are backups whose clock a test sets, into a directory of its own.
type clocked struct {
	*backups
	cfg    *config.Config
	at     time.Time
	broken error // what copying fails with
	busy   bool
}

func newClocked(t *testing.T, every time.Duration, keep int) *clocked {
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.Backup = config.Backup{Every: every, Keep: keep}
	c := &clocked{cfg: cfg, at: time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)}
	c.backups = &backups{
		config: func() *config.Config { return c.cfg }, now: func() time.Time { return c.at }, log: zaptest.NewLogger(t),
		idle: func() bool { return !c.busy },
		copy: func(_ context.Context, file string) error {
			if c.broken != nil {
				return c.broken
			}
			return os.WriteFile(file, []byte("a catalog"), 0o600)
		},
	}
	return c
}

// after lets time pass, and gives the backups that there are then.
func (c *clocked) after(t *testing.T, d time.Duration) []string {
	t.Helper()
	c.at = c.at.Add(d)
	c.turn(t.Context())
	names, err := c.names()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func checkNames(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("backups differ (-want +got):\n%s", diff)
	}
}

func TestBackupsAreMadeOnTimeAndTheOldestGo(t *testing.T) {
	c := newClocked(t, 24*time.Hour, 2)
	other := filepath.Join(c.cfg.DataDir, "backups", "catalog-of-mine.db")
	checkNames(t, c.after(t, 0), "catalog-20261129T030000Z.db")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	checkNames(t, c.after(t, 23*time.Hour), "catalog-20261129T030000Z.db")
	checkNames(t, c.after(t, time.Hour), "catalog-20261129T030000Z.db", "catalog-20261130T030000Z.db")
	checkNames(t, c.after(t, 25*time.Hour), "catalog-20261130T030000Z.db", "catalog-20261201T040000Z.db")
	if _, err := os.Stat(other); err != nil {
		t.Error("what is not the daemon's was removed:", err)
	}
}

func TestABackupOfBeforeTheStartCounts(t *testing.T) {
	c := newClocked(t, 24*time.Hour, 7)
	c.after(t, 0)
	again := newClocked(t, 24*time.Hour, 7)
	again.cfg, again.at = c.cfg, c.at
	checkNames(t, again.after(t, time.Hour), "catalog-20261129T030000Z.db")
}

func TestAFailedBackupRemovesNoneAndIsTriedAgain(t *testing.T) {
	c := newClocked(t, 24*time.Hour, 1)
	c.after(t, 0)
	c.broken = errors.New("no space left on device")
	checkNames(t, c.after(t, 24*time.Hour), "catalog-20261129T030000Z.db")
	c.broken = nil
	checkNames(t, c.after(t, 30*time.Minute), "catalog-20261129T030000Z.db")
	checkNames(t, c.after(t, 30*time.Minute), "catalog-20261130T040000Z.db")
	if c.failed.Load() != 1 || c.made.Load() != c.at.Unix() {
		t.Errorf("%d failed, the last one made at %d", c.failed.Load(), c.made.Load())
	}
}

// A machine without a battery begins in 1970 until it asks for the time, and a clock may be set back for good.
func TestAClockThatJumpsNeitherStopsBackupsNorTakesTheNewOne(t *testing.T) {
	c := newClocked(t, 24*time.Hour, 2)
	c.at = time.Unix(60, 0)
	checkNames(t, c.after(t, 0), "catalog-19700101T000100Z.db")
	c.at = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	checkNames(t, c.after(t, 0), "catalog-19700101T000100Z.db", "catalog-20300101T000000Z.db")
	c.at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	checkNames(t, c.after(t, 0), "catalog-20260101T000000Z.db", "catalog-20300101T000000Z.db")
	checkNames(t, c.after(t, 24*time.Hour), "catalog-20260102T000000Z.db", "catalog-20300101T000000Z.db")
}

func TestBackupsFollowTheConfigurationInForce(t *testing.T) {
	c := newClocked(t, 0, 7)
	checkNames(t, c.after(t, 0))
	cfg := *c.cfg
	cfg.Backup.Every = time.Hour
	c.cfg = &cfg
	checkNames(t, c.after(t, time.Minute), "catalog-20261129T030100Z.db")
}

func TestWhatAKilledDaemonLeftOfABackupGoesWithTheNextOne(t *testing.T) {
	c := newClocked(t, 24*time.Hour, 2)
	c.after(t, 0)
	part := filepath.Join(c.cfg.BackupDir(), ".catalog-20261130T030000Z.db.1234.part")
	if err := os.WriteFile(part, []byte("half a catalog"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.after(t, 24*time.Hour)
	if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestTheFirstBackupWaitsForAFirstScan(t *testing.T) {
	c := newClocked(t, 7*24*time.Hour, 2)
	c.busy = true
	checkNames(t, c.after(t, 0))
	checkNames(t, c.after(t, time.Hour))
	c.busy = false
	checkNames(t, c.after(t, time.Minute), "catalog-20261129T040100Z.db")
	c.busy = true // later ones come on time, whatever is under way
	checkNames(t, c.after(t, 7*24*time.Hour), "catalog-20261129T040100Z.db", "catalog-20261206T040100Z.db")

	c = newClocked(t, 7*24*time.Hour, 2)
	c.busy = true // and one that never rests is copied within a day
	checkNames(t, c.after(t, 0))
	checkNames(t, c.after(t, 24*time.Hour), "catalog-20261130T030000Z.db")
}

func TestTheFirstBackupIsMadeAsSoonAsAFirstScanHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClocked(t, 7*24*time.Hour, 2)
		var scanned atomic.Bool
		c.now, c.idle = time.Now, scanned.Load
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.run(ctx) }()
		time.Sleep(90 * time.Second)
		synctest.Wait()
		names, err := c.names()
		if err != nil || len(names) > 0 {
			t.Errorf("%v, %v: want none", names, err)
		}
		scanned.Store(true)
		time.Sleep(firstTurn)
		synctest.Wait()
		if names, err = c.names(); err != nil || len(names) != 1 {
			t.Errorf("%v, %v: want one", names, err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
