package media

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

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
	// Skipped is what is not followed of the root.
	Skipped  Skipped  `json:"skipped"`
	Items    int64    `json:"items"`
	Watch    Watch    `json:"watch"`
	Breaker  *Breaker `json:"breaker"`
	LastScan *Scan    `json:"last_scan"`
	// Group is of roots whose items make works together; absent where it is "", which is one too.
	Group string `json:"group,omitempty"`
	// Source is the daemon whose root it is, by the name that a hub has for it; absent where there is none between.
	Source string `json:"source,omitempty"`
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

// Skipped is what is not followed of a root: other file systems mounted below it, symbolic links, and what cannot be
// looked at. Examples are paths of some of each.
type Skipped struct {
	Mounts     int64    `json:"mounts"`
	Links      int64    `json:"links"`
	Unreadable int64    `json:"unreadable"`
	Examples   []string `json:"examples"`
}

// MarshalJSON has no examples be an empty list.
func (s Skipped) MarshalJSON() ([]byte, error) {
	type plain Skipped
	if s.Examples == nil {
		s.Examples = []string{}
	}
	return json.Marshal(plain(s))
}

// Any reports whether there is anything that is not followed.
func (s *Skipped) Any() bool { return s.Mounts+s.Links+s.Unreadable > 0 }

// Text says what is not followed of a root that holds so many files, and what to do about it.
func (s *Skipped) Text(files int64) string {
	var parts []string
	add := func(n int64, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, humanize.Comma(n)+" "+many)
		}
	}
	add(s.Mounts, "folder is a mount of another file system: give it a root of its own, or set cross_mounts = true",
		"folders are mounts of other file systems: give each a root of its own, or set cross_mounts = true")
	add(s.Links, "entry is a symbolic link: give what it leads to a root of its own",
		"entries are symbolic links: give what each leads to a root of its own")
	add(s.Unreadable, "entry cannot be looked at: let the daemon's user read it, exclude it, or look after its disk",
		"entries cannot be looked at: let the daemon's user read them, exclude them, or look after their disk")
	text := "not followed: " + strings.Join(parts, "; ")
	if files == 0 {
		text = "0 files, " + text
	}
	if len(s.Examples) > 0 {
		text += " (" + strings.Join(s.Examples, ", ") + ")"
	}
	return text
}

// Held says that removals wait for a person's word.
type Held struct {
	Count int64     `json:"count"`
	Since time.Time `json:"since"`
	// Reason says why they were not believed.
	Reason string `json:"reason"`
}

// Watch says how changes of a root are noticed.
type Watch struct {
	Mode        string `json:"mode"` // inotify, poll or none
	Directories int    `json:"directories"`
	// Limit is how many all roots together may have watched now; 0 where that is no matter.
	Limit  int    `json:"limit,omitempty"`
	Reason string `json:"reason"` // why directories are polled, or none is watched; ""
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
