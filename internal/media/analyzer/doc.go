// Package analyzer finds out what the files of the catalog are. What a path says is joined at once
// (describe.go, name/). The bytes are read by a bounded pool for each root: those of a new directory before
// it is written, as far as a short while allows (ahead.go), all others later, from a list of work that the
// store holds: a killed daemon goes on where it was.
//
// Guarantees: a file is analysed only while it is quiet (its stat before and after are equal, else the
// result is discarded); one that panics, stalls or exhausts its reader is marked failed with the reason,
// is retried with growing delays and when it changes, and never stops the rest. Each root has workers
// of its own, so that a share that hangs costs no other root anything.
package analyzer
