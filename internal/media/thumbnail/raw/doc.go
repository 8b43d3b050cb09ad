// Package raw finds the JPEGs that a camera puts into its RAW files, of those that are TIFFs (Canon's CR2, Nikon's NEF,
// Sony's ARW, Adobe's DNG and others), and of Fujifilm's RAF: what the camera showed on its back, developed and ready
// to be decoded. The sensor's own data is left alone.
package raw
