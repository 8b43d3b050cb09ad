package pgtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// What is committed is there after the server was killed, or the tests of what the hub survives would prove nothing.
func TestAServerThatIsKilledComesBackWithWhatWasCommitted(t *testing.T) {
	s := Start(t)
	at := s.Database(t)
	connect := func() *pgx.Conn {
		t.Helper()
		c, err := pgx.Connect(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := connect()
	if _, err := c.Exec(t.Context(), "CREATE TABLE kept AS SELECT 7 AS n"); err != nil {
		t.Fatal(err)
	}
	s.Kill(t)
	// Who serves this client sees the end of the server when it waits next, which may be after one more answer.
	for deadline := time.Now().Add(startTime); c.Ping(t.Context()) == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a server that was killed answers")
		}
	}
	s.Start(t)
	c = connect()
	defer func() { _ = c.Close(t.Context()) }()
	var n int
	if err := c.QueryRow(t.Context(), "SELECT n FROM kept").Scan(&n); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}

// Whoever runs the tests may have temporary files where no server's user may go, or at a path too long for a socket.
func TestAServersPlaceIsOneThatItMayEnter(t *testing.T) {
	for _, base := range []string{t.TempDir(), filepath.Join(t.TempDir(), strings.Repeat("x", longestPlace))} {
		if err := os.MkdirAll(base, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("TMPDIR", base)
		dir, err := place()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		at := filepath.Dir(dir)
		if len(at) > longestPlace || os.Getuid() == 0 && !everybodyEnters(at) {
			t.Errorf("with TMPDIR=%s it is %s", base, dir)
		}
	}
}
