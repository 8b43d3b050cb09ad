package archive

// Numbers of the formats that the files laid out here have.
const (
	zipEndLength = 22
)
