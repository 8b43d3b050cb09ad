#!/usr/bin/env bash
# Runs `go test -v ...` and fails where a whole test was skipped or none ran: for tests that skip on machines
# without what they need, in places that have it. Prints the lines of packages and of what went wrong.
#
# usage: scripts/require-tests.sh -- COMMAND...
set -euo pipefail
[[ ${1-} == -- ]] && shift || { sed -n '/^# usage/s/^# //p' "$0" >&2; exit 2; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
env "$@" >"$log" 2>&1 || status=$?
if ((status != 0)); then
	cat "$log"
	exit "$status"
fi
grep -E '^(ok|FAIL|\?)\s' "$log" || true
# Parts of a contract suite may skip what an implementation does not promise; whole tests may not.
if grep -E -A 3 '^--- SKIP' "$log"; then
	echo "skipped, but this machine should run every test" >&2
	exit 1
fi
if ! grep -qE '^\s*--- PASS' "$log"; then
	echo "no test ran" >&2
	exit 1
fi
