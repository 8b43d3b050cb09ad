package app_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// promised is how long a change may take to a live client behind the debounce, whatever other clients do.
const promised = 100 * time.Millisecond

// TestSearchersDelayNeitherFeedNorStop has 32 clients search without pause beside a live client and changes on
// disk, and others ask for what is refused and leave.
func TestSearchersDelayNeitherFeedNorStop(t *testing.T) {
	base := t.TempDir()
	root := base + "/root"
	items, made := 20000, 400
	if apptest.RaceEnabled { // it is there for the races
		items, made = 2000, 100
	}
	for i := range items {
		write(t, root, fmt.Sprintf("dir %d/Paper Lantern of %d.mkv", i/100, i), "x")
	}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, 3*time.Minute)
	r := apptest.Follow(t, d)
	if !apptest.Within(time.Minute, func() bool {
		return r.Find("films", fmt.Sprintf("dir %d/Paper Lantern of %d.mkv", (items-1)/100, items-1)) != nil
	}) {
		t.Fatal("the replica does not hold the catalog")
	}

	ended := make(chan struct{})
	var clients sync.WaitGroup
	var asked, refused counter
	for i := range 32 {
		clients.Go(func() {
			for n := i; ; n++ {
				select {
				case <-ended:
					return
				default:
				}
				q := []string{"paper", "paper lantern", "la", strings.Repeat("paper ", 3000)}[n%4]
				switch code := search(t, d, q, time.Duration(n%5)*100*time.Millisecond); code {
				case http.StatusOK:
					asked.add()
				case http.StatusBadRequest:
					refused.add()
				}
			}
		})
	}
	took := followed(t, r, root, made, 50)
	if len(took) == 0 {
		t.Fatal("no change came to the live client")
	}
	t.Logf("beside 32 clients (%d searches answered, %d refused): median %v, 99%% in %v, all in %v",
		asked.value(), refused.value(), percentile(took, 50), percentile(took, 99), took[len(took)-1])
	if p := percentile(took, 99); p > defaultDebounce+promised+late() {
		t.Errorf("99%% of the changes take %v, want at most debounce and %v", p, promised)
	}
	began := time.Now()
	d.Stop(t)
	if stop := time.Since(began); stop > 2*time.Second+late() {
		t.Errorf("the stop beside clients that search took %v, want at most 2s", stop)
	} else {
		t.Logf("stopped in %v beside them", stop)
	}
	close(ended)
	clients.Wait()
}

// counter counts over goroutines.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add()       { c.mu.Lock(); defer c.mu.Unlock(); c.n++ }
func (c *counter) value() int { c.mu.Lock(); defer c.mu.Unlock(); return c.n }

// search asks for a page and reads it; a patience above 0 ends the asking whether there is an answer or not.
// It returns the status, or 0 where there was none.
func search(t *testing.T, d *apptest.Daemon, q string, patience time.Duration) int {
	addr := d.Addr()
	if addr == "" {
		return 0
	}
	c := http.Client{Timeout: patience}
	defer c.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/api/v1/items?limit=10&q="+url.QueryEscape(q), http.NoBody)
	if err != nil {
		return 0
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0
	}
	return resp.StatusCode
}

