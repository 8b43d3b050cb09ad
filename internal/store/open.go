package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// FileName is the database's name in the data directory.
const FileName = "catalog.db"

// How much each connection keeps of the catalog's file, in KiB. What it does not keep, the system does, which is asked
// for a page in a microsecond.
const (
	writerCache = "cache_size=-1024"
	readerCache = "cache_size=-512"
)

const applicationID = 0x63746c67 // "ctlg", in the header of every catalog

//go:embed schema/*.sql
var schema embed.FS

// Errors of opening and using the store.
var (
	ErrClosed  = errors.New("catalog is closed")
	ErrNewer   = errors.New("catalog was written by a newer version")
	ErrOlder   = errors.New("catalog was written by an older version")
	ErrCorrupt = errors.New("catalog is corrupt")
	ErrForeign = errors.New("not a catalog")
	ErrNoFTS   = errors.New("this binary was built without full-text search: build it with -tags sqlite_fts5")
	ErrNone    = errors.New("no catalog")
	// ErrDisk says that the catalog could not be read or written since its disk fails, now or for good.
	ErrDisk = errors.New("the disk of the catalog fails")
	// ErrAway says that the database of a hub does not answer now.
	ErrAway = errors.New("the hub's database does not answer: ask again in some seconds")
	// ErrNoMapping says that the catalog's log cannot be kept where it lies: some FUSE and network file systems map no
	// file into memory that processes share (SQLite's wal-index; https://sqlite.org/wal.html).
	ErrNoMapping = errors.New("its file system cannot map files into shared memory")
)

// Options of a store. The zero value is good.
type Options struct {
	Readers int // connections for reading, beside those of the feed; 0: 4
	// QueryTime is how long a query of a client may take; 0: 5 s.
	QueryTime time.Duration
	WALLimit  int64         // bytes of WAL past which the gate closes; 0: 64 MiB
	GroupWait time.Duration // for which a small group waits for more while groups follow each other
	Log       *zap.Logger   // nil: silent
	// Scope says what a file of a name describes beside itself, so that those items are described anew
	// when it changes; nil: nothing does.
	Scope func(name string) Scope
	// CopyFirst has a catalog of an older schema copied before it is brought up to date; see UpgradeCopies.
	CopyFirst bool
	// SortsLater has a catalog of which nothing is indexed go without the indexes of what sorts until its first pass is
	// over, see Index, or somebody asks for a list by one.
	SortsLater bool
	// Described is the version of the analyzer: items that an older one described are outdated.
	Described Version
}

// Store is the catalog in SQLite: one writer that commits in groups, several readers, and the feed.
type Store struct {
	path      string
	log       *zap.Logger
	walLimit  int64
	groupWait time.Duration
	scope     func(name string) Scope

	described Version

	writer       *conn // of the goroutine in Run, once it runs
	requests     chan request
	taken        []request     // the writer's: from requests, and not run yet
	committed    time.Time     // the writer's: when it did last
	trimmed      time.Time     // the writer's: when it gave memory back last
	gateCooldown time.Time     // the writer's: until then it leaves a long WAL alone
	unsynced     bool          // commits do not wait for the disk: see ForPass
	readerCache  string        // of the connections for reading; not changed once it runs
	stopped      chan struct{} // closed when Run has returned

	running atomic.Bool // Run has begun

	readers   *readers
	queryTime time.Duration

	epoch        string
	instance     string       // see Instance
	checked      atomic.Int64 // see LastCheck
	ran          atomic.Pointer[runs]
	counts                    // of the writer, and published after each commit
	reached      atomic.Int64 // above the feed's numbers at which what says something of directories below was written
	lastID       atomic.Int64 // the last id that was given, or reserved
	idFloor      idFloor      // the writer's: ids above it are allowed first
	updates      itemUpdates  // the writer's
	itemRows     *inserter    // the writer's, of items
	sortRows     *inserter    // the writer's, of sort_keys
	head         atomic.Int64
	indexed      atomic.Int64            // the feed's number up to which it can be sorted and searched
	factNames    *factNames              // the writer's
	wasters      atomic.Pointer[wasters] // as duplicates were asked for last
	passing      atomic.Bool             // a pass is indexed beside it, see IndexAtOnce
	sortsLater   bool                    // see Options.SortsLater
	due          sortsDue
	building     atomic.Int64 // since when the writer builds an index, in Unix nanoseconds; 0: it does not
	vocabulary   atomic.Int64 // the feed's number up to which the vocabulary was made
	floor        atomic.Int64
	vacatedFloor atomic.Int64           // as floor, of what changes did
	lastMoment   atomic.Pointer[moment] // the feed's head, and since when it is
	keptMoment   atomic.Int64           // when the latest moment was that is kept
	behindSince  time.Time              // the writer's: since when the clock is known to show far less than it has shown
	targets      atomic.Int64           // programs that are told of changes
	placing      sync.Mutex             // guards changes of worked and regrouped, which belong together
	worked       atomic.Int64           // the feed's number up to which works are derived
	settled      atomic.Int64           // see WorksSettled
	near         nearby                 // of the same goroutine
	keys         *newKeys               // of works, noted and not sorted in; of the goroutine that derives them
	worksFloor   atomic.Int64           // as floor, of works that are gone
	regrouped    atomic.Int64           // how often roots came into other groups, or rules were others: what was read is void
	wakers       wakers
	meanings     words.Meanings // what words of questions are taken for
	samePlaces   samePlaces     // what pages of duplicates left
	searching    chan struct{}  // a place for each search that may run: one processor is left to feed and scanner
	workGen      atomic.Int64   // commits that left work for the analyzer
	dirsGen      atomic.Int64   // commits that changed rows of directories
	tallies      tallies
	failure      atomic.Pointer[error] // of the last group, while none has been written since
	unread       atomic.Pointer[unread]
	damage       damage
	stats        Stats
	roots        atomic.Pointer[map[int64]string] // names by id, for encoding
	indexedAsked chan struct{}                    // somebody waits for all to be indexed; one is enough
}

