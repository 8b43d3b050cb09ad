#!/usr/bin/env bash
# Makes a release of the commit at hand: checks that it is one, tags it, and builds its packages into dist/VERSION.
#
# usage: scripts/release.sh VERSION      such as 1.2.3 or 1.2.3-rc.1
set -euo pipefail
(($# == 1)) || { sed -n '/^# usage/s/^# //p' "$0" >&2; exit 2; }
version=$1
cd "$(dirname "$0")/.."

fail() { echo "no release: $*" >&2; exit 1; }

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-.+)?$ ]] || fail "$version is no version such as 1.2.3"
[[ -z $(git status --porcelain) ]] || fail "commit what git status shows first"
grep -q "^## $version " CHANGELOG.md || fail "CHANGELOG.md has no section '## $version - $(date +%F)': rename 'Unreleased'"
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || fail "v$version is tagged already: choose the next"

scripts/package.sh "$version" "dist/$version"
git tag -a "v$version" -m "catalogizerd $version"
echo "dist/$version is ready; git push origin v$version tells the world"
