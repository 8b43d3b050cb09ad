#!/usr/bin/env bash
# Makes the pictures of this directory anew, by ffmpeg, libheif's heif-enc, cwebp and ImageMagick: four quarters, red, green, blue and white
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

# Two halves, black and white: as VP8, with an alpha channel and without one, and as faxes whose 0 is either.
convert -size 64x32 xc:black -fill white -draw "rectangle 32,0 63,31" "$work/halves.png"
convert "$work/halves.png" -alpha set -region 1x1+63+31 -channel A -evaluate set 50% "$work/alpha.png"
cwebp -quiet -q 80 "$work/halves.png" -o halves.webp
cwebp -quiet -q 80 "$work/alpha.png" -o halves-alpha.webp
for of in white black; do
    convert "$work/halves.png" -define "quantum:polarity=min-is-$of" -type bilevel -compress group4 "halves-0-$of.tif"
done
