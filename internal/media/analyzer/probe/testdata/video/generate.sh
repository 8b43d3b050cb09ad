#!/bin/sh
# Makes the samples of this folder with ffmpeg (5.1) and mkvmerge (74): run it inside the folder. The
# encoders' versions decide the bytes; the tests ask only what is written here.
set -e
f() { ffmpeg -hide_banner -loglevel error -y -flags +bitexact -fflags +bitexact "$@"; }
pic="-f lavfi -i testsrc2=s=96x64:r=25:d=0.6"
film="-f lavfi -i testsrc2=s=96x64:r=24000/1001:d=0.6"
tone="-f lavfi -i sine=440:r=48000:d=0.6"
x264="-c:v libx264 -preset ultrafast -crf 40 -pix_fmt yuv420p"
hdr="-c:v libx265 -preset ultrafast -crf 45 -pix_fmt yuv420p10le -color_primaries bt2020 -colorspace bt2020nc"

cat > chapters.txt <<'X'
;FFMETADATA1
title=A Small Film
artist=Some Director
date=2014-05-06
genre=Drama
[CHAPTER]
TIMEBASE=1/1000
START=0
END=300
title=Beginning
[CHAPTER]
TIMEBASE=1/1000
START=300
END=600
title=Ende über allem
X
printf '1\n00:00:00,100 --> 00:00:00,500\nHello\n' > words.srt
f -f lavfi -i color=red:s=16x16:d=0.04 -frames:v 1 cover.jpg

f $pic $tone $tone -i words.srt -i chapters.txt -map 0 -map 1 -map 2 -map 3 -map_metadata 4 $x264 -c:a:0 aac -b:a:0 32k -c:a:1 ac3 -b:a:1 64k \
  -c:s mov_text -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra -metadata:s:s:0 language=rus film.mp4
f $pic $tone -i chapters.txt -map 0 -map 1 -map_metadata 2 $x264 -c:a aac -b:a 32k -movflags +disable_chpl+faststart chaptertrack.mp4
f $film $hdr -color_trc smpte2084 -x265-params log-level=none -tag:v hvc1 hdr10.mp4
f $film $hdr -color_trc arib-std-b67 -x265-params log-level=none -tag:v hvc1 hlg.mov
f $pic $tone $x264 -c:a aac -b:a 32k -g 5 -movflags frag_keyframe+empty_moov fragments.mp4
f $pic $tone $x264 -c:a aac -b:a 32k -g 5 -movflags dash+global_sidx+frag_keyframe sidx.mp4
f $pic $tone $x264 -c:a aac -b:a 32k -g 8 -movflags frag_keyframe+empty_moov+skip_trailer noindex.mp4
f $tone -i cover.jpg -map 0 -map 1 -c:a alac -c:v copy -disposition:v attached_pic -metadata title=Song -metadata artist=Singer \
  -metadata track=3/12 -metadata disc=1/2 -metadata date=2019-05-04 -metadata genre=Jazz song.m4a
f $tone -i chapters.txt -map 0 -map_metadata 1 -c:a aac -b:a 24k book.m4b
f -f lavfi -i testsrc2=s=176x144:r=15:d=0.4 -c:v h263 phone.3gp
f $pic $tone $tone -i words.srt -i chapters.txt -map 0 -map 1 -map 2 -map 3 -map_metadata 4 $x264 -c:a:0 libvorbis -c:a:1 libopus -b:a:1 32k -c:s ass \
  -metadata:s:a:1 language=jpn -metadata:s:a:1 title=Comments -metadata:s:s:0 language=ger -disposition:s:0 forced -attach cover.jpg -metadata:s:t mimetype=image/jpeg film.mkv
f $film $hdr -color_trc smpte2084 -x265-params log-level=none:hdr10=1:max-cll=1000,400 hdr10.mkv
f $pic $tone -c:v libvpx-vp9 -cpu-used 8 -deadline realtime -b:v 50k -c:a libopus -b:a 32k -live 1 live.webm
mkvmerge -q -o merged.mkv --title Merged --language 0:ger --track-name 0:Bild --default-track-flag 1:no film.mp4 --attach-file cover.jpg
f $pic $tone -c:v mpeg4 -q:v 20 -c:a libmp3lame -b:a 32k -metadata title="AVI Title" film.avi
f $pic $tone $x264 -c:a ac3 -b:a 64k h264.avi
f $pic $tone -c:v wmv2 -q:v 25 -c:a wmav2 -b:a 32k -metadata title="WMV Title" -metadata artist=Auth film.wmv
f $pic $tone $x264 -c:a aac -b:a 32k -metadata title="FLV Title" film.flv
f $pic $tone -c:v flv -q:v 25 -c:a libmp3lame -ar 22050 -b:a 16k -flvflags no_metadata old.flv
f $pic $tone $tone -map 0 -map 1 -map 2 $x264 -c:a:0 ac3 -b:a:0 64k -c:a:1 mp2 -b:a:1 32k -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra broadcast.ts
f $film $tone $hdr -color_trc smpte2084 -x265-params log-level=none -c:a eac3 -b:a 64k bluray.m2ts
f $pic $tone -c:v mpeg2video -q:v 25 -c:a ac3 -b:a 64k -f vob dvd.vob
f $pic $tone -c:v mpeg1video -q:v 25 -c:a mp2 -b:a 32k -f mpeg old.mpg
rm -f chapters.txt words.srt cover.jpg
