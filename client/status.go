package client

// Instance is which daemon answers: an id that stays through backup and restore, and a name for people.
type Instance struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Status is how a daemon and its roots are.
type Status struct {
	Version   string   `json:"version"`
	Instance  Instance `json:"instance"`
	StartedAt Time     `json:"started_at"`
	Idle      bool     `json:"idle"`   // the catalog says what the reachable roots hold
	Cursor    string   `json:"cursor"` // where the feed is
	Counts    struct {
		Items   int64 `json:"items"`
		Missing int64 `json:"missing"`
		Pending int64 `json:"pending"`
		Failed  int64 `json:"failed"`
	} `json:"counts"`
	FailedSinceStart int64  `json:"failed_since_start"`
	Health           string `json:"health"` // why the catalog cannot be kept now; empty while it can
	Lag              struct {
		Works  int64 `json:"works"`
		Search int64 `json:"search"`
	} `json:"lag"` // changes that are not taken in yet
	Roots   []Root   `json:"roots"`
	Sources []Source `json:"sources"` // where it is a hub
	Hub     *Lead    `json:"hub"`     // where it is a hub: which of those on one database leads
}

// Lead says which hub takes in what the sources of all hubs on one database say.
type Lead struct {
	Leads  bool   `json:"leads"`  // the one that answers does
	Leader string `json:"leader"` // the name of the one that does; empty while none does
	Since  Time   `json:"since"`  // when it began; zero while none does
}

// Source is a daemon whose items a hub shows.
type Source struct {
	Name    string `json:"name"`
	State   string `json:"state"`  // "online" or "offline"
	Reason  string `json:"reason"` // why it is offline
	Since   Time   `json:"since"`
	Version string `json:"version"`
	Loading bool   `json:"loading"` // not all of it has come yet
	Poison  int64  `json:"poison"`  // items that could not be taken in
}

// Root is a tree of files that is catalogued.
type Root struct {
	Name        string       `json:"name"`
	Kind        string       `json:"kind"` // "local" or "smb"
	Location    string       `json:"location"`
	State       string       `json:"state"`  // "online" or "offline"
	Reason      string       `json:"reason"` // why it is offline
	Scanning    bool         `json:"scanning"`
	VolumeOffer *VolumeOffer `json:"volume_offer"`
	Held        *Held        `json:"held"` // removals that wait for a word
	Skipped     Skipped      `json:"skipped"`
	Items       int64        `json:"items"`
	Watch       Watch        `json:"watch"`
	Breaker     *Breaker     `json:"breaker"` // of a share
	LastScan    *Scan        `json:"last_scan"`
	Group       string       `json:"group"`  // of roots whose items make works together; "" is one too
	Source      string       `json:"source"` // the daemon whose root it is, where a hub answers
}

// VolumeOffer is another file system in a root's place than the catalog knows.
type VolumeOffer struct {
	Volume     string `json:"volume"`
	Catalogued int64  `json:"catalogued"`
	Matching   int64  `json:"matching"`
	Since      Time   `json:"since"`
}

// Held says how many items wait to be forgotten until somebody accepts it, and why.
type Held struct {
	Count  int64  `json:"count"`
	Since  Time   `json:"since"`
	Reason string `json:"reason"`
}

// Skipped is what is not followed of a root.
type Skipped struct {
	Mounts     int64    `json:"mounts"`
	Links      int64    `json:"links"`
	Unreadable int64    `json:"unreadable"`
	Examples   []string `json:"examples"`
}

// Watch is how changes of a root are noticed.
type Watch struct {
	Mode        string `json:"mode"` // "inotify", "poll" or "none"
	Directories int64  `json:"directories"`
	Limit       int64  `json:"limit"`
	Reason      string `json:"reason"`
}

// Breaker is a share's circuit breaker.
type Breaker struct {
	State     string `json:"state"` // "closed", "open" or "half-open"
	Failures  int64  `json:"failures"`
	RetryAt   *Time  `json:"retry_at"`
	LastError string `json:"last_error"`
}

// Scan is a comparison of a root, or a part of it, with the catalog.
type Scan struct {
	ID          int64    `json:"id"`
	Root        string   `json:"root"`
	Path        string   `json:"path"`
	State       string   `json:"state"` // "queued", "running", "done", "cancelled" or "failed"
	StartedAt   *Time    `json:"started_at"`
	FinishedAt  *Time    `json:"finished_at"`
	Directories int64    `json:"directories"`
	Files       int64    `json:"files"`
	Added       int64    `json:"added"`
	Changed     int64    `json:"changed"`
	Moved       int64    `json:"moved"`
	Removed     int64    `json:"removed"`
	Errors      int64    `json:"errors"`
	ETASeconds  *float64 `json:"eta_seconds"`
	Error       string   `json:"error"`
}
