#!/bin/sh
# Makes the samples of sound in this directory. Needs ffmpeg, lame, flac, opus-tools, wavpack and musepack-tools
# (Debian 12). The files are committed; run it only to change them.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

ffmpeg -v error -f lavfi -i "sine=440:d=0.5:r=44100" -ac 2 -bitexact -y "$tmp/tone.wav"
ffmpeg -v error -f lavfi -i "anoisesrc=d=0.5:r=44100:a=0.3:seed=7" -ac 2 -bitexact -y "$tmp/noise.wav"
ffmpeg -v error -f lavfi -i "color=red:s=8x8" -frames:v 1 -bitexact -y "$tmp/cover.png"

encode() { # SOURCE OPTIONS... FILE: with the tags that every format has in common
	from=$1
	shift
	ffmpeg -v error -i "$tmp/$from.wav" -bitexact -metadata title="Tïtle" -metadata artist="Ärtist" -metadata album="Albüm" \
		-metadata track=3/12 -metadata date=2019-05-04 -metadata genre=Jazz -y "$@"
}

encode tone -b:a 32k -ac 1 -id3v2_version 3 cbr.mp3
encode noise -q:a 9 -ac 1 -ar 22050 vbr.mp3
encode noise -q:a 9 -ac 1 -ar 22050 -write_xing 0 -id3v2_version 0 bare.mp3
lame --quiet -V9 -m m --tt Tïtle --ta Ärtist --tl Albüm --tn 3/12 --ty 2019 --tg Jazz --ti "$tmp/cover.png" "$tmp/tone.wav" art.mp3
lame --quiet --freeformat -b 40 -m m --resample 16 -t "$tmp/tone.wav" free.mp3
encode tone -c:a mp2 -b:a 64k -ac 1 layer2.mp2
encode tone -c:a aac -b:a 32k -ac 1 adts.aac
encode tone -c:a ac3 -b:a 96k plain.ac3
ffmpeg -v error -i "$tmp/tone.wav" -bitexact -c:a eac3 -ar 48000 -ac 6 -b:a 96k -t 0.2 -y surround.eac3
ffmpeg -v error -i "$tmp/tone.wav" -bitexact -strict -2 -c:a dca -ar 48000 -b:a 320k -t 0.2 -y core.dts

flac -s -f --picture="$tmp/cover.png" -T TITLE=Tïtle -T ARTIST=Ärtist -T ALBUM=Albüm -T TRACKNUMBER=3 -T TRACKTOTAL=12 \
	-T DATE=2019-05-04 -T GENRE=Jazz --no-padding "$tmp/tone.wav" -o art.flac
printf 'FILE "a" WAVE\n TRACK 01 AUDIO\n  INDEX 01 00:00:00\n TRACK 02 AUDIO\n  INDEX 01 00:00:15\n' >"$tmp/a.cue"
flac -s -f --cuesheet="$tmp/a.cue" --no-padding "$tmp/tone.wav" -o cue.flac
ffmpeg -v error -i "$tmp/tone.wav" -bitexact -c:a flac -f flac - | cat >pipe.flac
flac -s -f --ogg --picture="$tmp/cover.png" -T TITLE=Tïtle "$tmp/tone.wav" -o flac.oga
encode tone -c:a libvorbis -q:a 0 -ac 1 vorbis.ogg
opusenc --quiet --serial 1 --bitrate 16 --downmix-mono --picture "$tmp/cover.png" --title Tïtle --artist Ärtist --artist Zweiter "$tmp/tone.wav" art.opus
encode tone -c:a libspeex -ac 1 -ar 8000 speech.spx

short="-t 0.05"
encode tone $short pcm.wav
encode tone $short -c:a pcm_f32le -rf64 always float.wav
encode tone -c:a libmp3lame -b:a 32k -ac 1 mp3.wav
encode tone $short wave.w64
encode tone $short -write_id3v2 1 pcm.aiff
encode tone -c:a adpcm_ima_qt -ac 1 -t 0.1 ima.aifc
encode tone $short -c:a pcm_mulaw -ac 1 sun.au
encode tone -c:a alac -t 0.1 alac.caf
encode tone -t 0.1 packed.wv
ffmpeg -v error -i "$tmp/tone.wav" -ac 6 -t 0.05 -bitexact -y "$tmp/six.wav"
wavpack -q -y "$tmp/six.wav" -o six.wv
wavpack -q -y - -o pipe.wv <"$tmp/tone.wav"
encode tone -t 0.1 plain.tta
mpcenc --silent --overwrite --quality 2 --title Tïtle --artist Ärtist "$tmp/tone.wav" sv8.mpc
