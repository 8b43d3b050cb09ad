package app

// idle reports whether the catalog says what the reachable roots hold. While roots are taken in it does not: some are
// scanned by then, but not read, and others not known. The scanner hands files to the analyzer, and the
// analyzer hands back those that are not what the scanner saw: so the scanner is asked before it and after it.
func (c *core) idle() bool {
	return c.taking.Load() == 0 && c.scanner.Idle() && c.analyzer.Idle() && c.scanner.Idle()
}

// idle reports whether nothing is queued, debounced, scanned, analysed, made works of or indexed. Each is asked in
// the order in which work passes through them; what came in behind that round, and passed by those already asked, is
// met by the second.
func (d *Daemon) idle() bool {
	round := func() bool {
		return d.watcher.Pending() == 0 && d.core.idle() && d.librarian.Idle() && d.store.Indexed()
	}
	return d.store.Damage() == nil && round() && round()
}
