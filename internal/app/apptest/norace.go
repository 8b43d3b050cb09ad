//go:build !race

package apptest

// RaceEnabled says that tests and daemon run with the race detector, which makes everything slower.
const RaceEnabled = false
