#!/bin/sh
# Makes the document samples of this directory. Needs zip, 7z (p7zip-full), qpdf, genisoimage,
# libarchive-tools, xz-utils (Debian 12). The files are committed; run it only to change them.
set -e
here=$(cd "$(dirname "$0")" && pwd)
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
cd "$t"

mkdir -p epub/META-INF epub/OEBPS/img
printf application/epub+zip > epub/mimetype
cat > epub/META-INF/container.xml <<'X'
<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
X
cat > epub/OEBPS/content.opf <<'X'
<package version="3.0" xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Növel</dc:title><dc:creator>Jane Author</dc:creator><dc:language>en</dc:language><dc:date>2011-03-01</dc:date>
<meta property="belongs-to-collection" id="c">Saga</meta><meta refines="#c" property="collection-type">series</meta><meta refines="#c" property="group-position">2</meta></metadata>
<manifest><item id="i" href="img/the%20cover.jpg" media-type="image/jpeg" properties="cover-image"/></manifest></package>
X
head -c 600 /dev/zero | tr '\0' x > "epub/OEBPS/img/the cover.jpg"
(cd epub && zip -q -X0 ../novel.epub mimetype && zip -q -Xr9 ../novel.epub META-INF OEBPS)
cp novel.epub locked.epub && mkdir -p META-INF && echo '<rights/>' > META-INF/rights.xml && zip -q -X locked.epub META-INF/rights.xml

mkdir comic
cat > comic/ComicInfo.xml <<'X'
<?xml version="1.0"?><ComicInfo><Title>Issue Four</Title><Series>Hero</Series><Number>4</Number><Writer>W Riter</Writer><Year>2016</Year><PageCount>99</PageCount></ComicInfo>
X
for i in 1 2 10; do printf '\377\330\377 page %s' $i > comic/$i.jpg; done
(cd comic && zip -q -X0 ../comic.cbz 10.jpg 2.jpg 1.jpg ComicInfo.xml && zip -q -X9 ../packed.cbz 10.jpg 2.jpg 1.jpg ComicInfo.xml)
(cd comic && zip -q -X0 ../pages.zip 10.jpg 2.jpg 1.jpg && zip -q -X0 -P secret ../secret.zip 1.jpg)
(cd comic && 7z a -bd -mx=9 ../comic.cb7 . >/dev/null && 7z a -bd -m0=lzma2 ../lzma2.7z . >/dev/null && 7z a -bd -mhc=off -mx=0 ../plain.7z . >/dev/null && 7z a -bd -psecret -mhe=on ../locked.7z . >/dev/null)
bsdtar --format=ustar -cf comic.cbt -C comic 1.jpg 2.jpg 10.jpg ComicInfo.xml
bsdtar --format=pax -cf - -C comic . | gzip -9n > pax.tar.gz
bsdtar --format=gnutar -cf - -C comic . | xz -9 > gnu.tar.xz
echo text | gzip -n > text.gz
(cat /bin/true | head -c 300; cat pages.zip) > stub.zip

cat > base.pdf <<'X'
%PDF-1.5
1 0 obj << /Type /Catalog /Pages 2 0 R /Metadata 5 0 R /Lang (en-GB) >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R 6 0 R 7 0 R] /Count 3 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj
6 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj
7 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj
4 0 obj << /Title <FEFF005400EF0074006C0065> /Author (Ann \(A.\) Author; Bo) /Subject (On\040things) >> endobj
5 0 obj << /Type /Metadata /Subtype /XML /Length 296 >> stream
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">XMP title</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>       
endstream endobj
trailer << /Root 1 0 R /Info 4 0 R /Size 8 >>
%%EOF
X
cp base.pdf broken.pdf # no cross-reference table at all
qpdf --warning-exit-0 --no-warn --static-id --object-streams=disable base.pdf plain.pdf
id='--static-id'
qpdf $id --linearize plain.pdf linear.pdf
qpdf $id --object-streams=generate --compress-streams=y plain.pdf objects.pdf
qpdf --allow-weak-crypto --encrypt '' owner 40 -- plain.pdf rc4-40.pdf
qpdf --allow-weak-crypto --encrypt '' owner 128 --use-aes=n -- plain.pdf rc4-128.pdf
qpdf --allow-weak-crypto --encrypt '' owner 128 --use-aes=y -- --object-streams=generate plain.pdf aes-128.pdf
qpdf --encrypt '' owner 256 -- --object-streams=generate plain.pdf aes-256.pdf
qpdf --allow-weak-crypto --encrypt '' owner 256 --force-R5 -- plain.pdf aes-256-r5.pdf
qpdf --encrypt user owner 256 -- plain.pdf locked.pdf
(echo junk; cat plain.pdf) > shifted.pdf

mkdir -p disc/VIDEO_TS && echo x > disc/VIDEO_TS/VIDEO_TS.IFO
genisoimage -quiet -J -r -V 'Some_Film_Disc' -o joliet.iso disc
cp *.epub *.cbz *.zip *.cb7 *.7z *.cbt *.tar.gz *.tar.xz text.gz *.pdf "$here"
rm -f "$here/base.pdf"
gzip -9nc joliet.iso > "$here/joliet.iso.gz"
ls -l "$here"
