#!/usr/bin/env bash
# Makes the pictures of this directory anew, by ffmpeg and libheif's heif-enc: four quarters, red, green, blue and white
# from the upper left, in HEIC files as libheif writes them: one with a thumbnail in it, one with the colours of BT.709.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quarter() { printf 'color=c=%s:s=200x150:r=25:d=0.04' "$1"; }
ffmpeg -v error -y -f lavfi -i "$(quarter red)" -f lavfi -i "$(quarter 0x00ff00)" -f lavfi -i "$(quarter blue)" \
    -f lavfi -i "$(quarter white)" -filter_complex \
    "[0]format=rgb24[a];[1]format=rgb24[b];[2]format=rgb24[c];[3]format=rgb24[d];[a][b]hstack[e];[c][d]hstack[f];[e][f]vstack" \
    -frames:v 1 "$work/quarters.png"
heif-enc -q 60 --thumb 280 -o with-thumbnail.heic "$work/quarters.png" >/dev/null
heif-enc -q 60 --matrix_coefficients=1 --colour_primaries=1 --full_range_flag=0 -o bt709.heic "$work/quarters.png" >/dev/null
