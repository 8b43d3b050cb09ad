package smb

// Stats counts what a share does.
type Stats struct {
	Calls     int64 // under way, with those abandoned
	Abandoned int64 // whose caller has left; they end with the server's answer or the request's timeout
	Dials     int64 // attempts to connect since the start
}

// Stats is what the share has done and does.
func (s *Share) Stats() Stats {
	return Stats{Calls: s.underway.Load(), Abandoned: s.abandoned.Load(), Dials: s.sessions.dials.Load()}
}
