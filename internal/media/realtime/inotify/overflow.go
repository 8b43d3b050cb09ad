package inotify

import (
	"errors"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

// lost notes that events are missing, whatever the reason: the kernel's queue has overflowed, or one here.
func (m *Manager) lost(err error) {
	m.shared.Overflows.Add(1)
	if err != nil && !errors.Is(err, fsnotify.ErrEventOverflow) {
		m.shared.Log.Warn("inotify failed; the root will be compared whole", zap.String("root", m.Name), zap.Error(err))
	}
	if !m.verifying.Swap(true) {
		m.commands.add(command{kind: verifyWatches})
	}
	m.shared.Debounce.Dir(m.Name, "", true)
}
