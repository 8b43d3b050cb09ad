// Package jpeg decodes JPEGs (ITU-T T.81) at an eighth, a quarter or half of their size, without forming what a small
// picture does not show: at an eighth no more than the mean of each block is computed, and of a progressive picture
// only the scans that hold those are read. That takes a fraction of the time and memory of a decoding in full.
//
// Baseline, extended and progressive Huffman coding of 8 bits are read, grey or YCbCr. Everything else (CMYK, RGB,
// 12 bits, arithmetic coding, a progressive picture above an eighth) is [ErrUnsupported]: ask another decoder.
package jpeg
