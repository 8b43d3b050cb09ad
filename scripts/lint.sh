#!/usr/bin/env bash
# Runs golangci-lint in the version pinned here, building it on the first use: about six minutes on two
# cores, after which the binary lies in the user's cache, outside of any checkout.
#
# usage: scripts/lint.sh ARGUMENT...      as of golangci-lint: run ./..., fmt ./...
set -euo pipefail

version=v2.15.0
bin=${XDG_CACHE_HOME:-$HOME/.cache}/catalogizerd/tools/golangci-lint-$version
if [[ ! -x $bin/golangci-lint ]]; then
	echo "building golangci-lint $version" >&2
	mkdir -p "$bin"
	(cd / && GOBIN=$bin GOFLAGS='' GOTOOLCHAIN=local go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version")
fi
exec "$bin/golangci-lint" "$@"
