package smb

import (
	"context"
	"fmt"
	"math"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// witnessesAsked is how many names are asked for to recognize a disk.
const witnessesAsked = 16

// sameDisk tells another disk from the known one where both have the same number for their root, as all
// of ext4 and xfs have. It asks only when the root's times have moved: then the size of its volume is
// looked at, and where that is another too, something that was known must be on it. Volumes that were
// enlarged, and pools whose size follows what is in them, pass; so does a disk of the very same size, or
// one that was exchanged while nothing was known.
func (s *Share) sameDisk(ctx context.Context, root info) error {
	last, size := s.cache.volume()
	stamp := info{id: root.id, mtime: root.mtime, created: root.created}
	if stamp == last {
		return nil
	}
	now, err := s.volumeSize(ctx)
	if err != nil && classify(err) != thisEntry {
		return err
	}
	if last.id == root.id && size != 0 && now != 0 && now != size && !s.recognized(ctx) {
		return &classedError{class: elsewhere, err: fmt.Errorf(
			"%w: another disk in its place: its volume has %d bytes in place of %d, and nothing that was known is on it",
			tree.ErrAway, now, size)}
	}
	s.cache.measured(stamp, now)
	return nil
}

func (s *Share) volumeSize(ctx context.Context) (uint64, error) {
	return withSession(ctx, s, func(ses *session) (uint64, error) {
		return asked(ctx, ses, weightSmall, func() (uint64, error) { return ses.mount.volumeSize(s.sharePath("")) })
	})
}

// Total implements tree.Tree. A share is one volume, whatever the server has mounted in it: its root is measured.
func (s *Share) Total(ctx context.Context, _ string) (int64, error) {
	n, err := perform(ctx, s, retryDenied(s, func(ctx context.Context) (uint64, error) {
		n, err := s.volumeSize(ctx)
		if err != nil && classify(err) == thisEntry { // the server does not say
			return 0, nil
		}
		return n, err
	}), nil)
	if err != nil {
		return 0, fmt.Errorf("measure the share: %w", err)
	}
	return int64(min(n, math.MaxInt64)), nil //nolint:gosec // bounded
}

// recognized reports whether anything is on the disk that was on the known one, or nothing was known.
func (s *Share) recognized(ctx context.Context) bool {
	known := s.cache.inRoot()
	told := len(known) > 0
	for _, e := range known[:min(len(known), witnessesAsked)] {
		if s.shows(ctx, e.name, e.id) {
			return true
		}
	}
	if s.config.Witnesses != nil {
		paths := s.config.Witnesses()
		told = told || len(paths) > 0
		for _, path := range paths[:min(len(paths), witnessesAsked)] {
			if s.shows(ctx, path, 0) {
				return true
			}
		}
	}
	return !told
}

// shows reports whether there is something at path, with this id unless that is 0.
func (s *Share) shows(ctx context.Context, path string, id uint64) bool {
	var i info
	err := checkPath(path)
	if err == nil {
		i, err = s.lookNow(ctx, path)
	}
	return err == nil && (id == 0 || i.id == id)
}
