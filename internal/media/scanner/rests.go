package scanner

import "time"

// A large directory rests once it has been listed, for so long an entry, but never longer than max_wait: where all that
// is in it is removed one by one, each of a hundred listings would cost as much as all that is still there.
const (
	restFrom  = 100 // entries
	restEntry = 100 * time.Microsecond
)

// rests are the large directories that were listed lately, and until when none of them is listed again for a hint.
// Single files are looked at meanwhile.
type rests map[string]time.Time

// note has the directory of a job that listed it rest.
func (l *rests) note(res *outcome, now time.Time, longest time.Duration) {
	if res.scan.entries < restFrom {
		return
	}
	if *l == nil {
		*l = rests{}
	}
	for dir, until := range *l { // few: each was listed within the last seconds
		if !until.After(now) {
			delete(*l, dir)
		}
	}
	(*l)[res.job.dir] = now.Add(min(time.Duration(res.scan.entries)*restEntry, longest))
}

// mayRest reports whether a job is a hint like any other: what a scan has left open is not put off.
func (j *job) mayRest() bool {
	return j.urgent() && j.tries == 0 && !j.rulesChanged && len(j.unresolvedMoves) == 0 && len(j.unconfirmedAbsences) == 0
}

// nextJob takes the next job. A hint that asks for the listing of a directory that rests is put off.
func (r *runner) nextJob() *job {
	for {
		j := r.queue.next()
		if j == nil {
			return nil
		}
		j.restsUntil = time.Time{}
		if until := r.rests[j.dir]; j.mayRest() && until.After(time.Now()) {
			j.restsUntil = until
		}
		if j.restsUntil.IsZero() || j.names != nil {
			return j
		}
		r.queue.done(j.dir)
		r.putOff(j)
	}
}

// putOff has a directory that rests listed once it has rested.
func (r *runner) putOff(j *job) {
	later := *j
	later.names, later.above, later.row = nil, rulesRead{}, knownRow{}
	r.postpone(&later, time.Until(j.restsUntil), resting)
}
