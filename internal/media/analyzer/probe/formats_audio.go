package probe

// audioProbers are the formats of this family that strong magic bytes tell.
var audioProbers = []prober{}

// weakAudioProbers are those that only little tells.
var weakAudioProbers = []prober{}
