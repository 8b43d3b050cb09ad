//go:build race

package smb

import "time"

// raceFactor is how much less the tests that count do under the race detector.
const raceFactor = 10

// late is what the race detector may add to the time of anything.
const late = 10 * time.Second
