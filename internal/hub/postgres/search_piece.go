package postgres

// pieceSize is how many items the next piece of matches is among: about as many as what is wanted takes. Most stretches
// of ids cost the index more than what it finds there: it reads which items they have.
type pieceSize struct {
	wanted, most, items float64 // matches that are wanted, that there are at most, and among how many items
	next                float64 // items
	share               float64 // of matches among them, as far as is known
	looked, met         float64 // items that were looked at, and matches among them
}

const (
	// lookedAtOnce are so many items of which each is looked at.
	lookedAtOnce = 1 << stretchBits
	// spare is how much more is looked at than what is wanted takes, if matches are everywhere as many.
	spare = 1.25
	// firstStretches are looked at before it is known how many matches there are indeed.
	firstStretches = 2
	// perStretch is how many matches are looked up in the time in which the index finds those of a stretch of ids.
	perStretch = 4000
)

func newPieceSize(wanted int, most, items int64) *pieceSize {
	p := &pieceSize{wanted: float64(wanted), most: float64(most), items: float64(max(items, 1))}
	p.share = p.most / p.items
	p.next = spare * p.wanted / p.share
	return p
}

// isFull reports whether the next piece has enough with so many stretches of so many items. each says that every item
// of them is looked at.
func (p *pieceSize) isFull(stretches int, items float64, each bool) bool {
	switch {
	case stretches == 0:
		return false
	case each:
		return items >= min(p.next, lookedAtOnce)
	}
	return items >= p.next || p.looked == 0 && stretches == firstStretches
}

// isForAll reports whether all matches are found faster than those of so many stretches: where it is mistaken in how
// many there are, it takes four times as long at most.
func (p *pieceSize) isForAll(stretches int) bool {
	found := float64(perStretch * stretches)
	return min(p.most, p.share*p.items) <= found && p.most <= 4*found
}

// add notes a piece. Where far fewer matches were met than were to be, the next one is larger than it: what words find
// may lie together.
func (p *pieceSize) add(items, met float64) {
	few := met < p.share*items/2
	p.looked, p.met = p.looked+items, p.met+met
	rest := p.wanted - p.met
	if rest <= 0 { // not all that is met is what is wanted
		rest = p.wanted
	}
	if p.met == 0 {
		p.next = 4 * p.looked
		return
	}
	p.share = p.met / max(p.looked, 1)
	p.next = spare * rest / p.share
	if few {
		p.next = max(p.next, 2*items)
	}
	p.next = min(p.next, 4*p.looked)
}
