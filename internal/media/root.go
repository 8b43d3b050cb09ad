package media

import "time"

// Root is one media root as the public surface shows it.
type Root struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"` // local or smb
	Location string `json:"location"`
	State    string `json:"state"`  // online or offline
	Reason   string `json:"reason"` // why it is offline; "" where it is not
	Scanning bool   `json:"scanning"`
	// VolumeOffer is what is in the root's place that is not what the catalog knows; null where nothing is.
	VolumeOffer *VolumeOffer `json:"volume_offer"`
	Held        *Held        `json:"held"`
	Items       int64        `json:"items"`
	Watch       Watch        `json:"watch"`
	Breaker     *Breaker     `json:"breaker"`
	LastScan    *Scan        `json:"last_scan"`
}

// States of roots.
const (
	Online  = "online"
	Offline = "offline"
)

// VolumeOffer is another file system in the place of a root's, which somebody may accept to be the root's from now on.
type VolumeOffer struct {
	Volume     string    `json:"volume"`
	Catalogued int64     `json:"catalogued"` // items that the catalog holds of the one before
	Matching   int64     `json:"matching"`   // of those, how many are there by path, size and modification time
	Since      time.Time `json:"since"`
}

// Accepted is what becomes of the items of a root whose file system is another from now on.
type Accepted struct {
	Kept    int64 `json:"kept"`    // are there by path, size and modification time
	New     int64 `json:"new"`     // files where none was catalogued
	Missing int64 `json:"missing"` // are not there
}

// Held says that removals wait for a person's word.
type Held struct {
	Count int64     `json:"count"`
	Since time.Time `json:"since"`
}

// Watch says how changes of a root are noticed.
type Watch struct {
	Mode        string `json:"mode"` // inotify, poll or none
	Directories int    `json:"directories"`
	Reason      string `json:"reason"` // why directories are polled, or none is watched; ""
}

// Ways of noticing changes.
const (
	WatchInotify = "inotify"
	WatchPoll    = "poll"
	WatchNone    = "none"
)

// Breaker is the state of a share's circuit breaker.
type Breaker struct {
	State     string     `json:"state"` // closed, open or half-open
	Failures  int        `json:"failures"`
	RetryAt   *time.Time `json:"retry_at"`
	LastError *string    `json:"last_error"`
}

// Scan is one pass over a root or a part of it.
type Scan struct {
	ID          int64      `json:"id"`
	Root        string     `json:"root"`
	Path        string     `json:"path"`
	State       string     `json:"state"`
	StartedAt   *time.Time `json:"started_at"`
	FinishedAt  *time.Time `json:"finished_at"`
	Directories int64      `json:"directories"`
	Files       int64      `json:"files"`
	Added       int64      `json:"added"`
	Changed     int64      `json:"changed"`
	Moved       int64      `json:"moved"`
	Removed     int64      `json:"removed"`
	Errors      int64      `json:"errors"`
	ETASeconds  *float64   `json:"eta_seconds"`
	Error       string     `json:"error,omitempty"`
}

// States of scans.
const (
	ScanQueued    = "queued"
	ScanRunning   = "running"
	ScanDone      = "done"
	ScanCancelled = "cancelled"
	ScanFailed    = "failed"
)
