package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/thumbnail"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Catalog is what the API reads of the store.
type Catalog interface {
	Cursor(seq int64) media.Cursor
	Accepts(at media.Cursor) (bool, error)
	Since(ctx context.Context, text string, f *store.FeedFilter) (media.Cursor, error)
	Head() int64
	IndexedTo() int64
	FloorOf(sorts store.Sorts) int64
	ItemCounts() store.Counts
	Lag(ctx context.Context) (store.Lag, error)
	ChangesOf(ctx context.Context, sorts store.Sorts, after, upto int64, most store.Bounds) (store.Page, error)
	LoadOf(
		ctx context.Context, f *store.FeedFilter, at media.Cursor, most store.Bounds,
	) ([]store.Change, media.Cursor, error)
	Query(ctx context.Context, q store.Query) (store.Result, error)
	// AnalyseAgain has items read again, and says of how many the files are there.
	AnalyseAgain(ctx context.Context, ids []int64) (int, error)
	ItemFacets(ctx context.Context, q store.Query, by []string) (store.Facets, error)
	WorkFacets(ctx context.Context, q store.WorkQuery, by []string) (store.Facets, error)
	Duplicates(ctx context.Context, q store.Query) (store.DuplicateResult, error)
	Item(ctx context.Context, id int64) (store.View, int64, bool, error)
	Pictures(ctx context.Context, id int64) ([]store.View, error)
	// Probed is what the bytes of an item said.
	Probed(ctx context.Context, id int64) ([]byte, error)
	Work(ctx context.Context, id int64) (store.WorkView, bool, error)
	QueryWorks(ctx context.Context, q store.WorkQuery) (store.WorkResult, error)
	WorkMembers(ctx context.Context, work int64, roles []string, after int64, limit int) (store.MemberPage, bool, error)
	WorksOf(ctx context.Context, item int64) ([]store.WorkOf, error)
	WorksOfAll(ctx context.Context, items []int64) ([][]store.WorkOf, error)
	Subscribe() (<-chan struct{}, func())
}

// Scans is what the API steers of the scanner.
type Scans interface {
	Scan(ctx context.Context, root, path string, full bool) (media.Scan, error)
	CancelScan(ctx context.Context, id int64) error
	Scans() []media.Scan
	ScanByID(id int64) (media.Scan, error)
	AcceptRemovals(ctx context.Context, root string) (int64, error)
	AcceptVolume(ctx context.Context, root, volume string) (media.Accepted, error)
	TreeByID(root int64) tree.Tree
}

// Roots is what the API shows of roots, put together by the daemon.
type Roots interface {
	Roots(ctx context.Context) ([]media.Root, error)
	Root(ctx context.Context, name string) (media.Root, error)
	// Reconnect tries a root that is away now.
	Reconnect(ctx context.Context, root string) error
}

// Live serves the live feed to one client after another.
type Live interface {
	// Serve upgrades a request to a WebSocket, and has it served until either side ends it. authorized says
	// whether the request carries the token; else the client has to send it, and token checks it (nil:
	// nobody needs one). Both are asked again when the channel is closed that changed gave last. Its error
	// says that the request asked for no WebSocket that there is; it has not been answered then.
	Serve(w http.ResponseWriter, r *http.Request, authorized func() bool, token func(string) bool,
		changed func() <-chan struct{}) error
	// Stop has every client told that it ends, and returns at once.
	Stop()
	// Wait returns once every connection has ended.
	Wait()
}

// Thumbnails makes small pictures; see thumbnail.Maker.
type Thumbnails interface {
	Thumbnail(ctx context.Context, wanted thumbnail.Wanted,
		open func(context.Context) (thumbnail.Source, error)) ([]byte, error)
	Colours(items []int64) map[int64]thumbnail.Colour
	ColoursSet() int64
}

// Files are those of other daemons.
type Files interface {
	// PassItem has the daemon that has an item's file answer: with what is "content", "artwork" or "thumbnail". An
	// error says that nothing has been answered yet.
	PassItem(w http.ResponseWriter, r *http.Request, id int64, what string) error
	// Open opens an item's content.
	Open(ctx context.Context, id int64) (io.ReadCloser, error)
	// Said says where each field of an item comes from, and which file beside it said some of them.
	Said(ctx context.Context, id int64) (of map[string]string, sidecar string, err error)
}

// Config of a server.
type Config struct {
	Version string
	// Instance says which daemon this is, by its present name; nil: it has none.
	Instance func() media.Instance
	Site     Site // see SetSite
	// Token gives what clients must show: asked for every check, so that it can be changed. Where it is empty, or the
	// function nil, nobody needs one.
	Token func() (string, error)
	// ReadToken gives what is enough for those who only read; empty, or nil: there is none.
	ReadToken func() (string, error)
	// LinkKey is the secret by which links are signed, beside the token.
	LinkKey []byte
	// LoginsFile is where login codes are noted that have been used; empty: in memory only.
	LoginsFile string
	// InForce gives the configuration in force, for who may read; nil: there is none to show.
	InForce func() map[string]any
}

