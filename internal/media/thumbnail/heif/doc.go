// Package heif finds the pictures in a HEIF file (ISO/IEC 23008-12) and decodes those that are HEVC: the one that the
// file is shown by, a grid of tiles too, or a thumbnail of it that is large enough.
package heif
