package live

import (
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Bounds of the messages that are kept for others who may want the same.
const (
	sharedMessages = 128
	sharedBytes    = 8 << 20 // of their texts; packed they take as much again at the most
)

// standing is all on which the next message to a subscriber depends: those who stand alike are told the same.
type standing struct {
	wish  string       // what of the feed it wants
	prev  string       // the cursor that it was told last
	at    media.Cursor // where it has read up to since
	whole int64
	seen  int64
	upto  int64 // up to which the message tells at the most
}

// told is a message, and where it leaves whom it was sent to.
type told struct {
	message outgoing // none: nothing passed the filter
	cursor  string
	at      media.Cursor
	whole   int64
	seen    int64
}

// shared keeps messages for others who stand where somebody stood. Its methods are safe for concurrent use. Who finds
// none makes one and publishes it: as many do that at once as there are processors, and none waits for another.
type shared struct {
	mu    sync.RWMutex // guards what follows; held for look-ups only
	of    map[standing]*told
	order []standing // oldest first
	bytes int
}

func (s *shared) find(at *standing) *told {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.of[*at]
}

// publish keeps a message, and gives the one that was first.
func (s *shared) publish(at *standing, m *told) *told {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.of[*at]; first != nil {
		return first
	}
	if s.of == nil {
		s.of = map[standing]*told{}
	}
	s.of[*at] = m
	s.order = append(s.order, *at)
	s.bytes += m.message.size
	for len(s.order) > 1 && (len(s.order) > sharedMessages || s.bytes > sharedBytes) {
		s.bytes -= s.of[s.order[0]].message.size
		delete(s.of, s.order[0])
		s.order = s.order[1:]
	}
	return m
}

func (s *shared) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of, s.order, s.bytes = nil, nil, 0
}
