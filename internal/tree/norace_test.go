//go:build !race

package tree_test

const raceDetector = false
