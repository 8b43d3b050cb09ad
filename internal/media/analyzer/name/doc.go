// Package name tells what a file's path says about it: film or episode, title, year, season, source,
// codecs and the release group; artist, album and track; author and series; the day a picture was
// taken. It reads names as scenes, fans, trackers, cameras, messengers and people write them.
//
//	g := name.Parse("Series/The Long Road/Season 2/The.Long.Road.S02E05.1080p.WEB-DL.H264-GRP.mkv")
//	// g.Type == name.Episode, g.Title == "The Long Road", g.Season[0] == 2, g.Episode[0] == 5
//
// # How it works
//
// A path is cut into its parts, and each part into words with their positions, the separators between
// them and the brackets around them. Words of the vocabulary (tables in the folder of that name), and
// shapes such as S01E02, 2014-05-06 or 1920x1080, lay claims to runs of words. What is certain by
// itself comes first and frames the rest: weak words count behind the title only, short codes only
// between tags, and plain numbers are weighed against each other by what surrounds them. The words
// that nobody claims are titles. Folders complete what the name leaves open.
//
// # Guarantees
//
//   - [Parse] and the other functions are safe for concurrent use, and never fail or panic, whatever
//     the bytes: what is no UTF-8 is read as letters, and replaced in the guess.
//   - They take time linear in the length of the path. Paths longer than 4096 bytes are read from
//     their end, names longer than 1024 bytes to there.
//   - Nothing is invented: a name without a title has none, unless a folder has.
//   - The same path gives the same guess, always.
//
// Property names and values are guessit's where it has them.
//
// [Group] tells the parts, the versions and the extras among the files of a folder apart, and
// [Ignored] which paths catalogs pass over by convention.
package name
