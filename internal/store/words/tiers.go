package words

// The tiers of the ranked order of items, in their order.
const (
	tierTitle      = iota // all words as they are, in the title
	tierNames             // in titles, people and album
	tierAll               // anywhere
	tierStartTitle        // the last word as a beginning
	tierStartNames
	tierStartAll
	tierInside // rare words inside of others
	tierNear   // or differing by a letter
	tierRoughly
	Tiers
)

// FirstMeant is the first tier of what is found by other words.
const FirstMeant = tierInside

// Tier is a part of the ranked order: the items that have one thing, and nothing of others.
type Tier struct {
	Has    Wanted
	Not    []Wanted
	Ranked bool // the shortest titles come first, among the first matches; else all are in the order of ids
}

// Tier gives one; ok is false where there is nothing in it. Where very many items have words that begin as the last
// does, Not is one form, anywhere.
func (q *Question) Tier(n int) (t Tier, ok bool) {
	short, opened := IsShort(q.Terms), q.Terms[len(q.Terms)-1].Open
	switch {
	case short && n != tierAll && n != tierStartAll, n >= tierStartTitle && n <= tierStartAll && !opened,
		q.Common && (n == tierStartTitle || n == tierStartNames), n >= FirstMeant && q.Spread == 0:
		return t, false
	}
	is := func(f Form, p Place) Wanted { return Wanted{f, p} }
	switch n {
	case tierTitle:
		return Tier{is(Exact, InTitle), nil, true}, true
	case tierNames:
		return Tier{is(Exact, InNames), []Wanted{is(Exact, InTitle)}, true}, true
	case tierAll:
		if short {
			return Tier{is(Exact, Anywhere), nil, false}, true
		}
		return Tier{is(Exact, Anywhere), []Wanted{is(Exact, InNames)}, true}, true
	case tierStartTitle:
		return Tier{is(Begins, InTitle), []Wanted{is(Exact, Anywhere)}, true}, true
	case tierStartNames:
		return Tier{is(Begins, InNames), []Wanted{is(Exact, Anywhere), is(Begins, InTitle)}, true}, true
	case tierStartAll:
		if short || q.Common {
			return Tier{is(Begins, Anywhere), []Wanted{is(Exact, Anywhere)}, false}, true
		}
		return Tier{is(Begins, Anywhere), []Wanted{is(Exact, Anywhere), is(Begins, InNames)}, true}, true
	}
	f := Inside + Form(n-FirstMeant)
	return Tier{is(f, Anywhere), []Wanted{is(f-1, Anywhere)}, !q.Common}, true
}
