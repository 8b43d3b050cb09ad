package media

// Hint asks for a directory to be listed, because something there may have changed. It proves nothing.
type Hint struct {
	Root string // the root's name
	Dir  string // relative to the root; "" is the root itself
	// Names are the names of Dir to compare, sorted; nil means all of it.
	Names []string
	// Recursive asks for everything below Dir too. Names is nil then.
	Recursive bool
}
