package probe

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"golang.org/x/text/encoding/charmap"
)

// memoryMax is what a probe may allocate beside what it borrows: its window, and memory that the next probe
// takes over.
const memoryMax = 64 << 10

// allocates measures a probe when others have been before it.
func allocates(data []byte, ext string) uint64 {
	least := uint64(math.MaxUint64)
	for range 6 { // the first ones make what is borrowed later
		n, _, _ := measureProbe(data, ext)
		least = min(least, n)
	}
	return least
}

func checkMemory(t *testing.T, name string, data []byte) {
	t.Helper()
	if n := allocates(data, strings.ToLower(filepath.Ext(name))); n > memoryMax {
		t.Errorf("%s: %d bytes", name, n)
	}
}

func TestAProbeTakesLittleMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which would take away what is borrowed
	for _, name := range samples(t, "*/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checkMemory(t, name, data)
	}
}

// Files of the size that people have, of the kinds in which what is read grows with them.
func TestAProbeOfALargeFileTakesLittleMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	cues := strings.Repeat(probetest.SRTOf(probetest.Spoken["ru"]), 400)
	legacy, err := charmap.Windows1251.NewEncoder().String(cues)
	if err != nil {
		t.Fatal(err)
	}
	book := `<?xml version="1.0" encoding="windows-1251"?><FictionBook><description><title-info><book-title>T</book-title></title-info></description><body>` +
		legacy + `</body></FictionBook>`
	entries := make([]string, 3000)
	for i := range entries {
		entries[i] = fmt.Sprintf("OEBPS/Text/chapter %04d.xhtml", i)
	}
	for name, data := range map[string][]byte{
		"subtitles in a legacy encoding":       []byte(legacy),
		"subtitles in UTF-8 with a mark.srt":   []byte("\xEF\xBB\xBF" + cues),
		"a playlist.m3u":                       []byte(strings.Repeat("#EXTINF:1,Artist - Title\r\nfolder/song.mp3\r\n", 5000)),
		"a book in a legacy encoding.fb2":      []byte(book),
		"one in an archive.zip":                packedOf(t, zip.Deflate, "book.fb2", book),
		"an archive of many entries.zip":       packedOf(t, zip.Store, entries...),
		"a tar that is packed.tar.gz":          tarOf(t, 120),
		"chapters of a book.mp3":               chaptersInID3(400),
		"a transport of many sound streams.ts": manySounds(24),
	} {
		if filepath.Ext(name) == "" {
			name += ".srt"
		}
		checkMemory(t, name, data)
	}
}

// packedOf packs entries of one content: names, of which the last may be followed by it.
func packedOf(t *testing.T, method uint16, names ...string) []byte {
	t.Helper()
	content := "x"
	if len(names) == 2 {
		names, content = names[:1], names[1]
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t *testing.T, entries int) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for i := range entries {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("folder/file %d", i), Size: 900, Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte{byte(i)}, 900)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := probeBytes(b.Bytes(), ".gz")
	if err != nil || r.Description.Media.Entries != entries {
		t.Errorf("a tar of %d entries: %+v, %v", entries, r.Description.Media, err)
	}
	return b.Bytes()
}

// chaptersInID3 lays out a tag with so many chapters, before bare frames of MPEG audio.
func chaptersInID3(n int) []byte {
	frame := func(id string, body []byte) []byte {
		return bytes.Join([][]byte{[]byte(id), probetest.U32(uint32(len(body))), {0, 0}, body}, nil)
	}
	var frames []byte
	for i := range uint32(uint(n)) {
		title := frame("TIT2", fmt.Appendf([]byte{3}, "Chapter %d", i))
		frames = append(frames, frame("CHAP", bytes.Join([][]byte{fmt.Appendf(nil, "c%d\x00", i), probetest.U32(i*1000, i*1000+1000, math.MaxUint32, math.MaxUint32), title}, nil))...)
	}
	size := len(frames)
	head := []byte{'I', 'D', '3', 3, 0, 0, byte(size >> 21), byte(size >> 14 & 0x7F), byte(size >> 7 & 0x7F), byte(size & 0x7F)}
	return bytes.Join([][]byte{head, frames, bytes.Repeat(probetest.MP3Frame, 50)}, nil)
}

// manySounds is a transport stream of so many sound streams, which come by late.
func manySounds(n int) []byte {
	streams := []probetest.TSStream{{Kind: 0x02, PID: 0x101, Descriptors: nil}}
	for i := range n {
		streams = append(streams, probetest.TSStream{Kind: 0x03, PID: 0x200 + uint16(i), Descriptors: nil})
	}
	out := probetest.TSTables(nil, streams...)
	for i := range int64(100) {
		out = append(out, probetest.TSPacketOf(0x101, true, probetest.PESOf(0xE0, i*3600, probetest.MPEG2Headers))...)
		for j := range n {
			out = append(out, probetest.TSPacketOf(0x200+uint16(j), true, probetest.PESOf(0xC0, i*3600, probetest.MP2Frame[:150]))...)
		}
	}
	return out
}
