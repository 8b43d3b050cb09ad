package app

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// scansNow are the scans that run, as they were told of last.
type scansNow struct {
	mu sync.Mutex // guards of
	of map[string]media.Scan
}

func (s *scansNow) note(scan media.Scan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case scan.State == media.ScanRunning:
		if s.of == nil {
			s.of = make(map[string]media.Scan)
		}
		s.of[scan.Root] = scan
	case s.of[scan.Root].ID == scan.ID:
		delete(s.of, scan.Root)
	}
}

// text tells of them in the order of their roots.
func (s *scansNow) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, scan := range s.of {
		text := scan.Root + ": " + humanize.Comma(scan.Files) + " files"
		if scan.ETASeconds != nil {
			left := time.Duration(*scan.ETASeconds * float64(time.Second)).Round(time.Second)
			text += fmt.Sprintf(", %s left", left)
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// doing says in a line what goes on. It reads nothing of a disk.
func (d *Daemon) doing() string {
	counts := d.store.ItemCounts()
	running := d.scans.text()
	switch err := d.trouble(); {
	case err != nil:
		return inOneLine(err)
	case running != "":
		return "scanning " + running
	case counts.Pending > 0:
		return humanize.Comma(counts.Pending) + " files to analyse"
	}
	return humanize.Comma(counts.Items) + " items, following changes"
}

// doing says in a line what goes on. It asks neither the database nor a source.
func (h *hubServer) doing() string {
	if err := h.store.Health(); err != nil {
		return inOneLine(err)
	}
	states := h.sources.States()
	text := fmt.Sprintf("%d sources", len(states))
	if len(states) == 1 {
		text = "1 source"
	}
	var away []string
	for _, st := range states {
		if !st.Online {
			away = append(away, st.Name)
		}
	}
	if len(away) > 0 {
		text += ", away: " + strings.Join(away, ", ")
	}
	switch leader := h.store.Leader(); {
	case leader == nil:
		return text + "; no hub leads"
	case !leader.Here:
		return text + "; " + leader.Name + " leads"
	case !h.idle():
		return text + "; taking in changes"
	}
	return text + "; following changes"
}

func inOneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
