#!/usr/bin/env bash
# Tests the page as people use it: Debian's Chromium on daemons of this tree and a hub of them, real directories, disks,
# a Samba and a PostgreSQL.
# What Chromium showed of each state is kept in test/page/shots, to be looked at.
#
# usage: scripts/test-page.sh [TEST...]      as in test/page/machine.test.mjs; all where none is named
# environment:
#   PAGE_VIEWS   windows and themes in which each state is judged: "1280-light" (the default), "390-dark 2560-light", "all"
#   PAGE_SOAK    for how many seconds the tab's memory is watched (30)
#   PAGE_CATALOG a data directory of tools/bench -questions: the first paint and search are those of a library of its size
#   PAGE_STRICT  set: what is measured is held to what is promised, on a machine that does nothing else
#   PAGE_LOG     set: shows the daemons' logs
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-test-deps.sh page
make -s build

rm -rf test/page/shots
tests=("$@")
((${#tests[@]})) || tests=(test/page/*.test.mjs)
# Disks are mounted where nobody else sees them, and are gone with the tests.
alone=()
if ((UID == 0)) && unshare -m --propagation private true 2>/dev/null; then
	alone=(unshare -m --propagation private)
	export PAGE_MOUNTS=1
fi
# What a hub keeps lies in a PostgreSQL beside them.
exec scripts/with-postgres.sh .run/test-page "${alone[@]}" node --test --test-reporter=spec "${tests[@]}"
