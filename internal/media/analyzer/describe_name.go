package analyzer

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// fromName says what a path alone tells.
func fromName(p string) (media.Kind, media.Description) {
	g := name.Parse(p)
	kind := refine(kindByName(p), p, &g)
	return kind, describeGuess(kind, &g)
}

// describeGuess puts a guess into the catalog's words.
func describeGuess(kind media.Kind, g *name.Guess) media.Description {
	d := media.Description{
		Title: g.Title, Year: g.Year, Date: g.Date, EpisodeTitle: g.EpisodeTitle,
		Artist: g.Artist, Album: g.Album, Track: g.Track,
		Series: g.Series, SeriesIndex: seriesPlace(g.SeriesIndex), ReleaseGroup: g.ReleaseGroup, Source: g.Source,
		Edition: strings.Join(g.Edition, ", "), Regions: g.Region, Revision: g.Revision.Float(), Dump: g.Dump,
		Extra: g.Extra, Forced: g.SubtitleFlags.Has("forced"), HearingAid: g.SubtitleFlags.Has("hearing_impaired"),
	}
	if g.Author != "" {
		d.Authors = strings.Split(g.Author, " & ")
	}
	d.Subtitle, d.Narrator = g.Subtitle, strings.Join(g.Narrators, "; ")
	if len(g.Disc) > 0 {
		d.Disc = g.Disc[0]
	}
	switch {
	case g.CD != 0:
		d.Part = g.CD
	case len(g.Part) > 0:
		d.Part = g.Part[0]
	}
	if kind == media.KindEpisode {
		describeEpisode(&d, g)
	}
	d.Languages = language.Tags(g.Language)
	if kind == media.KindSubtitle {
		d.Languages = language.Tags(g.SubtitleLanguage)
	}
	if kind == media.KindComic {
		d.Volume, d.Chapter = seriesPlace(g.Volume.First), seriesPlace(g.Chapter.First)
	}
	if (kind == media.KindPhoto || g.Type == name.Photo || kind == media.KindVideo && g.Type == "") && g.Date != "" {
		d.TakenAt = g.Date
		if g.Time != "" {
			d.TakenAt += "T" + g.Time
		}
	}
	d.IDs = ids("imdb", g.IMDBID, "tmdb", g.TMDBID, "tvdb", g.TVDBID, "tvmaze", g.TVMazeID)
	return d
}

// describeEpisode says which episodes there are. Specials stand in season 0, whatever season they were made in; what
// lies between two episodes is none of them, and has its place in the series only.
func describeEpisode(d *media.Description, g *name.Guess) {
	d.Series = g.Title
	if len(g.Season) > 0 {
		season := g.Season[0]
		d.Season = &season
	}
	numbers := g.Episode
	if len(numbers) == 0 {
		numbers = g.AbsoluteEpisode
	}
	d.Episodes = numbers.Whole()
	if len(numbers) == 1 && d.Episodes == nil {
		d.SeriesIndex = new(numbers[0])
	}
	if g.EpisodeDetails.Has("Special") && len(numbers) > 0 {
		d.Season = new(0)
	}
}

// seriesPlace is a place in a series, nil where the name tells none.
func seriesPlace(n name.Number) *float64 {
	if n == "" {
		return nil
	}
	return new(n.Float())
}

// ids makes a map of those pairs of a name and a value that have a value.
func ids(pairs ...string) map[string]string {
	var m map[string]string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			if m == nil {
				m = map[string]string{}
			}
			m[pairs[i]] = pairs[i+1]
		}
	}
	return m
}
