package works

// gather takes the parts of a unit that are joined. Of a unit that has not changed as far as is known these are the
// parts that it had: what else is found in it is of later changes, and joined with them. What was joined before might
// change once more until then, and nothing would tell what it was.
func (cl *closing) gather(u Unit) error {
	apart := cl.apartOf(u)[0]
	for _, p := range cl.derived[u] {
		keys, err := cl.joins(p.hashes(), u, false)
		if err != nil {
			return err
		}
		if !cl.Keys[keys[0]] {
			continue
		}
		had, err := cl.had(u, p)
		if err != nil {
			return err
		}
		if had {
			p.apart = keys[0] == apart
			cl.Parts = append(cl.Parts, p)
		}
	}
	return nil
}

// had reports whether a part is one that its unit had, or the unit has changed. What other rules made cannot be
// compared.
func (cl *closing) had(u Unit, p *Part) (bool, error) {
	if _, changed := cl.Units[u]; changed {
		return true, nil
	}
	parts, known := cl.parts[u]
	if !known {
		traces, err := cl.catalog.Traces(cl.ctx, u)
		if err != nil {
			return false, err
		}
		parts = make(map[uint64]bool, len(traces))
		for _, t := range traces {
			parts[t.Digest] = true
		}
		cl.parts[u] = parts
	}
	return parts[p.digest()] || parts[0], nil
}
