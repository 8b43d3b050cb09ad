package modeltest

import (
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
	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
)

// TestShareModel does to the files of a share what TestModel does to local ones, while everything is done to
// the share, its server, its disk and the line to it that is done to them in a house. Meanwhile nothing may
// be forgotten that is there, and another root must not lose a second; once the share is back nothing may
// differ, and no id have changed.
func TestShareModel(t *testing.T) {
	runShare(t, testTime(2*time.Minute, 15*time.Second), testSeed())
}

// TestSoakShareModel runs it for as long as SOAK says.
func TestSoakShareModel(t *testing.T) {
	d := soakTime(t)
	m := runShare(t, d, soakSeed())
	if least := int(d.Hours() * 500); m.injected < least {
		t.Errorf("%d faults are too few to prove anything: want %d", m.injected, least)
	}
}

// The roots: one on a share, and one that has nothing to do with it.
const shared, onDisk = "one", "two"

// shareTimeout is how long the share's server may keep silent.
const shareTimeout = time.Second * raceTimes

// shareModel is one run. Its roots are the share alone; the local root has only what it is measured by.
type shareModel struct {
	*model
	server   *smbtest.Server
	proxy    *smbtest.Proxy
	disk     *smbtest.Disk
	password string // file that holds it

	active   []*trouble
	injected int
	tally    map[string]int
	hides    bool // in this round places may not be seen, to which or from which files moved, for longer than the grace
	denies   bool // it may happen in this round that the server denies what it could read
	cutAt    int64

	guard     *guard
	localSize int64
	localDone int
	slowest   time.Duration // that the local root took to show a change
	atRest    figures
}

func runShare(t *testing.T, d time.Duration, seed uint64) *shareModel {
	server, disk := smbtest.StartOnBadDisk(t, "SMB_GLOBAL=server signing = mandatory")
	base := t.TempDir()
	world := newWorldAt(t, base, map[string]string{shared: server.Media(shared), outside: filepath.Join(server.Dir, outside)}, shared)
	m := &shareModel{
		model: newModel(t, filepath.Join(base, "data"), seed, world), server: server, disk: disk, proxy: smbtest.StartProxy(t, server.Port, 0),
		password: filepath.Join(base, "password"), tally: map[string]int{},
	}
	m.share, m.check = true, m.compare
	m.must(os.WriteFile(m.password, []byte(smbtest.Password+"\n"), 0o600))
	m.must(os.Mkdir(filepath.Join(base, onDisk), 0o755))
	m.touchLocal()
	m.start([]apptest.Root{
		{
			Name: shared, URL: fmt.Sprintf("smb://%s@127.0.0.1:%d/media/%s", smbtest.User, m.proxy.Port(), shared),
			More: fmt.Sprintf("password_file = %q\ntimeout = %q\npoll_interval = \"1s\"\nmax_removals = 1.0\nexclude = [%q]", m.password, shareTimeout, excluded),
		},
		{Name: onDisk, Path: filepath.Join(base, onDisk)},
	})
	m.guard = newGuard(m.replica)
	m.run(d, m.round)
	t.Logf("%d faults: %v", m.injected, m.tally)
	t.Logf("a change of the local root took %s at most, of %d; at rest %v", m.slowest, m.localDone, m.atRest)
	return m
}

// round does operations, with faults that come and go and the daemon killed or stopped in some rounds, ends
// the faults and compares.
func (m *shareModel) round() {
	steps, calm := 4+m.rnd.IntN(16), m.chance(0.25)
	if calm { // within the grace more is determined
		steps = 2 + m.rnd.IntN(4)
	}
	for range steps {
		if !calm && m.chance(0.4) {
			m.inject()
		}
		for range m.rnd.IntN(4) {
			m.operate()
			m.ops++
			m.watch()
			m.pause()
		}
		m.goOn()
		if m.chance(0.06) {
			m.end()
			m.atRest = nil // a new process has other figures
			time.Sleep(time.Duration(m.rnd.IntN(500)) * time.Millisecond)
			m.note("start")
			m.daemon.Start(m.t)
		}
		switch {
		case m.chance(0.15):
			m.ask("/scan", fmt.Sprintf(`{"path": "", "full": %t}`, m.chance(0.3)))
		case m.chance(0.2):
			m.ask("/reconnect", "")
		}
		if m.chance(0.3) {
			m.measureLocal()
		}
		if m.chance(0.25) {
			m.lift()
		}
		time.Sleep(time.Duration(m.rnd.IntN(400)) * time.Millisecond)
	}
	for len(m.active) > 0 {
		m.lift()
	}
	m.compare()
}

// end kills or stops the daemon. However the share is, it stops in no time.
func (m *shareModel) end() {
	began := time.Now()
	stops := m.stops
	m.stop()
	if took := time.Since(began); m.stops > stops && took > 2*time.Second*raceTimes {
		m.t.Errorf("a stop took %s, with %s", took, m.troubles())
	}
}

// ask requests something of the share's root, which may be away: whatever the answer is.
func (m *shareModel) ask(what, body string) (location string) {
	m.t.Helper()
	m.note("POST %s %s", what, body)
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, "http://"+m.daemon.Addr()+"/api/v1/roots/"+shared+what, strings.NewReader(body))
	m.must(err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		m.t.Errorf("POST %s: %v", what, err)
		return ""
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	m.must(err)
	if resp.StatusCode >= http.StatusInternalServerError && resp.StatusCode != http.StatusServiceUnavailable {
		m.t.Errorf("POST %s: %s", what, resp.Status)
	}
	return resp.Header.Get("Location")
}

func (m *shareModel) touchLocal() {
	m.localSize++
	m.must(os.WriteFile(filepath.Join(m.base, onDisk, sentinel), make([]byte, m.localSize), 0o644))
}

