package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// TestDiskModel runs the model on each kind of file system, whose disks are taken away, copied and rolled back.
func TestDiskModel(t *testing.T) {
	for _, fs := range filesystems {
		t.Run(fs.name, func(t *testing.T) { runDisk(t, fs, testTime(5*time.Second, time.Second), testSeed()) })
	}
}

// TestSoakDiskModel runs it on each for its share of what SOAK says.
func TestSoakDiskModel(t *testing.T) {
	d := soakTime(t)
	for _, fs := range filesystems {
		t.Run(fs.name, func(t *testing.T) {
			runDisk(t, fs, d/time.Duration(len(filesystems)), soakSeed())
		})
	}
}

// diskModel is one run on one file system.
type diskModel struct {
	*model
	disk   *disk
	polled bool
	guard  *guard
	kept   map[place]snapshot // of the state to which the disk can be rolled back
	keptOf map[place]struct{} // its directories
	done   map[string]int
}

// snapshot is a file as it was.
type snapshot struct {
	o     *object
	title string
	size  int64
	mtime time.Time
}

func runDisk(t *testing.T, fs filesystem, d time.Duration, seed uint64) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	disk := fs.mount(t, base)
	m := &diskModel{
		model: newModel(t, filepath.Join(base, "data"), seed, newWorld(t, disk.at, "one", "two")), disk: disk, done: map[string]int{},
	}
	m.lacks, m.check = fs.lacks, m.compare
	m.start(m.localRoots("poll_interval = \"1s\"\n"))
	m.guard = newGuard(m.replica)
	m.run(d, m.round)
	t.Logf("%s: done to the disk: %v", fs.name, m.done)
}

// round does something to the disk, or operations as the model does, and compares.
func (m *diskModel) round() {
	if m.chance(0.4) {
		m.handle()
		return
	}
	m.operations(0.3)
}

// handle does to the disk what is done to disks.
func (m *diskModel) handle() {
	for {
		switch d := m.disk; m.rnd.IntN(5) {
		case 0:
			if d.away != nil {
				m.handled("away and back", func() { d.away(); m.meanwhile(3 * time.Second); d.back() })
				return
			}
		case 1:
			if d.copied != nil {
				m.handled("copied", d.copied)
				return
			}
		case 2:
			if d.keep != nil {
				m.keep()
				return
			}
		case 3:
			if d.roll != nil && m.kept != nil {
				m.rollBack()
				return
			}
		case 4:
			if d.part != nil {
				m.handled("a part away and back", func() {
					back := d.part()
					m.scan()
					m.meanwhile(15 * time.Second)
					back()
				})
				return
			}
		}
		if m.chance(0.2) {
			return
		}
	}
}

func (m *diskModel) handled(what string, do func()) {
	m.note("%s", what)
	m.done[what]++
	running := m.chance(0.7)
	if !running {
		m.stop()
	}
	if running {
		do()
	} else {
		m.offline(do)
	}
	m.compare()
}

// offline does something to the disk while no daemon runs.
func (m *diskModel) offline(do func()) {
	do()
	m.note("start")
	m.daemon.Start(m.t)
}

// meanwhile lets some of a time pass.
func (m *diskModel) meanwhile(most time.Duration) {
	time.Sleep(time.Duration(m.rnd.Int64N(int64(most))))
}

// keep keeps the state of now.
func (m *diskModel) keep() {
	m.note("keep this state")
	m.done["kept"]++
	m.disk.keep()
	m.kept, m.keptOf = map[place]snapshot{}, maps.Clone(m.dirs)
	for p, o := range m.files {
		st, err := os.Lstat(m.abs(p))
		m.must(err)
		m.kept[p] = snapshot{o: o, title: o.title, size: st.Size(), mtime: st.ModTime()}
	}
	m.keptIgnores = maps.Clone(m.ignores)
}

// rollBack brings the state back that was kept: what stands where it stood, as it was, is the same; of all else
// nothing is determined.
func (m *diskModel) rollBack() {
	m.handled("rolled back", func() {
		same := map[place]bool{}
		for p, s := range m.kept {
			st, err := os.Lstat(m.abs(p))
			same[p] = err == nil && m.files[p] == s.o && st.Size() == s.size && st.ModTime().Equal(s.mtime)
		}
		m.disk.roll()
		m.restore(same)
	})
}

// restore makes the world what it was when its state was kept.
func (m *diskModel) restore(same map[place]bool) {
	m.dirs, m.ignores = maps.Clone(m.keptOf), maps.Clone(m.keptIgnores)
	m.rulesChanged = true
	m.files, m.history = map[place]*object{}, map[place][]*tenure{}
	byObject := map[*object]*object{}
	for p, s := range m.kept {
		o := byObject[s.o]
		if o == nil {
			m.objects++
			o = &object{number: m.objects, title: s.title, places: map[place]struct{}{}, born: s.o.born, base: map[place]int64{}}
			byObject[s.o] = o
		}
		o.places[p] = struct{}{}
		m.files[p] = o
		if id := s.o.base[p]; same[p] && id != 0 {
			o.base[p] = id
		} else {
			m.history[p] = []*tenure{{o: o}}
		}
		o.linked = len(o.places) > 1
		o.returned = len(o.base) == 0
		s.o = o
		m.kept[p] = s
	}
	m.began = time.Time{} // longer ago than any grace
	for _, r := range m.roots {
		if st, err := os.Stat(m.abs(place{r, sentinel})); err == nil {
			m.sentinel = max(m.sentinel, st.Size())
		}
	}
}

