package codec

// AC3Modes are the full-range channels of acmod (ATSC A/52, table 5.8).
var AC3Modes = [8]int{2, 1, 2, 3, 3, 4, 4, 5}
