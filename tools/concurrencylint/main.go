// Command concurrencylint holds two rules of docs/concurrency.md that no other linter knows: goroutines start in
// internal/run, and every mutex is unlocked by a defer. It exits with 1 where it finds something.
//
// A line that has to break a rule says why: `//concurrencylint:allow REASON` at its end or on the line above.
//
// usage: concurrencylint DIRECTORY...
package main

import (
	"fmt"
	"os"
)

func main() {
	findings, err := check(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "concurrencylint: %v\n", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		os.Exit(1)
	}
}
