//go:build !race

package probetest

const raceTimes = 1
