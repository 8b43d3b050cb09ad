package modeltest

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// trouble is something that is wrong with the share now.
type trouble struct {
	name string
	what string // one of a kind at a time
	goOn func() // called again and again; may be nil
	end  func()
}

// What troubles are with.
const (
	withServer = "server"
	withDisk   = "disk"
	withEntry  = "directory"
	withFiles  = "files"
	withLine   = "line"
	withBytes  = "bytes"
)

// troubles is all that can be wrong, with how to make it so. What returns nil happens at once and is over.
var troubles = []struct {
	name  string
	what  string
	begin func(*shareModel) *trouble
}{
	{"paused", withServer, (*shareModel).pauseServer},
	{"killed", withServer, (*shareModel).killServer},
	{"restarted", withServer, func(m *shareModel) *trouble { m.server.Run("restart"); return nil }},
	{"everybody dropped", withServer, func(m *shareModel) *trouble { m.server.Run("drop", "media"); return nil }},
	{"share withdrawn", withServer, (*shareModel).withdraw},
	{"password changed", withServer, (*shareModel).changePassword},
	{"disk gone", withDisk, (*shareModel).unmount},
	{"disk empty", withDisk, (*shareModel).emptyDisk},
	{"another disk", withDisk, (*shareModel).otherDisk},
	{"directory denied", withEntry, (*shareModel).deny},
	{"listings short", withFiles, (*shareModel).shorten},
	{"disk slow", withFiles, (*shareModel).slow},
	{"links in a loop", withEntry, (*shareModel).loop},
	{"swallowed", withLine, (*shareModel).swallow},
	{"delayed", withLine, (*shareModel).delay},
	{"cut", withLine, (*shareModel).cut},
	{"connection reset", withLine, func(m *shareModel) *trouble { m.proxy.Cut(); return nil }},
	{"bits flipped", withBytes, (*shareModel).flip},
	{"bits flipped in requests", withBytes, (*shareModel).flipRequests},
	{"replies truncated", withBytes, (*shareModel).truncate},
	{"replies held up", withBytes, (*shareModel).holdUp},
}

// inject lets something go wrong that is not yet.
func (m *shareModel) inject() {
	c := pick(m.driver, troubles)
	for _, t := range m.active {
		if t.what == c.what {
			return
		}
	}
	m.note("fault: %s", c.name)
	m.injected++
	m.tally[c.name]++
	if t := c.begin(m); t != nil {
		t.name, t.what = c.name, c.what
		m.active = append(m.active, t)
	}
}

// lift ends one of the troubles.
func (m *shareModel) lift() {
	if len(m.active) == 0 {
		return
	}
	i := m.rnd.IntN(len(m.active))
	t := m.active[i]
	m.active = append(m.active[:i], m.active[i+1:]...)
	t.end()
	m.note("fault over: %s", t.name)
}

func (m *shareModel) goOn() {
	for _, t := range m.active {
		if t.goOn != nil {
			t.goOn()
		}
	}
}

// troubles names what is wrong now.
func (m *shareModel) troubles() string {
	var names []string
	for _, t := range m.active {
		names = append(names, t.name)
	}
	return "[" + strings.Join(names, ", ") + "]"
}

func (m *shareModel) pauseServer() *trouble {
	m.server.Run("pause")
	return &trouble{end: func() { m.server.Run("resume") }}
}

func (m *shareModel) killServer() *trouble {
	m.server.Run("kill")
	return &trouble{end: func() { m.server.Run("start", strconv.Itoa(m.server.Port)) }}
}

func (m *shareModel) withdraw() *trouble {
	m.server.Run("unshare", "media")
	return &trouble{end: func() { m.server.Run("share", "media") }}
}

// changePassword changes it on the server, and later here; or the server's is changed back.
func (m *shareModel) changePassword() *trouble {
	old, err := os.ReadFile(m.password)
	m.must(err)
	password := m.title()
	m.server.Run("password", password)
	m.proxy.Cut() // whoever is logged on stays so
	return &trouble{end: func() {
		if m.chance(0.5) {
			m.must(os.WriteFile(m.password, []byte(password+"\n"), 0o600))
		} else {
			m.server.Run("password", strings.TrimSpace(string(old)))
		}
	}}
}

// unmount takes the disk away; what happens to its files goes on.
func (m *shareModel) unmount() *trouble {
	aside := filepath.Join(m.server.Dir, "disk")
	m.must(os.Rename(m.server.Media(), aside))
	m.at[shared] = filepath.Join(aside, shared)
	return &trouble{end: func() {
		m.must(os.Rename(aside, m.server.Media()))
		m.at[shared] = m.server.Media(shared)
	}}
}

// emptyDisk leaves the mount point of a disk that is not mounted.
func (m *shareModel) emptyDisk() *trouble {
	t := m.unmount()
	m.must(os.Mkdir(m.server.Media(), 0o755))
	mount := t.end
	t.end = func() {
		m.must(os.Remove(m.server.Media()))
		mount()
	}
	return t
}

