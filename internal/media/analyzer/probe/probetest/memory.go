package probetest

// MP3Frame is a frame of MPEG audio, layer III: 44.1 kHz, stereo, 128 kbit/s, 417 bytes.
var MP3Frame = append([]byte{0xFF, 0xFB, 0x90, 0x00}, make([]byte, 413)...)
