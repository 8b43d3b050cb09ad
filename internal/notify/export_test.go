package notify

// Sign is sign.
var Sign = sign

// Fenced says what to do where the kernel lets nothing out.
var Fenced = fenced
