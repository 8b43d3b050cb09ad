// Package apptest runs the whole daemon for tests: the real binary on real directories, a client that
// follows the live feed and holds what it says, and a walk of the disk to compare both with.
//
// A package of tests that uses it begins with
//
//	func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }
//
// which builds the binary once. Functions that take a testing.TB end the test where they cannot do what
// they are asked; they must be called from its goroutine, unless they say otherwise.
package apptest
