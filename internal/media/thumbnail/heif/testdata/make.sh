#!/usr/bin/env bash
# Makes the pictures of this directory anew, by ffmpeg with libx265: four quarters, red, green, blue and white from the
# upper left; one of each colour; and the quarters in the limited range and the matrix of BT.709, and in 10 bits.
set -euo pipefail
cd "$(dirname "$0")"

quarter() { printf 'color=c=%s:s=%s:r=25:d=0.04' "$1" "$2"; }

encode() { # name, pixel format, x265's parameters, then ffmpeg's inputs and filter
    local name=$1 format=$2 parameters=$3
    shift 3
    ffmpeg -v error -y "$@" -frames:v 1 -pix_fmt "$format" -c:v libx265 \
        -x265-params "log-level=none:keyint=1:info=0:qp=12:$parameters" -f hevc "$name.hevc"
}

quarters() { # name, pixel format, x265's parameters, swscale's
    encode "$1" "$2" "$3" -f lavfi -i "$(quarter red 32x32)" -f lavfi -i "$(quarter 0x00ff00 32x32)" \
        -f lavfi -i "$(quarter blue 32x32)" -f lavfi -i "$(quarter white 32x32)" \
        -filter_complex "[0]format=gbrp[a];[1]format=gbrp[b];[2]format=gbrp[c];[3]format=gbrp[d];[a][b]hstack[e];[c][d]hstack[f];[e][f]vstack,scale=$4"
}

quarters quarters yuv420p range=full:colormatrix=smpte170m out_range=full:out_color_matrix=bt601
quarters limited yuv420p range=limited:colormatrix=bt709 out_range=limited:out_color_matrix=bt709
quarters ten-bits yuv420p10le range=full:colormatrix=smpte170m out_range=full:out_color_matrix=bt601
for colour in red green blue white; do
    c=$colour
    [[ $c != green ]] || c=0x00ff00
    encode "$colour" yuv420p range=full:colormatrix=smpte170m -f lavfi -i "$(quarter "$c" 64x64)" \
        -vf format=gbrp,scale=out_range=full:out_color_matrix=bt601
done
