package probe

import "github.com/catalogizer/catalogizerd/internal/media"

// imageProbers are the formats of this family that strong magic bytes tell.
var imageProbers = []prober{
	{"jpeg", media.KindImage, matchJPEG, probeJPEG},
	{"png", media.KindImage, matchPNG, probePNG},
	{"heif", media.KindImage, matchHEIF, probeHEIF},
	{"webp", media.KindImage, matchWebP, probeWebP},
	{"cr3", media.KindPhoto, matchCR3, probeCR3},
	{"tiff", media.KindImage, matchTIFF, probeTIFF},
	{"raf", media.KindPhoto, matchRAF, probeRAF},
	{"gif", media.KindImage, matchGIF, probeGIF},
	{"jxl", media.KindImage, matchJXL, probeJXL},
	{"jp2", media.KindImage, matchJP2, probeJP2},
	{"psd", media.KindImage, matchPSD, probePSD},
	{"bmp", media.KindImage, matchBMP, probeBMP},
	{"crw", media.KindPhoto, matchCRW, probeCRW},
	{"mrw", media.KindPhoto, matchMRW, probeMRW},
	{"x3f", media.KindPhoto, matchX3F, probeX3F},
	{"dds", media.KindImage, matchDDS, sizeAt(12, le32, false)},
	{"xcf", media.KindImage, matchXCF, sizeAt(14, be32, true)},
	{"qoi", media.KindImage, matchQOI, sizeAt(4, be32, true)},
	{"icns", media.KindImage, matchICNS, probeICNS},
	{"exr", media.KindImage, matchEXR, probeEXR},
}

// weakImageProbers are those that only little tells.
var weakImageProbers = []prober{
	{"ico", media.KindImage, matchICO, probeICO},
	{"pcx", media.KindImage, matchPCX, probePCX},
	{"pnm", media.KindImage, matchPNM, probePNM},
	{"tga", media.KindImage, matchTGA, probeTGA},
	{"svg", media.KindImage, matchSVG, probeSVG},
}