// Stats counts the store's work since it was opened.
type Stats struct {
	Commits    atomic.Int64
	Changed    atomic.Int64 // commits that wrote anything
	Rows       atomic.Int64 // written, of items, tombstones and directories
	Removed    atomic.Int64 // items forgotten for good
	Failures   atomic.Int64 // groups that were rolled back
	GateCloses atomic.Int64
	Rests      atomic.Int64 // times that the writer had nothing to do and gave its memory back
	Queue      atomic.Int64 // requests waiting or running
}

// Open opens the catalog in a data directory, creates it where there is none, and brings its schema up
// to date. The caller holds the data directory's lock. Close it after Run has returned.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := finishMending(catalogIn(dir)); err != nil {
		return nil, err
	}
	path, there, err := locate(dir)
	if err == nil && !there {
		err = create(ctx, path)
	}
	if err == nil && there && o.CopyFirst {
		err = copyBeforeMigration(ctx, path, o.logger())
	}
	if err != nil {
		return nil, err
	}
	for _, err := range tighten(path) {
		o.warn("others can read the catalog", err)
	}
	s := newStore(path, o)
	if err := s.openWriter(ctx); err != nil {
		return nil, err
	}
	compacted, err := gives(s.writer)
	if err == nil && compacted {
		return s, nil
	}
	if err := errors.Join(err, s.writer.close()); err != nil {
		return nil, explain(path, err)
	}
	if err := compact(ctx, path, s.log); err != nil {
		s.log.Warn("catalog stays as large as it is", zap.Error(err))
	}
	s = newStore(path, o)
	return s, s.openWriter(ctx)
}

// openWriter opens the connection that writes and brings the catalog up to date.
func (s *Store) openWriter(ctx context.Context) error {
	w, err := dial(s.path, false, "journal_mode=WAL", "synchronous=FULL", writerCache, "temp_store=MEMORY",
		fmt.Sprintf("wal_autocheckpoint=%d", checkpointPages), "journal_size_limit=67108864")
	if err != nil {
		return explain(s.path, err)
	}
	s.writer, w.ctx = w, ctx
	err = s.prepare(ctx)
	switch w.ctx = nil; {
	case isDamage(err):
		return errors.Join(explain(s.path, err), w.closeUntouched(s.path))
	case err != nil:
		return errors.Join(explain(s.path, err), w.close())
	}
	return nil
}

// warn logs what keeps nothing from working.
func (o *Options) warn(what string, err error) { o.logger().Warn(what, zap.Error(err)) }

func (o *Options) logger() *zap.Logger {
	if o.Log == nil {
		return zap.NewNop()
	}
	return o.Log
}

func newStore(path string, o Options) *Store {
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.QueryTime == 0 {
		o.QueryTime = 5 * time.Second
	}
	if o.WALLimit == 0 {
		o.WALLimit = 64 << 20
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return &Store{
		searching: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1)),
		path:      path, log: o.Log, walLimit: o.WALLimit, scope: o.Scope, described: o.Described, sortsLater: o.SortsLater,
		queryTime: o.QueryTime, groupWait: o.GroupWait,
		updates: itemUpdates{}, itemRows: newInserter(insertItem, len(itemColumns)),
		sortRows: newInserter(insertSort, 1+len(sortColumns)),
		requests: make(chan request, requestQueue), stopped: make(chan struct{}), readers: newReaders(o.Readers),
		indexedAsked: make(chan struct{}, 1), readerCache: readerCache,
		damage: damage{found: make(chan struct{})},
	}
}

