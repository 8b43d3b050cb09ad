package book

// Books of Microsoft's: compiled help and Reader, told by magic alone. What describes them lies behind
// compression and locks of their own.

func matchCHM(head []byte, _ string) bool { return len(head) >= 96 && string(head[:4]) == "ITSF" }

func matchLIT(head []byte, _ string) bool { return len(head) >= 48 && string(head[:8]) == "ITOLITLS" }
