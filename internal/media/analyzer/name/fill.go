package name

import (
	"slices"
	"strconv"
)

// fill writes what the claims of the segment say into g, over nothing that stands there already.
func (s *segment) fill(g *Guess) {
	s.fillMarkers(g)
	for i := range s.claims {
		c := &s.claims[i]
		switch c.prop {
		case propYear:
			g.Year = c.num
		case propDate:
			set(&g.Date, c.text)
		case propPart:
			g.Part = append(g.Part, c.num)
		case propCD:
			if c.text == "count" {
				g.CDCount = c.num
			} else {
				g.CD = c.num
			}
		case propDisc:
			g.Disc = append(g.Disc, c.num)
		case propFilm:
			g.Film = c.num
		case propBonus:
			g.Bonus = c.num
		}
	}
	if g.Year == 0 && len(g.Season) == 1 && yearLike(g.Season[0]) {
		g.Year = g.Season[0] // seasons of programmes without end are numbered by year
	}
	s.fillMissing(g)
}

// fillMissing writes the release's properties that g lacks.
func (s *segment) fillMissing(g *Guess) {
	for i := range s.claims {
		c := &s.claims[i]
		for t := c.tag; t != nil; t = t.also {
			s.fillTag(g, t, c)
		}
		if c.tag != nil {
			continue
		}
		switch c.prop {
		case propScreenSize:
			s.fillScreenSize(g, c)
		case propAudioChannels:
			set(&g.AudioChannels, c.text)
		case propCRC:
			set(&g.CRC32, c.text)
		case propWebsite:
			set(&g.Website, valid(c.text))
		case propCountry:
			set(&g.Country, c.text)
		case propSize:
			set(&g.Size, valid(s.span(c.from, c.to)))
		case propRate:
			rate := &g.AudioBitRate
			if c.text == "fps" {
				rate = &g.FrameRate
			}
			set(rate, valid(s.span(c.from, c.to)))
		}
	}
}

// set writes v where nothing stands yet.
func set[T comparable](at *T, v T) {
	var nothing T
	if *at == nothing {
		*at = v
	}
}

func (s *segment) fillScreenSize(g *Guess, c *claim) {
	if g.ScreenSize != "" {
		return
	}
	g.ScreenSize = c.text
	switch {
	case c.num > 1<<16:
		w, h := c.num>>16, c.num&0xFFFF
		g.AspectRatio = float64(int(float64(w)/float64(h)*1000+0.5)) / 1000
	case c.num > 0:
		set(&g.FrameRate, itoa(c.num)+"fps")
	}
}

func (s *segment) fillTag(g *Guess, t *tag, c *claim) {
	switch t.prop {
	case propSource:
		set(&g.Source, t.value)
	case propVideoCodec:
		set(&g.VideoCodec, t.value)
	case propColorDepth:
		set(&g.ColorDepth, t.value)
	case propVideoProfile:
		set(&g.VideoProfile, t.value)
	case propVideoAPI:
		set(&g.VideoAPI, t.value)
	case propAudioCodec:
		g.AudioCodec.add(t.value)
	case propAudioProfile:
		g.AudioProfile.add(t.value)
	case propAudioChannels:
		set(&g.AudioChannels, t.value)
	case propScreenSize:
		set(&g.ScreenSize, t.value)
	case prop3D:
		set(&g.Format3D, t.value)
	case propEdition:
		g.Edition.add(t.value)
	case propService:
		g.StreamingService.add(t.value)
	case propOther:
		g.Other.add(t.value)
	case propSubtitle:
		if t.value != "und" || !s.subtitleNamed(c) {
			g.SubtitleLanguage.add(t.value)
		}
	case propLanguage:
		if s.ofSubtitle(c) {
			g.SubtitleLanguage.add(t.value)
		} else {
			g.Language.add(t.value)
		}
	}
}

// ofSubtitle reports whether a language belongs to the word for subtitles that precedes it, with only
// languages between: "Sub Ita Eng".
func (s *segment) ofSubtitle(c *claim) bool {
	i := c.from - 1
	for s.at(i).prop == propLanguage {
		i--
	}
	if s.at(i).prop != propSubtitle {
		return false
	}
	k := s.claims[s.tok[i].claim].tag.value
	return k == "und" || k == "it"
}

// subtitleNamed reports whether a language stands beside the word for subtitles.
func (s *segment) subtitleNamed(c *claim) bool { return s.at(c.to).prop == propLanguage }

