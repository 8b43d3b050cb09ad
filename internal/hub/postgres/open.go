package postgres

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

//go:embed schema/*.sql
var schema embed.FS

// ErrNewer says that a database was made by a later version.
var ErrNewer = errors.New("database of a later version")

// connections are at most open at once. Writers have few of them: they wait for each other anyway, and whoever reads is
// not to wait for a source. Who has little to write waits for none that has much: not for two loads, works and words.
const (
	connections   = 16
	writers       = 4
	littleWriters = 2
)

// connectTime is how long a database may take to let somebody in, unless its URL says otherwise.
const connectTime = 5 * time.Second

// statementTimeout is how long a statement may take at most, in milliseconds.
const statementTimeout = "60000"

// settings are those of all connections, whatever the server's are for those who say nothing.
var settings = map[string]string{
	"application_name":  "catalogizerd hub",
	"statement_timeout": statementTimeout,
	"lock_timeout":      "0",
	// What a statement waits for has been written when it goes on, and it sees that: so do the fence and all who number.
	"default_transaction_isolation":       "read committed",
	"idle_in_transaction_session_timeout": "60000", // a hub that hangs holds up no other
	"idle_session_timeout":                "0",     // who listens says nothing
	"jit":                                 "off",   // which takes longer than a page
	// Who asks for a page would wait for a helper to begin, and others for the processor that it takes.
	"max_parallel_workers_per_gather": "0",
	// Plans are made for what is asked: one value is rare where another is everywhere.
	"plan_cache_mode": "force_custom_plan",
}

// Store is the hub's database. Its methods are safe for concurrent use.
type Store struct {
	pool          *pgxpool.Pool
	dial          pgconn.DialFunc
	writing       chan struct{} // holds one for each who writes
	writingLittle chan struct{} // and one for each who takes in a little
	turns         turns         // of those who give numbers
	log           *zap.Logger

	epoch    string
	instance string
	runs     atomic.Pointer[runs]
	past     atomic.Int64 // see Past
	head     atomic.Int64
	floor    atomic.Int64
	seen     atomic.Pointer[moment] // since when the head is one

	worksFloor atomic.Int64
	worked     atomic.Int64
	settled    atomic.Int64
	away       atomic.Pointer[absence] // why the database does not answer; nil: it does
	lines      lines                   // of the pool's connections

	term    atomic.Int64           // of the lead that this hub has; 0: it has none
	follows atomic.Bool            // another has it
	leader  atomic.Pointer[Leader] // who had it last
	unfit   atomic.Pointer[error]  // why this hub cannot have it
	refuses atomic.Pointer[error]  // why the database took in nothing that was written last; nil: it did
	told    chan struct{}          // see Told

	// As they were when it last answered.
	counts    atomic.Pointer[store.Counts]
	rootItems atomic.Pointer[map[string]int64]
	meanings  words.Meanings // what words of questions are taken for

	mu   sync.Mutex // guards wake; held for look-ups only
	wake map[chan struct{}]struct{}
}

// runs says which cursors are of this database's own past.
type runs struct {
	n       int64 // of the current one
	current string
	ended   map[string]int64
}

func (r *runs) knows(id string) bool {
	if r == nil {
		return false
	}
	_, ended := r.ended[id]
	return ended || r.current == id
}

// Open connects to a database by its URL, or by a text of key=value pairs, and brings its tables up to date. The
// database must be there; nothing else must be in it. A password that is not empty is shown to it. Close closes it.
func Open(ctx context.Context, database, password string, log *zap.Logger) (*Store, error) {
	cfg, err := parse(database, password)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = max(cfg.MaxConns, connections)
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectTime
	}
	maps.Copy(cfg.ConnConfig.RuntimeParams, settings)
	s := &Store{writing: make(chan struct{}, writers), writingLittle: make(chan struct{}, littleWriters),
		log: log, wake: map[chan struct{}]struct{}{},
		told: make(chan struct{}, 1)} // one pending says all that there is to say
	s.dial = cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = s.lines.over(s.dial)
	if s.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("connect to the hub's database: %w", err)
	}
	if err := s.begin(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	return s, nil
}

func parse(database, password string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, fmt.Errorf("read hub.database: %w", err)
	}
	if password != "" {
		cfg.ConnConfig.Password = password
	}
	return cfg, nil
}

// Close waits for whoever uses the database, and closes it.
func (s *Store) Close() { s.pool.Close() }

func (s *Store) begin(ctx context.Context) error {
	if err := s.migrate(ctx); err != nil {
		return fmt.Errorf("prepare the hub's database: %w", err)
	}
	if err := s.name(ctx); err != nil {
		return fmt.Errorf("begin in the hub's database: %w", err)
	}
	return s.readHead(ctx)
}

// migrationLock keeps two hubs from preparing one database at once.
const migrationLock = 0x6875623a31