// measureLocal changes a file of the root that is not on the share, and waits until the client knows.
func (m *shareModel) measureLocal() {
	began := time.Now()
	m.touchLocal()
	const limit = 3 * time.Second * raceTimes
	if !apptest.Within(limit, func() bool {
		it := m.replica.Find(onDisk, sentinel)
		return it != nil && it.Size == m.localSize
	}) {
		m.fail([]string{fmt.Sprintf("a change of the local root did not come to the client in %s, with %s", limit, m.troubles())})
		return
	}
	m.localDone++
	m.slowest = max(m.slowest, time.Since(began))
}

// compare waits until the share is back and has been looked at in full, and compares.
func (m *shareModel) compare() {
	m.t.Helper()
	m.appendTo(place{shared, sentinel}, 1)
	m.sentinel++
	for try := range 5 {
		if !m.comesBack() || !m.scanned() {
			return
		}
		m.daemon.WaitIdle(m.t, time.Minute)
		if m.daemon.Root(m.t, shared).State == "online" {
			break
		}
		if try == 4 {
			m.fail([]string{"the share does not stay"})
			return
		}
	}
	if it := m.replica.Find(shared, sentinel); !apptest.Within(time.Minute, func() bool {
		it = m.replica.Find(shared, sentinel)
		return it != nil && it.Size == m.sentinel
	}) {
		m.fail([]string{fmt.Sprintf("the sentinel has %d bytes, and the client knows %+v", m.sentinel, it)})
		return
	}
	quick := time.Since(m.began) < grace && !m.hides
	c, ok := m.views()
	if !ok {
		return
	}
	maps.DeleteFunc(c, func(_ int64, it *apptest.Item) bool { return it.Root != shared })
	disk := map[place]apptest.File{}
	for path, f := range apptest.Walk(m.t, m.dir(shared), func(p string, isDir bool) bool { return m.passed(place{shared, p}, isDir) }) {
		f.MTime = f.MTime.Truncate(100 * time.Nanosecond) // FILETIME (MS-DTYP, 2.3.3)
		disk[place{shared, path}] = f
	}
	m.hidden = m.hides
	m.excuse(c)
	lines := m.differences(c, disk, quick)
	m.watch()
	if lines = append(lines, m.guard.wrong...); len(lines) > 0 {
		m.fail(lines)
		return
	}
	m.settle(c)
	m.guard.protect(m.world)
	m.hides, m.hidden, m.denies = false, false, false
	m.rest()
}

// excuse lets the analysis of files have failed that the server denied again and again, since they are left alone
// for a while then; in later rounds too, until they are tried again.
func (m *shareModel) excuse(c apptest.Catalog) {
	excused := map[int64]struct{}{}
	for id, it := range c {
		if _, before := m.excused[id]; it.Analysis == "failed" && strings.Contains(it.Error, "access denied") && (before || m.denies) {
			excused[id] = struct{}{}
			if !before {
				m.tally["analyses denied"]++
			}
		}
	}
	m.excused = excused
}

// comesBack waits until the share is online; in some rounds it is left to itself as long as it has announced.
func (m *shareModel) comesBack() bool {
	var root struct {
		State, Reason string
		Breaker       struct {
			State   string
			RetryAt *time.Time `json:"retry_at"`
		}
	}
	look := func() bool {
		m.daemon.Get(m.t, "/api/v1/roots/"+shared, &root)
		return root.State == "online"
	}
	if look() {
		return true
	}
	if at := root.Breaker.RetryAt; root.Breaker.State == "open" && at != nil && time.Until(*at) < 4*time.Second && m.chance(0.5) {
		m.note("wait for %s", time.Until(*at))
		if !apptest.Within(time.Until(*at)+5*time.Second*raceTimes, look) {
			m.fail([]string{fmt.Sprintf("the share is not back 5 s after it was to be tried: %+v", root)})
			return false
		}
		m.tally["back by itself"]++
		return true
	}
	if !apptest.Within(time.Minute, func() bool {
		m.ask("/reconnect", "")
		return apptest.Within(500*time.Millisecond, look)
	}) {
		m.fail([]string{fmt.Sprintf("the share does not come back: %+v", root)})
		return false
	}
	return true
}

// scanned has the share looked at in full, since a file that was rewritten in its place shows to nothing else.
func (m *shareModel) scanned() bool {
	var scan struct {
		State  string
		Errors int
		Error  string
	}
	if !apptest.Within(time.Minute, func() bool {
		location := m.ask("/scan", `{"path": "", "full": true}`)
		if location == "" {
			time.Sleep(100 * time.Millisecond)
			return false
		}
		return apptest.Within(time.Minute, func() bool {
			m.daemon.Get(m.t, location, &scan)
			return scan.State != "running" && scan.State != "queued"
		}) && scan.State == "done" && scan.Errors == 0
	}) {
		m.fail([]string{fmt.Sprintf("the share cannot be scanned: %+v", scan)})
		return false
	}
	return true
}

// figures are what a process that is at rest holds.
type figures map[string]float64

// rest checks that the process holds no more than when it was first at rest.
func (m *shareModel) rest() {
	const slack = 12 // connections of clients and to the server, which come and go
	take := func() figures {
		all := m.daemon.Metrics(m.t)
		return figures{"goroutines": all["go_goroutines"], "files": all["process_open_fds"]}
	}
	if m.atRest == nil {
		m.atRest = take()
		return
	}
	var now figures
	if !apptest.Within(time.Minute, func() bool {
		now = take()
		return now["goroutines"] <= m.atRest["goroutines"]+slack && now["files"] <= m.atRest["files"]+slack
	}) {
		m.fail([]string{fmt.Sprintf("at rest %v, which were %v", now, m.atRest)})
	}
}