// otherDisk has another disk in the root's place.
func (m *shareModel) otherDisk() *trouble {
	root, aside := m.server.Media(shared), filepath.Join(m.server.Dir, "disk")
	m.must(os.Rename(root, aside))
	m.must(os.Mkdir(root, 0o755))
	m.must(os.WriteFile(filepath.Join(root, "stranger.mp3"), content("stranger", 1000), 0o644))
	m.at[shared] = aside
	return &trouble{end: func() {
		m.must(os.RemoveAll(root))
		m.must(os.Rename(aside, root))
		m.at[shared] = root
	}}
}

// deny closes a directory to the server. What moves there is not seen, and what moves away from there is not
// known to be gone from there.
func (m *shareModel) deny() *trouble {
	p, ok := m.someDir()
	if !ok || os.Geteuid() != 0 { // else it would be closed to the test too
		return nil
	}
	dir, err := os.Open(m.abs(p))
	m.must(err)
	m.note("denied: %v", p)
	m.must(dir.Chmod(0o700))
	m.hides, m.denies = true, true
	return &trouble{end: func() {
		m.must(dir.Chmod(0o755)) // wherever it is by now
		m.must(dir.Close())
	}}
}

// shorten lets reading a directory fail half-way: listings end there. What moves to where they do not come
// to is not seen.
func (m *shareModel) shorten() *trouble {
	m.disk.Short(m.rnd.IntN(20))
	m.hides = true
	return &trouble{end: m.disk.Mend}
}

// slow lets every reading of a file take its time, some longer than a request may.
func (m *shareModel) slow() *trouble {
	m.disk.Slow(time.Duration(m.rnd.Int64N(int64(2 * shareTimeout))))
	return &trouble{end: m.disk.Mend}
}

// loop makes a link to a directory above it, which the server shows as that directory.
func (m *shareModel) loop() *trouble {
	p := m.anyDir()
	name := fmt.Sprintf("loop%d", m.rnd.IntN(1e6))
	up := pick(m.driver, []string{".", "..", "../.."}[:min(3, 1+strings.Count("/"+p.path, "/"))])
	m.note("link in %v to %s", p, up)
	dir, err := os.Open(m.abs(p))
	m.must(err)
	m.must(unix.Symlinkat(up, int(dir.Fd()), name))
	return &trouble{end: func() {
		if err := unix.Unlinkat(int(dir.Fd()), name, 0); !errors.Is(err, fs.ErrNotExist) { // with its directory
			m.must(err)
		}
		m.must(dir.Close())
	}}
}

func (m *shareModel) swallow() *trouble {
	m.proxy.Swallow.Store(true)
	return &trouble{end: func() { m.proxy.Swallow.Store(false) }}
}

func (m *shareModel) delay() *trouble {
	m.proxy.Latency.Store(m.rnd.Int64N(int64(40 * time.Millisecond)))
	return &trouble{end: func() { m.proxy.Latency.Store(0) }}
}

// cut cuts the connection after so many bytes, at another place each time, and has everything listed to get there.
func (m *shareModel) cut() *trouble {
	again := func() {
		for range 5 {
			if m.proxy.CutAfter.Load() > 0 {
				return
			}
			m.cutAt = (m.cutAt + 97) % 20011
			m.proxy.CutAfter.Store(1 + m.cutAt)
			m.tally["cuts"]++
			m.ask("/reconnect", "")
			m.ask("/scan", `{"path": "", "full": true}`)
			time.Sleep(50 * time.Millisecond)
		}
	}
	again()
	return &trouble{goOn: again, end: func() { m.proxy.CutAfter.Store(0) }}
}

// everyNth does something to some frames.
func (m *shareModel) everyNth(do func(frame []byte) []byte) *func(int64, []byte) []byte {
	every := 3 + m.rnd.Int64N(40)
	f := func(n int64, frame []byte) []byte {
		if n%every != 0 || len(frame) == 0 {
			return frame
		}
		return do(frame)
	}
	return &f
}

func flipped(frame []byte) []byte {
	frame[rand.IntN(len(frame))] ^= 1 << rand.IntN(8)
	return frame
}

func (m *shareModel) flip() *trouble {
	m.proxy.Mangle.Store(m.everyNth(flipped))
	return &trouble{end: func() { m.proxy.Mangle.Store(nil) }}
}

// flipRequests has the server deny what it cannot verify.
func (m *shareModel) flipRequests() *trouble {
	m.hides, m.denies = true, true
	m.proxy.MangleRequest.Store(m.everyNth(flipped))
	return &trouble{end: func() { m.proxy.MangleRequest.Store(nil) }}
}

func (m *shareModel) truncate() *trouble {
	m.proxy.Mangle.Store(m.everyNth(func(frame []byte) []byte { return frame[:rand.IntN(len(frame)+1)] }))
	return &trouble{end: func() { m.proxy.Mangle.Store(nil) }}
}

func (m *shareModel) holdUp() *trouble {
	m.proxy.Mangle.Store(m.everyNth(func(frame []byte) []byte {
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		return frame
	}))
	return &trouble{end: func() { m.proxy.Mangle.Store(nil) }}
}
