#!/usr/bin/env bash
# Compiles the generated clients and runs them, and the programs of docs/clients.md, against a daemon and a hub of
# two. None may be skipped.
#
# usage: scripts/test-clients.sh
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-test-deps.sh clients
test=(env CGO_ENABLED=1 GOTOOLCHAIN=local go test -count=1 -v -tags sqlite_fts5)
scripts/require-tests.sh -- "${test[@]}" ./client/generated
scripts/require-tests.sh -- "${test[@]}" -run Guide ./client
