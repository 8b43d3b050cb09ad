package smb

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/tree/treetest"
)

// TestContract holds a share to what every tree promises. Each part has a directory of its own on one
// server, and the root is below the share, so that it can be taken away.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, share := range []string{"media", "crypt"} {
		t.Run(share, func(t *testing.T) {
			t.Parallel()
			srv := startSamba(t)
			var n atomic.Int64
			treetest.TestTree(t, func(t *testing.T) treetest.Fixture { return fixture(t, srv, share, n.Add(1)) })
		})
	}
}

func fixture(t *testing.T, srv *server, share string, n int64) treetest.Fixture {
	name := fmt.Sprintf("root %d", n)
	dir := srv.Media(name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := srv.share(func(c *Config) { c.Path, c.Share = name, share })
	return treetest.Fixture{
		Tree:  s,
		Files: treetest.Directory(dir),
		Holds: holds,
		// Samba shows symbolic links as what they lead to, does not say how many names a file has, and
		// answers for a FIFO as for a file, which cannot be opened.
		NoSymlinks: true, NoHardLinks: true, NoFIFOs: true,
		Provisional:     true,
		KeepsConnection: true,
		TakeAway: func(t *testing.T) func() {
			if err := os.Rename(dir, dir+" away"); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.Rename(dir+" away", dir); err != nil {
					t.Fatal(err)
				}
				reconnect(t, s)
			}
		},
	}
}

// reconnect tries an open breaker until the share is back.
func reconnect(t *testing.T, s *Share) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		s.Reconnect()
		_, err := s.Identify(context.Background())
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not back: %v", err)
		}
	}
}

// holds says which names Samba carries as they are. It gives the others names of its own making.
func holds(name string) bool {
	for _, r := range name {
		if r < ' ' || strings.ContainsRune(`\:*?"<>|`, r) || r == '\ufffd' {
			return false
		}
	}
	// The suite names a directory by the first hundred bytes of the name, whatever they cut.
	whole := utf8.ValidString(name[:min(len(name), 100)])
	return whole && strings.TrimRight(name, ". ") == name && name != "CON" && name != "..."
}
