//go:build !race

package name_test

const raceEnabled = false
