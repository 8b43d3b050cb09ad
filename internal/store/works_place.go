package store

// worksPlace is how far works are derived, as a group of requests leaves it.
type worksPlace struct {
	upto int64
	anew bool // they are derived anew: what was read before the commit is void
}

// deriveAnew has all works derived anew from the first change on. What is read until that is committed is not written.
func (tx *Tx) deriveAnew() error {
	err := tx.c.setMeta("worked", int64(0))
	if err == nil {
		tx.worksPlace = &worksPlace{anew: true}
	}
	return err
}

// isVoid reports whether what a batch was read of does not hold any more.
func (tx *Tx) isVoid(b *WorkBatch) bool {
	return b.generation != tx.s.regrouped.Load() || tx.worksPlace != nil && tx.worksPlace.anew
}

// deriveTo notes that works are derived up to a number.
func (tx *Tx) deriveTo(upto int64) error {
	err := tx.c.setMeta("worked", upto)
	if err == nil {
		tx.worksPlace = &worksPlace{upto: upto}
	}
	return err
}

// publishPlace makes the place of a durable commit visible. Only the writer does so, commit after commit: those who
// asked for them would say so in any order, and works that are to be derived anew might stay as they are. Who sees the
// generation sees the place that came with it.
func (s *Store) publishPlace(p *worksPlace) {
	if p == nil {
		return
	}
	s.placing.Lock()
	defer s.placing.Unlock()
	s.worked.Store(p.upto)
	if p.anew {
		s.regrouped.Add(1)
	}
}

// passOver moves the place behind a batch of which nothing came, in memory alone: what is read again after a restart
// says the same. It reports whether the batch still holds.
func (s *Store) passOver(b *WorkBatch) bool {
	s.placing.Lock()
	defer s.placing.Unlock()
	if b.generation != s.regrouped.Load() {
		return false
	}
	s.worked.Store(b.Upto)
	return true
}
