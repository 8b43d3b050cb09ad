package media

import (
	"fmt"
	"time"
)

// Source is a daemon whose items a hub shows, as the public surface shows it.
type Source struct {
	Name    string    `json:"name"`
	State   string    `json:"state"`  // online or offline
	Reason  string    `json:"reason"` // why it is offline; "" where it is not
	Since   time.Time `json:"since"`  // when that became so
	Version string    `json:"version"`
	// Loading says that not all has come yet since a load of it began.
	Loading bool `json:"loading"`
	// Poison counts the items that could not be taken in.
	Poison int64 `json:"poison"`
}

// What a server can be asked for beyond items and their feed, by the names that clients are told.
const (
	// CapabilitySearch is by words: q of lists, and /search.
	CapabilitySearch = "search"
	// CapabilitySources is by sources: roots are SOURCE~ROOT, as a hub has them.
	CapabilitySources = "sources"
	// CapabilityWorks is for what items make together: /works, and works in the feed.
	CapabilityWorks = "works"
)

// HubLead says which of several hubs on one database takes in what the sources say, as the public surface shows it.
type HubLead struct {
	Leads  bool       `json:"leads"`  // the one that answers does
	Leader string     `json:"leader"` // the name of the one that does; "": none does now
	Since  *time.Time `json:"since"`  // when it began; nil: none does now
}

// Refused is what another daemon says to what was to be passed on to it.
type Refused struct {
	Status int    // of HTTP
	Kind   string // by which programs tell it
	Detail string
}

func (r *Refused) Error() string { return fmt.Sprintf("%s (%s)", r.Detail, r.Kind) }
