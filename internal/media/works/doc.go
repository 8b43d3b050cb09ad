// Package works turns items into what people look for: films, series with their seasons and episodes, artists with
// their albums, audiobooks, books, and comics with their issues. docs/works.md has the rules.
//
// It is rules only. Nothing in it reads a file, a clock or a database, starts anything or blocks, and the same items
// give the same works in whatever order they come. Nothing is invented: what a work says of itself, an item said.
//
// The way from items to works has three steps:
//
//   - UnitOf says which folder an item belongs to. A unit is a folder with what is a part of it: discs, seasons,
//     extras, subtitles. What one changed item can change begins in its unit.
//   - Derive makes the parts of a unit: a film, a series with its episodes, an album, each as far as it lies there.
//   - Join makes works of parts, over folders and roots. Only parts that share a key can be one work, so a part is to
//     be joined together with all that share a key with it, and with all that share one with those; with no others.
//     Closure finds them. Artists are the exception: they are made of Credits by JoinArtists, for else every
//     compilation would be joined with every other.
//
// Match gives derived works the ids of former ones, so that ids last. Both Join over all parts and Join over each set
// that shares keys give the same works.
package works
