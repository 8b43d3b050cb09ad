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
// # The passes, in order
//
// The order of the passes over a part of a path is what decides: each claims words for good, and reads those
// that are left. [segment.analyse] in parse.go runs them; each has a file:
//
//	path.go, tokens*.go   the path is cut into parts, a part into words with their brackets
//	provider.go           identifiers of outside catalogs: [tmdbid-42]
//	website.go            addresses that trackers put around a name
//	fansub.go             the group in brackets that opens the names of anime
//	sizes.go              what is known by its shape: 1080p, 1.4GB, 23.976fps, checksums
//	dates.go              days
//	markers.go            season and episode in letters or words; marker_*.go read one spelling each
//	drops.go              takes back what a later pass knows better
//	tags.go               strong words of the vocabulary, which frame the rest
//	year.go               the year of release
//	tags_dependent.go     weak words and codes, by what stands beside them
//	country.go, parts.go  "(US)"; parts, discs, CDs, films of a series
//	numbers.go            plain numbers, weighed against each other; number_*.go say how
//	title.go, script.go   the words that nobody claimed
//	release_group.go      who made the release
//	fill.go               claims become fields of the guess
//
// That is how video.go reads a film or an episode with its folders. Other kinds of file have readers of their own,
// which parse.go chooses: music.go, album.go, audiobook.go, book*.go, comic*.go, game*.go, program.go, photo.go,
// subtitle.go, disc_files.go, extras.go, and other.go for what has no extension that tells.
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
package name
