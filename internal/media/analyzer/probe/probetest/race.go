//go:build race

package probetest

// raceTimes is how much more time the race detector takes for the same, where it watches every byte that is read.
const raceTimes = 4