// scan has every root looked at in full, and waits until it has been.
func (m *diskModel) scan() {
	m.t.Helper()
	for _, r := range m.roots {
		var scan struct {
			ID    int64  `json:"id"`
			State string `json:"state"`
		}
		if m.daemon.Addr() == "" || m.post("/api/v1/roots/"+r+"/scan", `{"path": "", "full": true}`, &scan) >= http.StatusBadRequest {
			continue
		}
		apptest.Within(time.Minute, func() bool {
			m.daemon.Get(m.t, fmt.Sprintf("/api/v1/scans/%d", scan.ID), &scan)
			return scan.State != "running" && scan.State != "queued"
		})
	}
}

// post asks for something, and takes whatever the answer is.
func (m *diskModel) post(path, body string, into any) int {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, "http://"+m.daemon.Addr()+path, strings.NewReader(body))
	m.must(err)
	resp, err := http.DefaultClient.Do(req)
	m.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	m.must(err)
	m.note("POST %s %s: %s", path, body, resp.Status)
	if resp.StatusCode < http.StatusBadRequest {
		m.must(json.Unmarshal(b, into))
	}
	return resp.StatusCode
}

// online waits until a root is, and says that its disk is the one where the daemon asks.
func (m *diskModel) online(root string) bool {
	m.t.Helper()
	var r rootState
	if !apptest.Within(time.Minute, func() bool { r = m.accept(root); return r.State == "online" }) {
		m.fail([]string{fmt.Sprintf("root %s does not come back: %+v", root, r)})
		return false
	}
	m.polled = m.polled || r.Watch.Mode == "poll"
	return true
}

// rootState is what the daemon says of a root.
type rootState struct {
	State, Reason string
	Watch         struct{ Mode string }
	VolumeOffer   *struct{ Volume string } `json:"volume_offer"`
}

// accept says that the disk in a root's place is the root's, where the daemon asks, and returns what it said before.
func (m *diskModel) accept(root string) rootState {
	m.t.Helper()
	var r rootState
	m.daemon.Get(m.t, "/api/v1/roots/"+root, &r)
	if r.State != "online" && r.VolumeOffer != nil {
		body, err := json.Marshal(map[string]string{"volume": r.VolumeOffer.Volume})
		m.must(err)
		var answer struct{ Kept, New, Missing int }
		if m.post("/api/v1/roots/"+root+"/accept-volume", string(body), &answer) == http.StatusOK {
			m.done["accepted"]++
		}
	}
	return r
}

// compare waits until every root is there and the daemon has seen everything, and compares.
func (m *diskModel) compare() {
	m.t.Helper()
	for _, r := range m.roots {
		if !m.online(r) {
			return
		}
	}
	m.sentinel++
	for _, r := range m.roots {
		st, err := os.Stat(m.abs(place{r, sentinel}))
		m.must(err)
		m.appendTo(place{r, sentinel}, int(m.sentinel-st.Size()))
	}
	if m.polled {
		m.scan()
	}
	for _, r := range m.roots {
		if !apptest.Within(time.Minute, func() bool {
			m.accept(r) // it may not have noticed another disk until now: what was added is more than a copy then
			it := m.replica.Find(r, sentinel)
			return it != nil && it.Size == m.sentinel
		}) {
			m.fail([]string{"what was added to the sentinel of root " + r + " did not come to the client in 30 s"})
			return
		}
	}
	m.daemon.WaitIdle(m.t, time.Minute)
	quick := time.Since(m.began) < grace && !m.polled
	c, ok := m.views()
	if !ok {
		return
	}
	found := map[place]apptest.File{}
	for _, r := range m.roots {
		for path, f := range apptest.Walk(m.t, filepath.Join(m.base, r), func(p string, isDir bool) bool { return m.passed(place{r, p}, isDir) }) {
			found[place{r, path}] = f
		}
	}
	lines := append(m.differences(c, found, quick), m.forgotten()...)
	if len(lines) > 0 {
		m.fail(lines)
		return
	}
	m.settle(c)
	m.guard.protect(m.world)
}

// forgotten says which items were forgotten since the last good state though their files are there.
func (m *diskModel) forgotten() (lines []string) {
	g := m.guard
	g.mu.Lock()
	events := g.events
	g.events = nil
	g.mu.Unlock()
	for _, e := range events {
		o := g.alive[e.id]
		if !e.deleted || o == nil || m.files[g.home[e.id]] != o || len(m.history[g.home[e.id]]) > 0 {
			continue
		}
		lines = append(lines, fmt.Sprintf("item %d was forgotten, though its file, object %d at %v, is there", e.id, o.number, g.home[e.id]))
	}
	return lines
}
