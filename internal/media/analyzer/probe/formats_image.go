package probe

// imageProbers are the formats of this family that strong magic bytes tell.
var imageProbers = []prober{}
