//go:build race

package smb

// raceFactor is how much less the tests that count do under the race detector.
const raceFactor = 10
