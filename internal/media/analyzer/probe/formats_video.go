package probe

// videoProbers are the formats of this family that strong magic bytes tell.
var videoProbers = []prober{}

// weakVideoProbers are those that only little tells.
var weakVideoProbers = []prober{}
