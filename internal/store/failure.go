package store

import (
	"slices"

	"go.uber.org/zap"
)

// Failure is why the last changes could not be written, or none can be any more, or what was asked for could not be
// read a moment ago; nil while all can.
func (s *Store) Failure() error {
	if err := s.Damage(); err != nil {
		return err
	}
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return s.notRead()
}

// giveUp notes why a group was not written, and gives the error for those who asked.
func (s *Store) giveUp(err error, requests int) error {
	s.stats.Failures.Add(1)
	if isDamage(err) {
		return unwritten(s.noteDamage(err))
	}
	err = unwritten(explain(s.path, err))
	s.failure.Store(&err)
	s.log.Error("catalog not written", zap.Error(err), zap.Int("requests", requests))
	return err
}

// changes counts the rows that the writer has changed, where a failure stands.
func (s *Store) changes() int64 {
	if s.failure.Load() == nil {
		return 0
	}
	n, err := s.writer.number("SELECT total_changes()")
	if err != nil {
		return 0 // and no failure is forgotten
	}
	return n
}

// heal forgets a failure once a group has been committed that has changed anything since there were so many changes: the
// disk takes what is written again. That of which nothing was kept says nothing of it.
func (s *Store) heal(tx *Tx, answers []answer, before int64) {
	kept := slices.ContainsFunc(answers, func(a answer) bool { return a.err == nil })
	if kept && (tx.built || s.changes() > before) {
		s.failure.Store(nil)
	}
}

// tryDisk writes what is there already: nobody may want anything written for hours, and until then the failure would
// stand.
func (s *Store) tryDisk() {
	s.writeGroup(request{
		fn:   func(tx *Tx) error { return tx.c.setMeta("head", s.lastSeq) },
		done: func(error) {},
	})
}
