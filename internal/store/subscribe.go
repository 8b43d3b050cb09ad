package store

import "sync"

// wakers tell waiting goroutines that there is more to read, and nothing else: a channel of capacity
// one each, so that no waker ever waits and no wake-up is ever lost.
type wakers struct {
	mu   sync.Mutex // guards the sets; never held over a send that could wait
	feed map[chan struct{}]struct{}
	work map[chan struct{}]struct{}
}

// Subscribe returns a channel that gets a value after each commit that moved the head. Unsubscribe by
// the returned function.
func (s *Store) Subscribe() (<-chan struct{}, func()) { return s.wakers.add(&s.wakers.feed) }

// SubscribeWork returns a channel that gets a value after each commit that left work for the analyzer.
func (s *Store) SubscribeWork() (<-chan struct{}, func()) { return s.wakers.add(&s.wakers.work) }

func (w *wakers) add(set *map[chan struct{}]struct{}) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1) // one pending wake-up says all that there is to say
	w.mu.Lock()
	defer w.mu.Unlock()
	if *set == nil {
		*set = make(map[chan struct{}]struct{})
	}
	(*set)[ch] = struct{}{}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(*set, ch)
	}
}

func (w *wakers) wake()     { w.signal(&w.feed) }
func (w *wakers) wakeWork() { w.signal(&w.work) }

func (w *wakers) signal(set *map[chan struct{}]struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range *set {
		select {
		case ch <- struct{}{}:
		default: // it has one already
		}
	}
}
