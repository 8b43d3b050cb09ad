#!/usr/bin/env bash
# Runs `go test -v ...` and fails where a test was skipped for a reason that does not hold here, or none
# ran. Prints the lines of packages, and everything where something went wrong.
#
# usage: scripts/require-tests.sh REASON -- COMMAND...      REASON: a regular expression
set -euo pipefail
[[ $# -ge 3 && $2 == -- ]] || { sed -n '/^# usage/s/^# //p' "$0" >&2; exit 2; }
reason=$1
shift 2

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
env "$@" >"$log" 2>&1 || status=$?
if ((status != 0)); then
	cat "$log"
	exit "$status"
fi
grep -E '^(ok|FAIL|\?)\s' "$log" || true
# The reason stands before or after the line that says SKIP, by the version of Go.
if grep -E -B 1 -A 1 '^\s*--- SKIP' "$log" | grep -E "^\s+\S+\.go:[0-9]+: .*($reason)"; then
	echo "skipped, but this machine should run every such test" >&2
	exit 1
fi
if ! grep -qE '^\s*--- PASS' "$log"; then
	echo "no test ran" >&2
	exit 1
fi
