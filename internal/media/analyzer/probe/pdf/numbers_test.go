package pdf

// Numbers of the formats that the files laid out here have.
const (
	mutationAlloc = 16777216
	mutationTime  = 50000000
)
