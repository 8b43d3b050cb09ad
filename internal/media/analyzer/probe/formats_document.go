package probe

// documentProbers are the formats of this family that strong magic bytes tell.
var documentProbers = []prober{}

// weakDocumentProbers are those that only little tells.
var weakDocumentProbers = []prober{}
