// Package hevc decodes still pictures of HEVC (Rec. ITU-T H.265, version 9), as cameras and phones keep them in HEIF
// files: intra slices of 8 to 12 bits, without chroma or in 4:2:0, 4:2:2 or 4:4:4, with all tools of the Main and Main
// Still Picture profiles. What the range, screen content and layer extensions add is [ErrUnsupported].
//
// [NewDecoder] takes a decoder configuration record (ISO/IEC 14496-15, hvcC), [Decoder.Decode] one picture. The files
// follow the standard's order: parameter sets (sps.go, pps.go), the slice's header (slice.go), its arithmetic code
// (cabac.go, contexts.go), the trees of coding and transform units (quadtree.go, unit.go, transform_tree.go), residuals
// (residual.go, transform.go), prediction (intra.go, reference.go), and the filters over the whole (deblock.go,
// sao.go). Names in comments are the standard's.
package hevc
