#!/usr/bin/env bash
# Runs `go test -v ...` and fails where a test was skipped for a reason that is not allowed, or none ran. Prints the
# lines of packages. Where something went wrong, prints everything, and last what failed, with what it said: who reads a
# log from its end finds it there.
#
# usage: scripts/require-tests.sh [ALLOWED] -- COMMAND...
# With SAID set, what tests said is printed too: their figures.
# With REQUIRE_AGAIN set to a file, one or two tests that failed without a race, panic, leak or the like run again, each
# alone and five times in a row. Where all of these pass, the run goes on, and what was unsteady is printed last and added
# to that file: it is to be mended before anything else.
# ALLOWED is a file of regular expressions, one a line, of the reasons for which a test may be skipped; without it none may
set -euo pipefail
allowed=/dev/null
[[ ${1:-} == -- ]] || { allowed=${1:-}; shift || true; }
[[ $# -ge 2 && $1 == -- && -r $allowed ]] || { sed -n '/^# usage/,/^set/s/^# //p' "$0" >&2; exit 2; }
shift

# failures prints each failed test with its last lines, by the name that go test gives a line's test, and each package
# that failed, or did not end or build.
failures() { # LOG
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

# plain prints "TEST PACKAGE" of each test, none of another, that failed, and fails where there are none or more than two,
# or a package failed by anything else: a race, a panic, a leak, a time-out, an exit, a build.
plain() { # LOG
	awk '
		function over() { tests = end = other = 0 }
		/^--- FAIL: / { name[++tests] = $3; next }
		/^FAIL$/ { end = 1; next }
		/^exit status |^signal: / { other = other || $0 != "exit status 1"; next }
		/^(ok|\?)[ \t]/ { over(); next }
		/^FAIL[ \t]/ {
			if (!tests || !end || other || !/[0-9]s$/) bad = 1
			for (i = 1; i <= tests; i++) failed[++n] = name[i] " " $2
			over()
			next
		}
		/WARNING: DATA RACE|race detected during|panic: |fatal error: |^SIG[A-Z]+: |unexpected goroutines/ { other = 1 }
		END {
			if (bad || tests || !n || n > 2) exit 1
			for (i = 1; i <= n; i++) print failed[i]
		}' "$1"
}

# again runs one test alone, five times in a row: by the command that ran it, with its flags. The last of a flag counts.
again() { # TEST PACKAGE COMMAND...
	local test=$1 package=$2 word flags='-v -count=5' command=()
	shift 2
	for word; do
		case $word in
		TESTFLAGS=*) flags="${word#*=} $flags" ;;
		PACKAGES=* | ./*) ;;
		*) command+=("$word") ;;
		esac
	done
	if [[ ${command[0]} == make ]]; then
		command+=("TESTFLAGS=$flags -run '^$test\$\$'" "PACKAGES=$package")
	else
		command+=(-v -count=5 -run "^$test\$" "$package")
	fi
	env "${command[@]}" >"$repeated" 2>&1 && [[ $(grep -c "^--- PASS: $test " "$repeated") == 5 ]]
}

# unsteady has each test that failed pass again, or fails.
unsteady() { # COMMAND...
	local tests test package bad=0
	tests=$(plain "$log") || return 1
	while read -r test package; do
		printf '\n== %s failed, and runs again: %s\n' "$test" "$package" >>"$log"
		again "$test" "$package" "$@" </dev/null || bad=1
		cat "$repeated" >>"$log"
	done <<<"$tests"
	return "$bad"
}

log=$(mktemp) repeated=$(mktemp) failed=''
trap 'rm -f "$log" "$repeated"' EXIT
status=0
env "$@" >"$log" 2>&1 || status=$?
if ((status != 0)); then
	failed=$(failures "$log")
	if [[ ! ${REQUIRE_AGAIN:-} ]] || ! unsteady "$@"; then
		cat "$log"
		printf '\n== what failed\n'
		failures "$log"
		exit "$status"
	fi
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
if [[ $failed ]]; then
	printf '\n== unsteady: failed, and passed five times alone\n%s\n' "$failed" | tee -a "$REQUIRE_AGAIN"
fi
