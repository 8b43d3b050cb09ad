#!/usr/bin/env bash
# Runs `go test -v ...` and fails where a test was skipped for a reason that is not allowed, or none ran. Prints the
# lines of packages. Where something went wrong, prints everything, and last what failed, with what it said: who reads a
# log from its end finds it there.
#
# usage: scripts/require-tests.sh [ALLOWED] -- COMMAND...
# With SAID set, what tests said is printed too: their figures.
# ALLOWED is a file of regular expressions, one a line, of the reasons for which a test may be skipped; without it none may
set -euo pipefail
allowed=/dev/null
[[ ${1:-} == -- ]] || { allowed=${1:-}; shift || true; }
[[ $# -ge 2 && $1 == -- && -r $allowed ]] || { sed -n '/^# usage/,/^set/s/^# //p' "$0" >&2; exit 2; }
shift

# failures prints each failed test with its last lines, by the name that go test gives a line's test, and each package
# that failed, or did not end or build.
failures() { # LOG
	printf '\n== what failed\n'
	awk '
		/^ *=== (RUN|CONT|NAME|PAUSE) / { now = $3; next }
		/^(ok|FAIL|\?)[ \t]/ {
			if ($1 == "FAIL") print $0
			for (test in said) delete said[test]
			now = ""
			next
		}
		/^ *--- FAIL: / { print; printf "%s", said[$3]; next }
		/^ *--- / { next }
		/^panic: |^fatal error: |WARNING: DATA RACE|^#|^[^ ]+\.go:[0-9]+:[0-9]+: / { print }
		{
			said[now] = said[now] $0 "\n"
			if (length(said[now]) > 4000) said[now] = substr(said[now], length(said[now]) - 4000)
		}' "$1"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
env "$@" >"$log" 2>&1 || status=$?
if ((status != 0)); then
	cat "$log"
	failures "$log"
	exit "$status"
fi
grep -E "^(ok|FAIL|\?)\s${SAID:+|^ +[^ ]+_test\.go:[0-9]+: }" "$log" || true
# What a test says last before it is skipped is the reason. A line is the test's that go test has named before it.
awk -v allowed="$allowed" '
	BEGIN { while ((getline line < allowed) > 0) if (line !~ /^(#|$)/) reasons[++n] = line }
	/^(ok|FAIL|\?)[ \t]/ { split("", said) }
	/^ *=== (RUN|CONT|NAME) / { now = $3 }
	/^ +[^ ]+\.go:[0-9]+: / { said[now] = $0; sub(/^ +[^ ]+\.go:[0-9]+: /, "", said[now]) }
	/^ *--- SKIP: / {
		for (i = 1; i <= n; i++) if (said[$3] ~ reasons[i]) next
		print "skipped: " $3 ": " said[$3]
		bad = 1
	}
	END { exit bad }' "$log" || {
	echo "this machine should run every such test" >&2
	exit 1
}
if ! grep -qE '^\s*--- PASS' "$log"; then
	echo "no test ran" >&2
	exit 1
fi
