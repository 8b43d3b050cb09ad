package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/zap"
)

// How long the WAL's truncation waits: for readers of its own with the read gate closed, no longer, since new ones, the
// feed's too, wait behind it; and for readers of other processes (a backup, an export), which no gate keeps out.
// Whoever it waited for in vain is left alone for the cooldown.
const (
	gateWait         = time.Second
	otherProcessWait = 100 * time.Millisecond
	gateCooldown     = 10 * time.Second
)

// The WAL is written back when it has so many pages; in a pass that nobody reads beside, when it has more: a page that
// is written again and again until then goes to the database once. That is below the length at which it is cut.
const (
	checkpointPages       = 4_000
	rarelyCheckpointPages = 14_000
)

// checkpointIfLong truncates the WAL when it has grown past its limit because readers never left it whole: the read
// gate is closed, so that no new read begins, the WAL is written back and truncated, the gate opens.
func (s *Store) checkpointIfLong() {
	fi, err := os.Stat(s.path + "-wal")
	if err != nil || fi.Size() < s.walLimit || time.Now().Before(s.gateCooldown) || s.Damage() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), gateWait)
	defer cancel()
	if err := s.readers.gate.Acquire(ctx, s.readers.all); err != nil {
		s.gateCooldown = time.Now().Add(gateCooldown)
		s.log.Warn("WAL stays long: a reader does not end", zap.Int64("bytes", fi.Size()))
		return
	}
	defer s.readers.gate.Release(s.readers.all)
	s.stats.GateCloses.Add(1)
	if err := s.noteDamage(s.truncateWAL()); err != nil {
		s.gateCooldown = time.Now().Add(gateCooldown)
		s.log.Warn("WAL not truncated", zap.Int64("bytes", fi.Size()), zap.Error(err))
	}
}

func (s *Store) truncateWAL() error {
	if err := s.writer.script(fmt.Sprintf("PRAGMA busy_timeout=%d", otherProcessWait.Milliseconds())); err != nil {
		return err
	}
	busy, err := s.writer.number("PRAGMA wal_checkpoint(TRUNCATE)")
	if err == nil && busy != 0 {
		err = errors.New("another process reads the catalog")
	}
	return errors.Join(err, s.writer.script(fmt.Sprintf("PRAGMA busy_timeout=%d", busyTimeout.Milliseconds())))
}