// followed makes n files, so many a second, and returns in order how long after its writing each was at a replica.
func followed(t *testing.T, r *apptest.Replica, root string, n, perSecond int) []time.Duration {
	t.Helper()
	var mu sync.Mutex
	written := map[string]time.Time{}
	var took []time.Duration
	r.OnChange(func(_ int64, it *apptest.Item) {
		now := time.Now()
		mu.Lock()
		defer mu.Unlock()
		if it == nil {
			return
		}
		if at, ok := written[it.Path]; ok {
			took = append(took, now.Sub(at))
			delete(written, it.Path)
		}
	})
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for i := range n {
		<-tick.C
		path := fmt.Sprintf("dir %d/made %d.bin", i%20, i)
		mu.Lock()
		written[path] = time.Now()
		mu.Unlock()
		write(t, root, path, path)
	}
	left := func() int { mu.Lock(); defer mu.Unlock(); return len(written) }
	if !apptest.Within(time.Minute, func() bool { return left() == 0 }) {
		t.Errorf("%d of %d changes did not come", left(), n)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(took)
	return took
}

// TestClientsThatDoNotReadTakeLittleMemory has 60 clients ask for a cover that is large when unpacked and 100 for the
// feed, none of which reads, on a catalog of books whose titles are a bomb.
func TestClientsThatDoNotReadTakeLittleMemory(t *testing.T) {
	base := t.TempDir()
	root := base + "/root"
	book := zipped(t, map[string][]byte{
		"mimetype":               []byte("application/epub+zip"),
		"META-INF/container.xml": []byte(`<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`),
		"c.opf": fmt.Appendf(nil, `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>%s</dc:title></metadata></package>`,
			strings.Repeat("A", 1_500_000)),
	})
	for i := range 300 {
		write(t, root, fmt.Sprintf("book %d.epub", i), string(book))
	}
	pixels := 30 << 20
	if apptest.RaceEnabled {
		pixels = 4 << 20
	}
	cover := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x10\x00\x00\x00\x10\x00\x08\x02\x00\x00\x00"), make([]byte, pixels)...)
	write(t, root, "comic.cbz", string(zipped(t, map[string][]byte{"page 001.png": cover})))
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{{Name: "books", Path: root}}})

	for range 100 {
		unreading(t, d, "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: catalogizerd.v1\r\n\r\n"+
			masked(`{"id":1,"type":"subscribe","since":null}`))
	}
	d.WaitIdle(t, 3*time.Minute)
	var comic struct {
		Items []struct {
			ID int64 `json:"id"`
		} `json:"items"`
	}
	d.Get(t, "/api/v1/items?kind=comic", &comic)
	if len(comic.Items) != 1 {
		t.Fatalf("comics: %+v, want the one", comic.Items)
	}
	for range 60 {
		unreading(t, d, fmt.Sprintf("GET /api/v1/items/%d/artwork HTTP/1.1\r\nHost: localhost\r\n\r\n", comic.Items[0].ID))
	}
	if !apptest.Within(time.Minute, func() bool { return len(sendQueues(t, d)) >= 60 }) {
		t.Errorf("%d connections of the daemon have something to send, want 60 and more", len(sendQueues(t, d)))
	}
	for _, held := range sendQueues(t, d) {
		if held > 256<<10 {
			t.Errorf("the kernel holds %d bytes for one client, want at most 256 KiB", held)
			break
		}
	}
	page := fetch(t, d, "/api/v1/items?limit=1000")
	if page > 2<<20 {
		t.Errorf("a page has %d bytes, want at most 2 MiB", page)
	}
	peak := peakMemory(t, d)
	t.Logf("peak %d MiB, a page %d KiB, %d send queues", peak>>20, page>>10, len(sendQueues(t, d)))
	if peak > 150<<20 && !apptest.RaceEnabled {
		t.Errorf("the process took %d MiB, want at most 150", peak>>20)
	}
}

func zipped(t *testing.T, entries map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range entries {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// masked is a text frame of a client (RFC 6455, 5.2), masked by zeros.
func masked(text string) string {
	return string([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}) + text
}

// unreading connects, sends a request and reads nothing until the test ends.
func unreading(t *testing.T, d *apptest.Daemon, request string) {
	t.Helper()
	var dialer net.Dialer
	c, err := dialer.DialContext(t.Context(), "tcp", d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
}

func fetch(t *testing.T, d *apptest.Daemon, path string) int64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.Addr()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", path, resp.Status, err)
	}
	return n
}

// skmem is what ss says of a socket's memory: r and t are bytes in use for what was received and sent, w for what
// waits to be sent, f is kept for what comes.
var skmem = regexp.MustCompile(`skmem:\(r(\d+),rb\d+,t(\d+),tb\d+,f(\d+),w(\d+)`)

// sendQueues tells for each of the daemon's connections that has something to send what the kernel holds for it, in
// bytes.
func sendQueues(t *testing.T, d *apptest.Daemon) (held []int) {
	t.Helper()
	if _, err := exec.LookPath("ss"); err != nil {
		t.Skip("no ss")
	}
	_, port, err := net.SplitHostPort(d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ss", "-tmnH", "state", "established", "sport", "=", ":"+port).Output()
	if err != nil {
		t.Fatalf("ss: %v", err)
	}
	for _, m := range skmem.FindAllSubmatch(out, -1) {
		sum := 0
		for _, s := range m[1:] {
			n, err := strconv.Atoi(string(s))
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if queued := string(m[4]); queued != "0" {
			held = append(held, sum)
		}
	}
	return held
}

// peakMemory is the most that the process had in memory, in bytes (proc(5), VmHWM).
func peakMemory(t *testing.T, d *apptest.Daemon) int64 {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", d.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("the kernel does not say how much memory the process took")
	return 0
}
