//go:build race

package smb

import "time"

// raceFactor is how much less the tests that count do under the race detector.
const raceFactor = 10

// raceTimes is how much longer a server may take that is to answer in time.
const raceTimes = 3

// late is what the race detector and a busy machine may add to the time of anything.
const late = 10 * time.Second

// patience is what they may add to the time in which something comes to be that would never come by itself.
const patience = 2 * time.Minute
