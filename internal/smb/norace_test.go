//go:build !race

package smb

import "time"

const raceFactor = 1

const raceTimes = 1

const (
	late     = 0 * time.Second
	patience = 0 * time.Second
)
