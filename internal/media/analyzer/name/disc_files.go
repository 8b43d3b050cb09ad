package name

import "strings"

// discFile reports a file that players of discs require under this name, so that the folder alone names the work:
// VTS_01_1.VOB, VIDEO_TS.IFO, index.bdmv, 00001.m2ts in STREAM.
func discFile(p *pathParts) bool {
	if p.n == 0 {
		return false
	}
	switch p.ext {
	case "vob":
		return len(p.file) >= 4 && equalPrefix(p.file, "vts_") || equalPrefix(p.file, "video_ts")
	case "m2ts", "mts":
		return len(p.file) == 5 && digits([]byte(p.file), 0) == 5 && foldWord(p.dirs[0]) == "stream"
	case "":
		switch strings.ToLower(p.file) {
		case "index.bdmv", "movieobject.bdmv", "video_ts.ifo", "video_ts.bup":
			return true
		}
		dot := strings.LastIndexByte(p.file, '.')
		if dot < 0 || !equalPrefix(p.file, "vts_") {
			return false
		}
		ext := strings.ToLower(p.file[dot+1:])
		return ext == "ifo" || ext == "bup"
	}
	return false
}

// equalPrefix reports whether s begins with prefix, which is in lower case.
func equalPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// takeDisc takes the number of the disc from a folder that is named for it, above the files of the disc or above
// those of the film: "Film/Disc 2/BDMV/index.bdmv", "Film/CD 1/film.avi".
func takeDisc(g *Guess, p *pathParts, dirs []folder) {
	if len(g.Disc) > 0 || g.CD > 0 {
		return
	}
	for i := range dirs {
		seg := dirs[i].seg
		if len(seg.tok) == 0 {
			return
		}
		if n, ok := seg.discNumber(); ok {
			g.Disc = Ints{n}
			return
		}
		switch string(seg.key) {
		case "bdmv", "video ts", "stream", "certificate":
		default:
			return
		}
	}
}

// discNumber returns the number of a folder that is one disc of several, and of no volume.
func (s *segment) discNumber() (int, bool) {
	if !s.discFolder() || s.word(0)[0] == 'v' {
		return 0, false
	}
	return s.anyNumber(), true
}
