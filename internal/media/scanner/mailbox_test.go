package scanner

import (
	"fmt"
	"slices"
	"testing"
)

func TestMailOfOneDirectoryIsTakenInOnce(t *testing.T) {
	m := newMailbox()
	if !m.put("a", []string{"x"}, false) {
		t.Error("an empty box was not empty")
	}
	for _, put := range []struct {
		dir       string
		names     []string
		recursive bool
	}{{"b", nil, false}, {"a", []string{"y", "x"}, false}, {"b", []string{"z"}, false}, {"c", nil, true}} {
		if m.put(put.dir, put.names, put.recursive) {
			t.Errorf("the box was empty before %+v", put)
		}
	}
	<-m.wake
	jobs := m.take()
	if len(jobs) != 3 || jobs[0].dir != "a" || !slices.Equal(jobs[0].names, []string{"x", "y"}) || jobs[1].dir != "b" || jobs[1].names != nil ||
		jobs[2].dir != "c" || !jobs[2].recursive {
		t.Errorf("got %d jobs %+v, want x and y of a, all of b, and everything below c", len(jobs), jobs)
	}
	if jobs := m.take(); len(jobs) != 0 {
		t.Errorf("taken twice: %+v", jobs)
	}
}

func TestTooMuchMailIsAScanOfEverything(t *testing.T) {
	for name, fill := range map[string]func(*mailbox){
		"directories": func(m *mailbox) {
			for i := range mailDirs + 1 {
				m.put(fmt.Sprint(i), []string{"x"}, false)
			}
		},
		"names": func(m *mailbox) {
			for i := range mailNames + 1 {
				m.put("a", []string{fmt.Sprint(i)}, false)
			}
		},
	} {
		m := newMailbox()
		fill(m)
		if jobs := m.take(); len(jobs) != 1 || jobs[0].dir != "" || !jobs[0].recursive {
			t.Errorf("too many %s: %d jobs, want one at everything", name, len(jobs))
		}
	}
}