// Server serves the API on a listener.
type Server struct {
	cfg      Config
	catalog  Catalog
	scans    Scans
	roots    Roots
	targets  Targets
	files    Files
	daemons  func(context.Context) ([]media.Source, error)
	can      func() []string
	leader   func() *media.HubLead
	idle     func() bool
	health   func() error
	failed   func(context.Context) (int64, error)
	sources  func(path string, probed, members []byte) (of map[string]string, sidecar string)
	log      *zap.Logger
	started  time.Time
	ready    atomic.Bool
	site     atomic.Pointer[Site]
	sessions sessions
	logins   logins
	tries    tries
	unwraps  chan struct{} // a place for each picture that is measured
	rotation rotation
	metrics  *prometheus.Registry
	stopping chan struct{} // closed when connections are to end
	live     Live
	small    Thumbnails
	listener net.Listener
}

// Deps are what a server stands on.
type Deps struct {
	Catalog Catalog
	Scans   Scans
	Roots   Roots
	Live    Live
	// Thumbnails may be nil: there are none then.
	Thumbnails Thumbnails
	Idle       func() bool
	Health     func() error // why the catalog is not kept now; nil: it is
	// Failed counts the items that could not be read since the start; nil: nobody counts.
	Failed  func(context.Context) (int64, error)
	Metrics *prometheus.Registry
	// Sources says where each field of an item comes from, and which file beside it said some of them.
	Sources func(path string, probed, members []byte) (of map[string]string, sidecar string)
	// Targets are programs that are told of changes; nil: there are none.
	Targets Targets
	// Files are where the files are that are not here; nil: they are here.
	Files Files
	// Daemons are those whose items are shown; nil: there are none but this.
	Daemons func(context.Context) ([]media.Source, error)
	// Capabilities are what can be asked for here beyond items, by the names of media; nil: what a daemon can be asked
	// for.
	Capabilities func() []string
	// Leader says which hub takes in what its sources say; nil: this is no hub.
	Leader func() *media.HubLead
	Log    *zap.Logger
}

// Listen opens the address. An address in use is an error that says so.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen on %s: another program listens there already: stop it, "+
			"or choose another address with http.listen or --listen: %w", addr, err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listen on %s: not permitted for this user: choose a port above 1023: %w", addr, err)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// New returns a server on a listener, which it owns from here on.
func New(cfg Config, d Deps, l net.Listener) *Server {
	s := &Server{
		cfg: cfg, catalog: d.Catalog, scans: d.Scans, roots: d.Roots, targets: d.Targets, live: d.Live,
		idle: d.Idle, health: d.Health,
		log: logs.Sparing(d.Log), metrics: d.Metrics, started: time.Now().UTC(), stopping: make(chan struct{}), listener: l,
		unwraps: make(chan struct{}, unwrapping), small: d.Thumbnails, failed: d.Failed, sources: d.Sources,
		logins: logins{file: cfg.LoginsFile}, files: d.Files, daemons: d.Daemons, leader: d.Leader, can: d.Capabilities,
	}
	s.SetSite(cfg.Site)
	return s
}

// SetReady says whether the daemon serves a catalog by now.
func (s *Server) SetReady(ready bool) { s.ready.Store(ready) }

// Addr is the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// bodyTime is how long a client may take to send a body: all that there are are short.
const bodyTime = 10 * time.Second

// drainTime bounds how long running requests may go on after the end has come.
const drainTime = 1500 * time.Millisecond

// Run serves until ctx ends; then live clients are told, and running requests get a moment to finish. It
// takes no longer than drainTime and what live clients need for a farewell, a few seconds in all.
func (s *Server) Run(ctx context.Context) error {
	srv := &http.Server{
		Handler:           impatient(promptBodies(s.recovered(s.routes()))),
		ConnContext:       withConn,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(complaints{s.log}, "", 0),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	group := run.NewGroup(ctx, s.log)
	group.Go("follow the token", s.followToken)
	group.Go("serve", func(context.Context) error { // ends with Shutdown or Close
		err := srv.Serve(&stallListener{Listener: s.listener, admitted: newConnections()})
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	<-group.Context().Done() // something has failed, or ctx has ended
	s.ready.Store(false)
	close(s.stopping)
	s.live.Stop()
	dctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := srv.Shutdown(dctx); err != nil {
		_ = srv.Close() // a download that goes on is resumed by its client
	}
	err := group.Wait()
	s.live.Wait()
	return err
}

// complaints takes in what net/http has to say of connections: one kind of line, whoever it is about.
type complaints struct{ log *zap.Logger }

func (c complaints) Write(b []byte) (int, error) {
	c.log.Warn("connection not served well", zap.String("reason", strings.TrimSpace(string(b))))
	return len(b), nil
}

// promptBodies ends the reading of bodies that do not come in time, whether a handler reads them or what is left of
// one is passed over behind it.
func promptBodies(h http.Handler) http.Handler { return promptBodiesWithin(bodyTime, h) }

func promptBodiesWithin(limit time.Duration, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			control := http.NewResponseController(w)
			if err := control.SetReadDeadline(time.Now().Add(limit)); err != nil {
				panic(http.ErrAbortHandler) // the connection has ended
			}
			r.Body = &promptBody{r.Body, control}
		}
		h.ServeHTTP(w, r)
	})
}

// promptBody takes the deadline back once the body has been read: what is read behind it is the client's leaving, and a
// handler may take its time.
type promptBody struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b *promptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{}) // fails where the connection has ended
	}
	return n, err
}
