package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"
)

func scratch(t fataler) (dir string, remove func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		t.Fatal(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}

// refused opens a catalog that must not open, and returns why.
func refused(t *testing.T, dir string) error {
	t.Helper()
	st, err := Open(t.Context(), dir, Options{})
	if err == nil {
		_ = st.Close()
		t.Fatal("opened")
	}
	return err
}

// shell runs SQL on a catalog's file that nobody has open.
func shell(t *testing.T, dir, sql string) {
	t.Helper()
	c, err := dial(filepath.Join(dir, FileName), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.script(sql), c.close()); err != nil {
		t.Fatal(err)
	}
}

// undoOutdated is what makes the index of what is outdated that of a schema from 21 to 25 again.
func undoOutdated(t *testing.T) string {
	t.Helper()
	sql, err := schema.ReadFile("schema/0021_outdated.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(sql)
}

// makeOlder puts in a catalog's place what the release of an older schema would have kept of it: all but what sorts and
// searches.
func makeOlder(t *testing.T, dir string, version int) {
	t.Helper()
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	c, err := dial(path+".older", false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range version {
		if err := apply(c, files[i], i+1); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.script("ATTACH '" + path + "' AS now"); err != nil {
		t.Fatal(err)
	}
	for _, table := range columnOf(t, c, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%' AND name IN (SELECT name FROM now.sqlite_schema)") {
		columns := columnOf(t, c, fmt.Sprintf("SELECT name FROM pragma_table_info('%s', 'main') WHERE name IN (SELECT name FROM pragma_table_info('%[1]s', 'now'))", table))
		list := strings.Join(columns, ", ")
		if err := c.script(fmt.Sprintf("DELETE FROM main.%s; INSERT INTO main.%[1]s (%s) SELECT %[2]s FROM now.%[1]s", table, list)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(c.script("DELETE FROM meta WHERE key = 'indexed'; DETACH now; PRAGMA wal_checkpoint(TRUNCATE)"), c.close(), os.Rename(path+".older", path)); err != nil {
		t.Fatal(err)
	}
}

// columnOf reads what a query gives, of one column.
func columnOf(t *testing.T, c *conn, sql string) (out []string) {
	t.Helper()
	if err := c.each(sql, func(r row) error { out = append(out, r.text(0)); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestANewCatalogHasTheNewestSchemaAndAnEpoch(t *testing.T) {
	r := runFresh(t, Options{})
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	if v := r.numbers("PRAGMA user_version"); v[0] != int64(len(files)) {
		t.Errorf("schema %d of %d", v[0], len(files))
	}
	if id := r.numbers("PRAGMA application_id"); id[0] != applicationID {
		t.Errorf("application id %x", id[0])
	}
	if len(r.Epoch()) != 16 {
		t.Errorf("epoch %q", r.Epoch())
	}
	if r.Head() != 0 || r.Floor() != 0 || !r.Indexed() {
		t.Errorf("head %d, floor %d", r.Head(), r.Floor())
	}
	if err := r.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestACatalogOfAnyOlderSchemaIsBroughtUpToDate(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for have := range files {
		dir := t.TempDir()
		for i := range have {
			sql, err := schema.ReadFile(files[i])
			if err != nil {
				t.Fatal(err)
			}
			shell(t, dir, string(sql))
		}
		if have > 0 {
			shell(t, dir, "PRAGMA application_id = 1668574311; PRAGMA user_version = "+strconv.Itoa(have))
		}
		r := runAt(t, dir, Options{})
		root := r.addRoot("films")
		it := r.put(root, "a/b.mkv")
		r.indexAll()
		res, err := r.Query(t.Context(), Query{Text: "mkv", Limit: 10, Within: unhurried})
		if err != nil || len(res.Items) != 1 || res.Items[0].ID != it.ID {
			t.Errorf("from schema %d: %+v, %v", have, res, err)
		}
		r.stop()
	}
}

func TestACatalogIsTheSameAfterItIsOpenedAgain(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	it := r.put(root, "a.mkv")
	epoch, head, instance := r.Epoch(), r.Head(), r.Instance()
	r.stop()
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(instance) {
		t.Errorf("the instance %q is no random UUID", instance)
	}

	r = runAt(t, dir, Options{})
	defer r.stop()
	if r.Epoch() != epoch || r.Head() != head || r.Instance() != instance {
		t.Errorf("epoch %q, head %d, instance %q; it was %q, %d, %q", r.Epoch(), r.Head(), r.Instance(), epoch, head, instance)
	}
	v, rootID, found, err := r.Item(t.Context(), it.ID)
	if err != nil || !found || v.Path != "a.mkv" || v.Root != "films" || rootID != root {
		t.Errorf("item: %+v, %v, %v", v, found, err)
	}
	if n := r.RootItems(root); n != 1 {
		t.Errorf("%d items counted", n)
	}
}

func TestIDsAndNumbersAreNeverUsedAgain(t *testing.T) {
	dir := t.TempDir()
	seenIDs, lastHead := map[int64]bool{}, int64(0)
	for range 3 {
		r := runAt(t, dir, Options{})
		if r.Head() < lastHead {
			t.Fatalf("the head went back from %d to %d", lastHead, r.Head())
		}
		root := r.addRoot("root " + string(rune('a'+lastHead)))
		for range 3 {
			it := r.put(root, "f")
			if seenIDs[it.ID] || it.Seq <= lastHead {
				t.Fatalf("id %d or number %d was used before", it.ID, it.Seq)
			}
			seenIDs[it.ID] = true
			r.update(func(tx *Tx) error { return tx.Remove(&it) }) // the highest id is free again
			lastHead = r.Head()
		}
		r.stop()
	}
}

func TestACatalogOfANewerVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	runAt(t, dir, Options{}).stop()
	shell(t, dir, "PRAGMA user_version = 99")
	err := refused(t, dir)
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "99") {
		t.Errorf("got: %v", err)
	}
}

func TestADatabaseOfAnotherProgramIsRefusedAndNotTouched(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "CREATE TABLE albums (id INTEGER)")
	err := refused(t, dir)
	if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "another data directory") {
		t.Errorf("got: %v", err)
	}
	c, err := dial(filepath.Join(dir, FileName), false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if n, err := c.number("SELECT count(*) FROM sqlite_schema"); err != nil || n != 1 {
		t.Errorf("%d tables, %v", n, err)
	}
}

func TestAFileThatIsNoDatabaseIsCalledCorrupt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), bytes.Repeat([]byte("not SQLite "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	err := refused(t, dir)
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("got: %v", err)
	}
}

func TestDamageInTheMiddleIsFound(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	r.update(func(tx *Tx) error {
		for i := range 2000 {
			if _, err := putIn(tx, root, strings.Repeat("d/", i%7)+"file "+strings.Repeat("x", i%50)+string(rune('A'+i%60))+string(rune(0x4e00+i))); err != nil {
				return err
			}
		}
		return nil
	})
	r.stop()
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b)/2+20000; i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := Open(t.Context(), dir, Options{})
	if err == nil {
		err = st.Integrity(t.Context())
		// Whoever meets it while reading is told no less than who looks for it.
		walked := st.Walk(t.Context(), Position{}, func(*View) error { return nil })
		if !errors.Is(walked, ErrCorrupt) || strings.Count(walked.Error(), path) != 1 || !strings.Contains(walked.Error(), "restore a backup") {
			t.Errorf("a read met: %v", walked)
		}
		_ = st.Close()
	}
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Errorf("got: %v", err)
	}
}

func TestAnErrorIsExplainedOnce(t *testing.T) {
	err := explain("/data/catalog.db", explain("/data/catalog.db", sqlite3.Error{Code: sqlite3.ErrCantOpen}))
	if strings.Count(err.Error(), "/data/catalog.db") != 1 || !strings.Contains(err.Error(), "writable for this user?") {
		t.Errorf("%v, want the path once, and the mend", err)
	}
}

func TestADataDirectoryThatIsNoneIsNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := refused(t, dir); !strings.Contains(err.Error(), dir) {
		t.Errorf("got: %v", err)
	}
}

func TestAReadOnlyCatalogIsRefused(t *testing.T) {
	asNobody(t, "READ_ONLY_CATALOG", func(dir string) {
		err := refused(t, dir)
		if !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "writable") {
			t.Errorf("got: %v", err)
		}
	}, func(dir string) map[string]fs.FileMode {
		return map[string]fs.FileMode{filepath.Join(dir, FileName): 0o444, dir: 0o555}
	})
}

// asNobody makes a catalog, gives it modes, and runs the test again as a process in which try is called for it. Root
// may do all whatever the mode says, so where it is root that process is nobody's.
func asNobody(t *testing.T, variable string, try func(dir string), modes func(dir string) map[string]fs.FileMode) {
	t.Helper()
	if dir := os.Getenv(variable); dir != "" {
		try(dir)
		return
	}
	dir, remove := scratch(t)
	defer remove()
	runAt(t, dir, Options{}).stop()
	for path, mode := range modes(dir) {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	defer func() { _ = os.Chmod(dir, 0o755) }()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+dir)
	cmd.Dir = "/"
	if os.Getuid() == 0 {
		binary := filepath.Join(t.TempDir(), "test")
		b, err := os.ReadFile(self)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(binary, b, 0o755); err != nil {
			t.Fatal(err)
		}
		for d := filepath.Dir(binary); strings.HasPrefix(d, os.TempDir()+"/"); d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		cmd.Path = binary
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534, NoSetGroups: true}}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("cannot run as another user here:", err)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestACatalogOpensWhateverItsPathHolds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%41&mode=ro;é'\"")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	runAt(t, dir, Options{}).stop()
	if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
		t.Error(err)
	}
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	st, err := Open(ctx, t.TempDir(), Options{})
	if !errors.Is(err, context.Canceled) {
		_ = st.Close()
		t.Errorf("got: %v", err)
	}
}

func TestWhenTheCatalogWasCheckedIsKept(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	r := runAt(t, dir, Options{})
	if !r.LastCheck().IsZero() {
		t.Errorf("a new catalog was checked at %v", r.LastCheck())
	}
	if err := r.KeepCheck(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	r.stop()
	again := runAt(t, dir, Options{})
	defer again.stop()
	if !again.LastCheck().Equal(at) {
		t.Errorf("checked at %v, want %v", again.LastCheck(), at)
	}
}
