//go:build !race

package smb

const raceFactor = 1
