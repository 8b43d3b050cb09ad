package notify

// Sign is sign.
var Sign = sign