// migrate applies the numbered files of schema/ above the version that the database has, each in a transaction.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil { // indexes take their time
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)"); err != nil {
			return err
		}
		var have int
		err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&have)
		if err != nil {
			return err
		}
		if have > len(files) {
			return newer(have, len(files))
		}
		for i, file := range files[have:] {
			sql, err := schema.ReadFile(file)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, string(sql)); err != nil {
				return fmt.Errorf("apply %s: %w", file, err)
			}
			if _, err := tx.Exec(ctx, "INSERT INTO schema_version VALUES ($1)", have+i+1); err != nil {
				return err
			}
		}
		if have == len(files) {
			return nil
		}
		// Who leads by what there was before does so no longer.
		_, err = tx.Exec(ctx, "UPDATE leader SET term = term + 1")
		return err
	})
}

// errOlder says that tables are of an earlier version, as they are where a database was put back to what it was then.
var errOlder = errors.New("the database is of an earlier version")

// fits fails with ErrNewer where another hub has brought the tables to a version that this one does not know, and with
// errOlder where they are to be brought up to date.
func (s *Store) fits(ctx context.Context, c *pgx.Conn) error {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return err
	}
	var have int
	err = c.QueryRow(ctx, "SELECT max(version) FROM schema_version").Scan(&have)
	switch {
	case err == nil && have > len(files):
		err = newer(have, len(files))
	case err == nil && have < len(files):
		err = errOlder
	}
	return err
}

// newName is one that is given once.
func newName() string {
	return strings.ToLower(rand.Text()[:16])
}

// newInstance is a random UUID.
func newInstance() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// name gives the database a name, where it has none, and learns it.
func (s *Store) name(ctx context.Context) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO hub (epoch, instance) VALUES ($1, $2) ON CONFLICT DO NOTHING",
			newName(), newInstance())
		if err != nil {
			return err
		}
		const who = "SELECT epoch, instance FROM hub FOR UPDATE"
		if err := tx.QueryRow(ctx, who).Scan(&s.epoch, &s.instance); err != nil {
			return err
		}
		const first = "INSERT INTO runs (id) SELECT $1 WHERE NOT EXISTS (SELECT FROM runs)"
		_, err = tx.Exec(ctx, first, newName())
		return err
	})
}

// beginRun notes that the leader goes on from where the one before ended.
func (s *Store) beginRun(ctx context.Context) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		var head int64
		if err := tx.QueryRow(ctx, "SELECT head FROM hub FOR UPDATE").Scan(&head); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE runs SET upto = $1 WHERE upto IS NULL", head); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO runs (id) VALUES ($1)", newName()); err != nil {
			return err
		}
		const old = "DELETE FROM runs WHERE n <= (SELECT max(n) FROM runs) - $1"
		if _, err := tx.Exec(ctx, old, keptRuns); err != nil {
			return err
		}
		return notifyOf(ctx, tx, "")
	})
}

// asker is a connection, a pool of them or a transaction.
type asker interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// readRuns reads which runs there were, the last of which is that of now.
func readRuns(ctx context.Context, by asker) (*runs, error) {
	rows, err := by.Query(ctx, "SELECT n, id, upto FROM runs ORDER BY n")
	if err != nil {
		return nil, err
	}
	r := &runs{ended: map[string]int64{}}
	var id string
	var upto *int64
	_, err = pgx.ForEachRow(rows, []any{&r.n, &id, &upto}, func() error {
		if r.current = id; upto != nil {
			r.ended[id] = *upto
		}
		return nil
	})
	return r, err
}

// learnRuns learns which runs there were by now. Where what was given before is not of their past it learns nothing, and
// gives them.
func (s *Store) learnRuns(ctx context.Context, by asker) (others *runs, err error) {
	for {
		given := s.head.Load() // before the runs that are known, which tell of all that was given by then
		was := s.runs.Load()
		r, err := readRuns(ctx, by)
		switch {
		case err != nil, was.knows(r.current): // as by others who have read them meanwhile
			return nil, err
		case was != nil && !r.follows(was, given):
			return r, nil
		case s.runs.CompareAndSwap(was, r):
			return nil, nil
		}
	}
}

// follows reports whether runs are those that came after others, of which all up to a number was given.
func (r *runs) follows(was *runs, given int64) bool {
	upto, known := r.ended[was.current]
	if !known {
		return r.n >= was.n+keptRuns // it is forgotten
	}
	return given <= upto
}

// keptRuns is how many runs are remembered. Clients whose cursor is of an earlier one load anew.
const keptRuns = 10_000

// do is a statement that is all of a transaction.
func (s *Store) do(ctx context.Context, statement string, args ...any) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, statement, args...)
		return err
	})
}

// write runs fn in a transaction, which ends with it, in its turn. It fails with ErrFollows where this hub does not
// lead.
func (s *Store) write(ctx context.Context, fn func(pgx.Tx) error) error {
	return s.writeAs(ctx, s.writing, fn)
}

// writeAs is write as one of some.
func (s *Store) writeAs(ctx context.Context, some chan struct{}, fn func(pgx.Tx) error) error {
	select {
	case some <- struct{}{}:
		defer func() { <-some }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.fence(ctx, tx); err != nil {
			return err
		}
		return fn(tx)
	})
	switch {
	case err == nil:
		s.refuses.Store(nil)
	case isRefused(err):
		s.refuses.Store(&err)
	}
	return failed(err)
}
