package config

import (
	"cmp"
	"path/filepath"
	"time"
)

// Config is the whole configuration of one daemon. Durations of zero mean "switched off", which
// validation admits only where it makes sense.
type Config struct {
	// DataDir holds the catalog; it is absolute and clean. Whoever opens it creates it.
	DataDir string
	// ShutdownTimeout bounds a graceful stop.
	ShutdownTimeout time.Duration

	HTTP     HTTP
	Scanner  Scanner
	Analyzer Analyzer
	Watcher  Watcher
	// Thumbnails are small pictures, made when asked for.
	Thumbnails Thumbnails
	// Backup is the copies of the catalog that the daemon makes by itself.
	Backup Backup
	Log    Log
	// Roots in the order of the file, then those of the command line. Names are unique, and no root is
	// the same as or inside of another as far as their paths tell.
	Roots []Root
	// Notify are programs that are told of changes, in the order of the file. Names are unique.
	Notify []Notify
	// Hub and Sources are of the command hub alone. Names of sources are unique.
	Hub     Hub
	Sources []Source

	unknown     []*Error          // variables with our prefix that there are not
	origins     map[string]origin // where a key was set; see locate
	credentials string            // $CREDENTIALS_DIRECTORY of systemd, or empty
	httpToken   string            // file of its credential "http-token", if it was there: the lock stays when it goes
	readToken   string            // the same of "http-read-token"
}

// HTTP is who may talk to the daemon.
type HTTP struct {
	Listen         string   // host:port; port 0 lets the system choose
	Name           string   // of this daemon, for people; empty: the host's, see Config.Name
	TokenFile      string   // absolute, or empty; read by Config.Token
	ReadTokenFile  string   // absolute, or empty; read by Config.ReadToken
	Auth           string   // AuthToken or AuthNone
	AllowedHosts   []string // lower-case host names that a Host header may carry beside localhost and addresses
	AllowedOrigins []string // of pages elsewhere, as browsers write them; or AnyOrigin alone
	BasePath       string   // that a reverse proxy puts before every path: "" or "/path"
}

// AnyOrigin in HTTP.AllowedOrigins stands for every page there is.
const AnyOrigin = "*"

// The values of HTTP.Auth.
const (
	// AuthToken asks for the token where one is set. Listening beyond loopback then needs one.
	AuthToken = "token"
	// AuthNone lets in everybody who can connect.
	AuthNone = "none"
)

// Scanner is how roots are compared with the catalog.
type Scanner struct {
	Workers        int           // 0: chosen from the CPUs
	RescanInterval time.Duration // between full comparisons; 0: never
	Window         string        // hours of the day in which that begins, see Hours; empty: any
	IdlePriority   bool          // files are read at low CPU and I/O priority
}

// Analyzer is how files are read for what they contain.
type Analyzer struct {
	Workers     int           // 0: chosen from the CPUs
	FileTimeout time.Duration // the longest that one file may take
}

// Watcher is how long events are collected before a directory is looked at.
type Watcher struct {
	Debounce time.Duration // quiet time after the last event
	MaxWait  time.Duration // the longest that events can hold an entry back; at least Debounce
}

// Thumbnails is how small pictures are made and kept.
type Thumbnails struct {
	CacheSize ByteSize // that those kept may take of the data directory's disk; 0: none is kept
	Workers   int      // 0: chosen from the CPUs
}

// Backup is how often the catalog is copied, and how many copies are kept.
type Backup struct {
	Every time.Duration // 0: never
	Keep  int           // at least 1
	Dir   string        // absolute, or empty; see Config.BackupDir
	// BeforeUpgrade has the catalog copied beside itself before a newer version changes its tables.
	BeforeUpgrade bool
}

// BackupDir is where the daemon's own copies of the catalog lie.
func (c *Config) BackupDir() string { return cmp.Or(c.Backup.Dir, filepath.Join(c.DataDir, "backups")) }

// Log is what is written to standard error.
type Log struct {
	Level  string // debug, info, warn or error
	Format string // text or json
}

// Root is one tree of files to catalogue: a directory (Path) or a share (URL), never both.
type Root struct {
	// Name is unique and safe in a URL path: letters, digits, '.', '_', '~' and '-'.
	Name string
	// Path of a directory, absolute and clean, or empty.
	Path string
	// URL of a share, smb://[user@]host[:port]/share[/path], or empty; see ParseShare.
	URL string
	// PasswordFile of a share, absolute, or empty; read by Password.
	PasswordFile string
	// Exclude holds patterns in gitignore syntax, relative to the root.
	Exclude []string
	// MaxRemovals is the share of the root's items, 0 to 1, above which vanished items are held until
	// somebody accepts their removal.
	MaxRemovals float64
	// PollInterval between comparisons where the file system sends no events; 0: only RescanInterval.
	PollInterval time.Duration
	// Timeout of one request to a share's server, which counts as away when it keeps silent for so long.
	Timeout time.Duration
	// Signing of a share is SigningRequired, SigningAllowed, or empty; see RequiresSigning.
	Signing string
	// CrossMounts descends into other file systems mounted below Path.
	CrossMounts bool
	// Group of roots whose items make works together; "" is one too.
	Group string

	credentials string // as Config.credentials
	at          string // prefix of this root's keys in Config.origins
}

// Values of Root.Signing.
const (
	SigningRequired = "required"
	SigningAllowed  = "allowed"
)

// RequiresSigning reports whether the root's server has to prove with every answer that it is the one that knows the
// user's password: where a user is named and nothing else is said. A guest shares no secret with a server.
func (r Root) RequiresSigning() bool {
	if r.URL == "" || r.Signing == SigningAllowed {
		return false
	}
	at, err := ParseShare(r.URL)
	return err == nil && at.User != ""
}

// Location is where the root is: its path or its URL.
func (r Root) Location() string {
	if r.URL != "" {
		return r.URL
	}
	return r.Path
}

// Default is the configuration of a daemon that was told nothing: no roots, no data directory.
func Default() *Config {
	return &Config{
		ShutdownTimeout: 30 * time.Second,
		HTTP:            HTTP{Listen: "127.0.0.1:8780", Auth: AuthToken},
		Scanner:         Scanner{RescanInterval: 24 * time.Hour, IdlePriority: true},
		Analyzer:        Analyzer{FileTimeout: 30 * time.Second},
		Watcher:         Watcher{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second},
		Thumbnails:      Thumbnails{CacheSize: 1 << 30},
		Backup:          Backup{Keep: 7, BeforeUpgrade: true},
		Log:             Log{Level: "info", Format: "text"},
		origins:         map[string]origin{},
	}
}

// DefaultRoot is a root without a place, with the defaults of everything else.
func DefaultRoot() Root {
	return Root{MaxRemovals: 0.5, PollInterval: 2 * time.Minute, Timeout: 20 * time.Second}
}
