//go:build race

package modeltest

// raceTimes is how much longer than a second a second is with the race detector.
const raceTimes = 4
