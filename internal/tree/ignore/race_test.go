//go:build race

package ignore_test

const raceDetector = true
