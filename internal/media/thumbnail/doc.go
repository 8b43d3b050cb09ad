// Package thumbnail makes small JPEGs of pictures and keeps them.
//
// [Make] reads one picture: a JPEG at a fraction of its size ([jpeg.Decode]), a HEIC by its own thumbnail or tile by
// tile ([heif.Decode]), everything else by the decoders of the standard library and golang.org/x/image, one at a time and
// never one that would take more than [MaxDecode].
// [Maker] has workers of low priority do so when somebody asks, and [Cache] keeps what they made within a size, and
// remembers the [Colour] of each item's picture.
package thumbnail
