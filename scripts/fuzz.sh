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
for package in $(go list -tags sqlite_fts5 -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' "$@"); do
	for target in $(go test -tags sqlite_fts5 -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		# What waits for a network covers other code each time: an input would be made smaller for a minute, in vain.
		go test ${FUZZFLAGS:-} -tags sqlite_fts5 -run '^$' -fuzz "^$target\$" -fuzztime "$duration" -fuzzminimizetime 5s "$package"
	done
done
