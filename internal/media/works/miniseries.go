package works

import (
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// serial is the episode that a part of a miniseries is.
type serial struct {
	series, title string
	part          int
}

// miniseries finds videos that are episodes because they are parts 1, 2, … of what their folder is called, without a
// year that would make a film of it; or three at least with titles of their own, which parts of a film have not.
func (d *derivation) miniseries() map[*entry]serial {
	if d.named.title == "" {
		return nil
	}
	out := d.titledParts()
	if len(out) > 0 || d.named.year != 0 {
		return out
	}
	for _, e := range d.videos {
		if e.Kind == media.KindVideo && e.Year == 0 {
			if title, part, ok := partMarker(e.Title); ok && Fold(title) == Fold(d.named.title) {
				if out == nil {
					out = make(map[*entry]serial)
				}
				out[e] = serial{series: title, part: part}
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// titledParts finds three parts or more of what the folder is called, each with other words behind its number: "Title -
// Part 1 - Name".
func (d *derivation) titledParts() map[*entry]serial {
	var out map[*entry]serial
	seen := make(map[string]bool)
	for _, e := range d.videos {
		if e.Kind != media.KindVideo || e.Year != 0 {
			continue
		}
		rest, part := cutPart(e.stem)
		front, behind, ok := strings.Cut(rest, "#")
		key := Fold(behind)
		if !ok || part == 0 || key == "" || seen[key] || Fold(front) != Fold(d.named.title) {
			continue
		}
		if out == nil {
			out = make(map[*entry]serial)
		}
		seen[key] = true
		title := ""
		if _, n := cutPart(e.Title); n == part {
			title = strings.TrimLeft(e.stem[len(e.stem)-len(behind):], partSeparators+",:")
		}
		out[e] = serial{series: d.named.title, title: title, part: part}
	}
	if len(out) < 3 {
		return nil
	}
	return out
}

// halfOf is which half of a film a file is that counts to two and no further, in the folder of a year that is called
// like it: shows have more episodes. 0: it is none.
func (d *derivation) halfOf(e *entry) int {
	if e.Kind != media.KindEpisode || e.Season != nil || e.season >= 0 || len(e.Episodes) != 1 || d.named.year == 0 ||
		d.folds.fold(e.Series) != Fold(d.named.title) {
		return 0
	}
	stem := strings.ToLower(e.stem)
	for half := 1; half <= 2; half++ {
		for _, between := range [...]string{" of ", "of", "-of-", "_of_", ".of."} {
			at := strings.Index(stem, strconv.Itoa(half)+between+"2")
			if e.Episodes[0] == half && at > 0 && !isDigit(stem[at-1]) && !isDigitAt(stem, at+len(between)+2) {
				return half
			}
		}
	}
	return 0
}

func isDigitAt(s string, i int) bool { return i < len(s) && isDigit(s[i]) }

// filmHalf is the item read as the part of a film that it is.
func filmHalf(it *Item, half int) *Item {
	read := it.otherwise()
	read.Kind = media.KindMovie
	read.Title, read.Series, read.Episodes, read.EpisodeTitle, read.Part = it.Series, "", nil, "", half
	return read
}

// serialEpisode is the item read as the episode that its part is.
func serialEpisode(it *Item, as serial) *Item {
	read := it.otherwise()
	read.Series, read.Title, read.Part, read.Episodes = as.series, as.series, 0, []int{as.part}
	if as.title != "" {
		read.EpisodeTitle = as.title
	}
	return read
}
