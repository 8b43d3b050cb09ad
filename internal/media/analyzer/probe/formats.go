package probe

import "slices"

// probers is the table of all formats. The order decides where several match: strong magic first,
// then weak magic with an extension, then sync words. One part of it stands with each family of formats.
var probers = slices.Concat(videoProbers, audioProbers, imageProbers, documentProbers, weakProbers)

// weakProbers recognise by little (sync words, text): they come last.
var weakProbers = slices.Concat(weakVideoProbers, weakAudioProbers, weakImageProbers, weakDocumentProbers)
