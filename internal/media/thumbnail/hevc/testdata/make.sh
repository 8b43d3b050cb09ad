#!/usr/bin/env bash
# Makes the pictures of this directory anew, and the hashes of their samples (8 bits: a byte each, more: two, low first):
# ffmpeg with libx265 writes them, and ffmpeg's own decoder says what they are.
set -euo pipefail
cd "$(dirname "$0")"
picture="mandelbrot=s=200x120:r=25:start_scale=0.6"
bars="testsrc2=s=200x120:d=0.04:r=25"

make() { # name source pixel-format x265-parameters
    ffmpeg -v error -y -f lavfi -i "$2" -frames:v 1 -pix_fmt "$3" -c:v libx265 \
        -x265-params "log-level=none:keyint=1:info=0:$4" -f hevc "$1.hevc"
    printf '%s  %s\n' "$(ffmpeg -v error -i "$1.hevc" -f rawvideo - | sha256sum | cut -d' ' -f1)" "$1"
}

{
    make plain "$bars" yuv420p "qp=30"
    make coarse "$picture" yuv420p "qp=44:wpp=0:ctu=16"
    make small-blocks "$picture" yuv420p "crf=20:ctu=16:min-cu-size=8:rd=4:tskip=1:max-tu-size=16"
    make slices "$picture" yuv420p "crf=26:slices=3:aq-mode=3:ctu=16"
    make unfiltered "$bars" yuv420p "crf=24:no-sao=1:no-deblock=1:wpp=0"
    make scaled "$picture" yuv420p "crf=24:scaling-list=default"
    make lossless "$bars" yuv420p "lossless=1"
    make partly-lossless "$picture" yuv420p "crf=30:cu-lossless=1:rd=6"
    make ten-bits "$picture" yuv420p10le "crf=26"
    make half-wide "$picture" yuv422p "crf=24:rd=4"
    make half-wide-ten "$bars" yuv422p10le "crf=30:aq-mode=2"
    make full "$picture" yuv444p "crf=26"
    make full-twelve "$picture" yuv444p12le "crf=30"
    make grey "$picture" gray "crf=26"
} >samples.sha256