func (s *Store) prepare(ctx context.Context) error {
	c := s.writer
	if err := searches(c); err != nil {
		return err
	}
	have, files, unbuilt, err := genuine(ctx, c, s.path)
	if err != nil {
		return err
	}
	if err := s.takeUnbuilt(c, unbuilt, have < len(files)); err != nil {
		return err
	}
	if have < len(files) {
		s.log.Info("catalog is brought up to date", zap.Int("schema", have), zap.Int("to", len(files)))
	}
	if err := migrate(ctx, c, have, files); err != nil {
		return err
	}
	if err := s.fillKept(c); err != nil {
		return err
	}
	if err := s.load(c); err != nil {
		return err
	}
	if s.sortsLater {
		if err := s.putOff(c); err != nil {
			return err
		}
	}
	if err := s.nameInstance(c); err != nil {
		return err
	}
	switch s.idFloor, err = readFloor(s.path); {
	case errors.Is(err, ErrDisk):
		return err
	case err != nil:
		s.log.Warn("which ids were given is known of the catalog alone", zap.Error(err)) // it is written anew
	}
	return s.afterBrokenPass()
}

// load reads what the store keeps in memory.
func (s *Store) load(c *conn) error {
	v := map[string]any{}
	err := c.each("SELECT key, value FROM meta", func(r row) error { v[r.text(0)] = r[1]; return nil })
	if err != nil {
		return err
	}
	var named bool
	if s.epoch, named = v["epoch"].(string); !named {
		if s.epoch, err = nameNew(c, s.path); err != nil {
			return err
		}
	}
	s.instance, _ = v["instance"].(string)
	checked, _ := v["checked"].(int64)
	s.checked.Store(checked)
	s.lastSeq, _ = v["head"].(int64)
	s.savedID, _ = v["last_id"].(int64)
	s.lastID.Store(s.savedID)
	indexed, _ := v["indexed"].(int64)
	s.indexed.Store(indexed)
	worked, _ := v["worked"].(int64)
	s.worked.Store(worked)
	settled, unfinished := v["works_settled"].(int64)
	if !unfinished {
		settled = AllSettled
	}
	s.settled.Store(settled)
	s.lastWork, _ = v["last_work"].(int64)
	worksFloor, _ := v["works_floor"].(int64)
	s.worksFloor.Store(worksFloor)
	vocabulary, _ := v["vocabulary"].(int64)
	s.vocabulary.Store(vocabulary)
	floor, _ := v["floor"].(int64)
	s.floor.Store(floor)
	vacatedFloor, _ := v["vacated_floor"].(int64)
	s.vacatedFloor.Store(vacatedFloor)
	s.head.Store(s.lastSeq)
	kept, err := c.number("SELECT ifnull(max(at), 0) FROM moments")
	if err != nil {
		return err
	}
	s.keptMoment.Store(kept)
	s.lastMoment.Store(s.newMoment(s.lastSeq, now()))
	if err := s.consistent(c); err != nil {
		return err
	}
	if err := s.loadRuns(c); err != nil {
		return err
	}
	targets, err := c.number("SELECT count(*) FROM targets")
	if err != nil {
		return err
	}
	s.targets.Store(targets)
	if err := s.loadTallies(c); err != nil {
		return err
	}
	return s.loadRootNames(c)
}

// Stopped is closed once Run has returned and nothing more will be written.
func (s *Store) Stopped() <-chan struct{} { return s.stopped }

// Close ends what is being read, checkpoints and closes every connection. Call it after Run has returned: the
// connection of a writer that still runs is left open, and the error says so. It takes a few seconds at most; a
// catalog that was not closed loses nothing.
func (s *Store) Close() error {
	err := s.readers.close(closePatience)
	select {
	case <-s.stopped:
	default:
		if s.running.Load() {
			return errors.Join(err, errors.New("the catalog's writer still runs: it is left open"))
		}
	}
	switch {
	case s.writer == nil:
		return err
	case s.Damage() != nil:
		return errors.Join(err, s.writer.closeUntouched(s.path))
	}
	return errors.Join(err, s.endPass(), s.writer.close())
}

// Path is the database file's path.
func (s *Store) Path() string { return s.path }

// Epoch names this catalog: cursors of another epoch mean nothing here.
func (s *Store) Epoch() string { return s.epoch }

// Counters gives the store's statistics.
func (s *Store) Counters() *Stats { return &s.stats }

// now is the wall clock in Unix nanoseconds.
func now() int64 { return time.Now().UnixNano() }

// SQLiteVersion is the version of the SQLite built in.
func SQLiteVersion() string { v, _, _ := sqlite3.Version(); return v }