// fillMarkers writes season and episode: those of the marker that most surely names them, completed by the others.
func (s *segment) fillMarkers(g *Guess) {
	var seasons, episodes *claim
	var more []int // of a second episode with a title of its own
	for i := range s.claims {
		c := &s.claims[i]
		if c.prop != propMarker {
			continue
		}
		if !c.seasons.empty() && c.surer(seasons) {
			seasons = c
		}
		if !c.episodes.empty() && c.surer(episodes) {
			episodes = c
		} else if episodes != nil && s.continues(episodes, c) {
			more = append(more, s.numbers(c.episodes)...)
		}
		s.fillBeside(g, c)
	}
	if episodes != nil && !episodes.seasons.empty() {
		seasons = episodes
	}
	if seasons != nil && len(g.Season) == 0 {
		g.Season = append(g.Season, s.numbers(seasons.seasons)...)
	}
	if len(g.Episode) == 0 {
		s.fillEpisodes(g, episodes, more)
	}
	if len(g.Episode) == 0 && episodes == nil && seasons == nil && s.has(propMarker) && g.EpisodeCount < maxRun {
		for n := range g.EpisodeCount { // 全24话 holds them all
			g.Episode = append(g.Episode, float64(n+1))
		}
	}
}

// surer reports whether the marker c says more surely what it says than other, which may be none.
func (c *claim) surer(other *claim) bool { return other == nil || c.weight > other.weight }

// fillEpisodes writes the episodes of the marker c, which may be none, and of those that continue it.
func (s *segment) fillEpisodes(g *Guess, c *claim, more []int) {
	if c == nil {
		return
	}
	g.Episode.addInts(s.numbers(c.episodes))
	g.Episode.addInts(more)
	if c.tenths > 0 && len(g.Episode) == 1 {
		g.Episode[0] += float64(c.tenths) / 10
	}
}

// fillBeside writes what a marker says beside season and episode.
func (s *segment) fillBeside(g *Guess, c *claim) {
	if c.count > 0 {
		set(&g.EpisodeCount, c.count)
	}
	fillSpecial(g, c)
	if c.num < 0 {
		g.Version = -c.num
	}
	if c.num > 0 {
		g.Disc = append(g.Disc, c.num)
	}
	if !c.absolute.empty() && len(g.AbsoluteEpisode) == 0 {
		g.AbsoluteEpisode.addInts(s.numbers(c.absolute))
	}
	g.Version = max(g.Version, s.versionIn(c))
}

// continues reports whether c is the mark of the episode next to that of last, of the same shape and season: "ep04 Rain
// ep05 Snow", "S01E04 Rain S01E05 Snow".
func (s *segment) continues(last, c *claim) bool {
	n := s.nums[last.episodes.to-1]
	return c.weight == last.weight && c.weight >= weightWord && c.text == "" && s.nums[c.episodes.from] == n+1 &&
		s.word(c.from)[0] == s.word(last.from)[0] &&
		slices.Equal(s.numbers(c.seasons), s.numbers(last.seasons)) && s.tok[c.from].bracket < 0
}

// versionIn returns the version that follows the episode: 09v2, "S01E01 v2".
func (s *segment) versionIn(c *claim) int {
	if c.from >= c.to {
		return 0
	}
	k := s.word(c.to - 1)
	if n := len(k); n > 2 && k[n-2] == 'v' && isDigit(k[n-1]) && isDigit(k[n-3]) {
		return int(k[n-1] - '0')
	}
	if k := s.word(c.to); len(k) == 2 && k[0] == 'v' && isDigit(k[1]) {
		return int(k[1] - '0')
	}
	return 0
}

// fillNames writes the titles.
func (s *segment) fillNames(g *Guess, n names) {
	title := s.phrase(n.title)
	switch behind := s.at(n.title.to).prop; {
	case g.Film > 0 && behind == propFilm:
		g.FilmTitle = title
		title = s.phrase(s.runFromClaim(propFilm))
	case g.Bonus > 0 && behind == propBonus:
		g.BonusTitle = s.phrase(s.runFromClaim(propBonus))
	}
	set(&g.Title, title)
	if !n.alternative.empty() && len(g.AlternativeTitle) == 0 {
		g.AlternativeTitle.add(s.phrase(n.alternative))
	}
	set(&g.EpisodeTitle, s.phrase(n.episode))
}

// runFromClaim returns the words behind the first claim of prop.
func (s *segment) runFromClaim(prop property) words {
	i := s.first(prop)
	if i < 0 {
		return words{}
	}
	return s.runFrom(s.claims[i].to)
}

// number parses n, for values that are numbers written with leading zeros.
func trimNumber(n string) Number {
	for len(n) > 1 && n[0] == '0' && n[1] != '.' {
		n = n[1:]
	}
	if n == "" {
		return ""
	}
	if _, err := strconv.ParseFloat(n, 64); err != nil {
		return ""
	}
	return Number(n)
}
