#!/usr/bin/env bash
# Makes testdata/library anew. Needs ffmpeg with x264, mp3lame and opus (Debian's has them).
#
# usage: scripts/make-sample-library.sh [DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
GOTOOLCHAIN=local go run ./tools/samplelibrary -ffmpeg "${FFMPEG:-ffmpeg}" "${1:-testdata/library}"
