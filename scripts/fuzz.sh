#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other.
#
# usage: scripts/fuzz.sh DURATION [PACKAGE...]      FUZZFLAGS: further flags of go test, as -race
set -euo pipefail
(($#)) || { sed -n '/^# usage/s/^# //p' "$0" >&2; exit 2; }
duration=$1
shift
(($#)) || set -- ./...

export CGO_ENABLED=1 GOTOOLCHAIN=local
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# attack runs one target. The end of -fuzztime itself is now and then taken for a failure by go test, whose
# workers hear of it before the loop that asked for it: it then finds nothing and writes no failing input. What a
# target finds, a hang included, is always written.
attack() {
	# What waits for a network covers other code each time: an input would be made smaller for a minute, in vain.
	go test ${FUZZFLAGS:-} -tags sqlite_fts5 -run '^$' -fuzz "^$2\$" -fuzztime "$duration" -fuzzminimizetime 5s "$1" |
		tee "$said" && return
	grep -qx ' *context deadline exceeded' "$said" && ! grep -q 'Failing input written to' "$said" || return 1
	echo "$2: go test took the end of its time for a failure; it found none"
}

for package in $(go list -tags sqlite_fts5 -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' "$@"); do
	for target in $(go test -tags sqlite_fts5 -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		attack "$package" "$target"
	done
done
