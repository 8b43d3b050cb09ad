package store

import (
	"fmt"
	"os"
	"strings"
)

// passCache is how much the writer of a pass keeps of the catalog's file, in KiB: what it does not keep it writes to
// the WAL before its transaction ends, and reads again.
const passCache = 8 << 10

// passReaderCache is that of its readers: what is new is read once.
const passReaderCache = "cache_size=-256"

// ForPass has the WAL written back less often, and more pages kept, in a process that writes much and ends. A killed
// one leaves up to 64 MiB of WAL beside the catalog, and loses nothing.
//
// Where the catalog is empty no commit waits for the disk either, as it does for a sixth of a first scan otherwise: the
// process tells nobody of anything before it ends, and Close has all of it on disk. What a power cut takes, the next
// pass finds anew. Whoever has read the catalog meanwhile, such as an export, may know ids that nothing is left of then:
// they are given to nobody else. Call it before Run.
// https://sqlite.org/pragma.html#pragma_synchronous
func (s *Store) ForPass() error {
	s.readerCache = passReaderCache
	err := s.writer.script(fmt.Sprintf("PRAGMA wal_autocheckpoint=%d; PRAGMA cache_size=-%d",
		rarelyCheckpointPages, passCache))
	boot := thisBoot()
	if err != nil || s.lastSeq > 0 || boot == "" {
		return err
	}
	if err := s.writer.setMeta(passMark, boot); err != nil {
		return explain(s.path, err)
	}
	s.unsynced = true
	return s.writer.script("PRAGMA synchronous=NORMAL")
}

// passMark names the value that says under which boot of the machine commits do not wait for the disk.
const passMark = "pass"

// thisBoot names the time since the machine was started: what one process writes, the next ones read within it, whatever
// becomes of the process. It is empty where nothing tells.
func thisBoot() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// endPass returns when all that a pass has written is on disk: the WAL is, with the last commit in it.
func (s *Store) endPass() error {
	if !s.unsynced {
		return nil
	}
	s.unsynced = false
	err := s.writer.script("PRAGMA synchronous=FULL")
	if err == nil {
		err = s.writer.exec("DELETE FROM meta WHERE key = ?", passMark)
	}
	return explain(s.path, err)
}

// afterBrokenPass makes good what a pass left that did not come to its end. Where the machine has been started since,
// the catalog may be as it was a while before: ids above all that may have been given go on then.
func (s *Store) afterBrokenPass() error {
	boot := ""
	broken, err := s.writer.one("SELECT value FROM meta WHERE key = ?", func(r row) { boot = r.text(0) }, passMark)
	if err != nil || !broken {
		return err
	}
	id, work := s.savedID, s.lastWork
	if boot != thisBoot() {
		id, work = max(id, s.idFloor.Items), max(work, s.idFloor.Works)
	}
	if err = s.writer.script("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, set := range []struct {
		key   string
		value int64
	}{{"last_id", id}, {"last_work", work}} {
		if err == nil {
			err = s.writer.setMeta(set.key, set.value)
		}
	}
	if err == nil {
		err = s.writer.exec("DELETE FROM meta WHERE key = ?", passMark)
	}
	if err == nil {
		err = s.writer.script("COMMIT")
	}
	if err != nil {
		_ = s.writer.script("ROLLBACK")
		return fmt.Errorf("take up after a pass that was broken off: %w", err)
	}
	s.savedID, s.lastWork = id, work
	s.lastID.Store(id)
	return nil
}
