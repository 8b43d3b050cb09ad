#!/bin/sh
# Makes the image samples of this directory. Needs ImageMagick, exiftool, webp, libheif-examples,
# libavif-bin and libjxl-tools (Debian 12). The files are committed; run it only to change them.
set -e
cd "$(dirname "$0")"
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
convert -size 48x32 gradient:red-blue "$t/p.png"
convert "$t/p.png" "$t/p.jpg"
camera="-Make=Canon -Model=Canon_EOS_R5 -ExposureTime=1/250 -FNumber=2.8 -ISO=400 -LensModel=RF50mm
 -DateTimeOriginal=2018:07:14_12:34:56 -SubSecTimeOriginal=42 -OffsetTimeOriginal=+02:00 -Orientation#=6
 -GPSLatitude=48.8584 -GPSLatitudeRef=N -GPSLongitude=2.2945 -GPSLongitudeRef=W -Artist=Phöto -ImageDescription=View"
args() { for a in $camera; do echo "$a" | sed 's/EOS_R5/EOS R5/;s/Canon_EOS/Canon EOS/;s/14_12/14 12/'; done; }
args > "$t/args"
tag() { exiftool -q -q -overwrite_original -@ "$t/args" "$1"; }

cp "$t/p.jpg" exif.jpg && tag exif.jpg
convert "$t/p.png" -interlace Plane progressive.jpg
convert "$t/p.png" -colorspace CMYK cmyk.jpg
cp "$t/p.jpg" iptc.jpg && exiftool -q -q -overwrite_original -IPTC:ObjectName=Titel -IPTC:Caption-Abstract=Text -IPTC:By-line=Ann -IPTC:By-line=Bo -IPTC:DateCreated=2018:07:14 -IPTC:TimeCreated=12:34:56+02:00 iptc.jpg
cp "$t/p.jpg" xmp.jpg && exiftool -q -q -overwrite_original -XMP-dc:Title=Titel -XMP-dc:Creator=Ann -XMP-tiff:Model=X-T3 '-XMP-exif:DateTimeOriginal=2018:07:14 12:34:56+02:00' -XMP-exif:GPSLatitude=-33.5 -XMP-exif:GPSLongitude=151.25 xmp.jpg
cp "$t/p.png" early.png && tag early.png && exiftool -q -q -overwrite_original -PNG:Title=Titel early.png
convert "$t/p.png" -set Title Titel text.png
cwebp -quiet "$t/p.png" -o lossy.webp
cwebp -quiet -lossless "$t/p.png" -o lossless.webp
cp lossy.webp exif.webp && tag exif.webp
convert -delay 10 "$t/p.png" \( "$t/p.png" -negate \) anim.webp
convert "$t/p.png" -colors 8 still.gif
convert "$t/p.png" -colors 16 -type Palette small.bmp
convert "$t/p.png" BMP3:v3.bmp
convert "$t/p.png" -resize 16x16! small.ico
convert "$t/p.png" -compress LZW le.tif && tag le.tif
convert "$t/p.png" -endian MSB -compress Zip be.tif
convert "$t/p.png" "$t/p.png" -compress Zip two.tif
convert "$t/p.png" -compress Zip TIFF64:big.tif
heif-enc -q 10 "$t/p.png" -o plain.heic >/dev/null 2>&1
cp plain.heic exif.heic && tag exif.heic
avifenc -s 10 --min 60 --max 63 "$t/p.png" plain.avif >/dev/null
cp plain.avif exif.avif && tag exif.avif
avifenc -s 10 --min 60 --max 63 --irot 1 "$t/p.png" turned.avif >/dev/null
cjxl --quiet -d 5 "$t/p.png" bare.jxl
cjxl --quiet exif.jpg packed.jxl # a JPEG that can be had back: its metadata is packed
cjxl --quiet -d 5 --container=1 "$t/p.png" boxed.jxl && { tag boxed.jxl || true; }
convert "$t/p.png" small.jp2
cp small.jp2 exif.jp2 && tag exif.jp2
convert "$t/p.png" small.j2k
convert "$t/p.png" -compress RLE small.psd
ls -l
