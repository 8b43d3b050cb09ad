package notify_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// writeSong writes a tenth of a second of silence.
func writeSong(t *testing.T, path string) {
	t.Helper()
	const samples = 800
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+samples*2)...)
	b = append(b, "WAVEfmt "...)
	for _, n := range []uint32{16, 1 | 1<<16, 8000, 16000, 2 | 16<<16} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	b = append(append(b, "data"...), binary.LittleEndian.AppendUint32(nil, samples*2)...)
	if err := os.WriteFile(path, append(b, make([]byte, samples*2)...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startMPD runs a real MPD on a directory and gives its address.
func startMPD(t *testing.T, music string) string {
	t.Helper()
	program, err := exec.LookPath("mpd")
	if err != nil {
		t.Skip("no mpd: scripts/install-test-deps.sh installs it")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(address)
	dir := t.TempDir()
	conf := fmt.Sprintf(`music_directory "%s"
db_file "%s/db"
log_file "%s/log"
bind_to_address "127.0.0.1"
port "%s"
auto_update "no"
zeroconf_enabled "no"
audio_output {
	type "null"
	name "none"
}
`, music, dir, dir, port)
	file := filepath.Join(dir, "mpd.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--no-daemon", file)
	c.Env = append(os.Environ(), "HOME="+dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	eventually(t, "MPD", func() bool { _, err := songs(address); return err == nil })
	return address
}

// songs are the files that MPD knows.
func songs(address string) (out []string, err error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if _, err := c.Write([]byte("listall\n")); err != nil {
		return nil, err
	}
	for in := bufio.NewScanner(c); in.Scan() && in.Text() != "OK"; {
		if name, ok := strings.CutPrefix(in.Text(), "file: "); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

func TestARealMPDFollowsTheCatalog(t *testing.T) {
	music := t.TempDir()
	address := startMPD(t, music)
	c := open(t)
	c.follow(config.Notify{Name: "mpd", Type: config.NotifyMPD, URL: "mpd://" + address, PathMap: map[string]string{"films": ""}})
	knows := func(want string) {
		t.Helper()
		eventually(t, "MPD to know "+want, func() bool { has, err := songs(address); return err == nil && strings.Join(has, " ") == want })
	}
	writeSong(t, filepath.Join(music, "a.wav"))
	id := c.put("a.wav")
	knows("a.wav")
	if err := os.Rename(filepath.Join(music, "a.wav"), filepath.Join(music, "b.wav")); err != nil {
		t.Fatal(err)
	}
	c.change(id, func(it *store.Item) { it.Name = "b.wav" })
	knows("b.wav")
	if err := os.Mkdir(filepath.Join(music, "new \"album\""), 0o700); err != nil {
		t.Fatal(err)
	}
	writeSong(t, filepath.Join(music, "new \"album\"", "c.wav"))
	c.update(func(tx *store.Tx) error {
		d, err := tx.EnsureDir(c.root, "new \"album\"", 1)
		if err != nil {
			return err
		}
		return tx.Insert(&store.Item{Dir: d.ID, Root: c.root, Name: "c.wav", Volume: 1, Links: 1, Kind: "track", Analysis: store.None})
	})
	knows("b.wav new \"album\"/c.wav")
}
