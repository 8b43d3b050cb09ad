package store

import "slices"

// putMembers writes the members that are others than they were, or stand elsewhere, and reports whether any do.
func (tx *Tx) putMembers(rows *workRows, p *WorkPut) (changed bool, err error) {
	var old []Member
	if p.Old != nil {
		old = p.Old.Members
	}
	switch {
	case slices.EqualFunc(old, p.New.Members, sameMember):
		return false, nil
	case len(old) == 0:
		return true, tx.insertMembers(rows, &p.New)
	}
	put, at := p.rankMembers()
	for _, i := range put {
		m := &p.New.Members[i]
		if was := at[m.Rank]; was != nil {
			tx.held.loose[was.Item] = true
			delete(at, m.Rank)
		}
		tx.rows++
		if err := tx.held.set(m.Item, true); err != nil {
			return true, err
		}
		if err := rows.others.add(tx, p.New.ID, m.Rank, m.Item, blob(m.how())); err != nil {
			return true, err
		}
	}
	for rank, m := range at {
		tx.rows++
		tx.held.loose[m.Item] = true
		if err := tx.c.exec("DELETE FROM members WHERE work = ? AND rank = ?", p.New.ID, rank); err != nil {
			return true, err
		}
	}
	return true, nil
}

// rankMembers gives the members their ranks, those that they have where the order lets them. It tells which of them are
// others than what is kept at their rank, by their places, and what is kept, by its rank, that stays not as it is.
func (p *WorkPut) rankMembers() (put []int, was map[int64]*Member) {
	var old []Member
	if p.Old != nil {
		old = p.Old.Members
	}
	had, was := make(map[int64][]int64, len(old)), make(map[int64]*Member, len(old))
	for i := range old {
		had[old[i].Item] = append(had[old[i].Item], old[i].Rank)
		was[old[i].Rank] = &old[i]
	}
	rerank(p.New.Members, had)
	for i := range p.New.Members {
		m := &p.New.Members[i]
		if at := was[m.Rank]; at != nil && sameMember(*at, *m) {
			delete(was, m.Rank)
		} else {
			put = append(put, i)
		}
	}
	return put, was
}

// insertMembers writes the members of a work that had none.
func (tx *Tx) insertMembers(rows *workRows, w *WorkView) error {
	for i := range w.Members {
		m := &w.Members[i]
		m.Rank = int64(i+1) * rankStep
		tx.rows++
		if err := tx.held.set(m.Item, true); err != nil {
			return err
		}
		if err := rows.members.add(tx, w.ID, m.Rank, m.Item, blob(m.how())); err != nil {
			return err
		}
	}
	return nil
}

// sameMember reports whether two members are the same, wherever they stand.
func sameMember(a, b Member) bool {
	return a.Item == b.Item && a.Role == b.Role && a.Version == b.Version && a.Part == b.Part &&
		a.Extra == b.Extra && a.Language == b.Language
}

func (tx *Tx) putUnit(rows *workRows, u *UnitPut) error {
	tx.rows++
	rows.putKeys(unitKeys, u.Unit, u.OldKeys, u.Keys)
	if len(u.Traces) == 0 {
		return tx.c.exec("DELETE FROM units WHERE id = ?", u.Unit)
	}
	return rows.units.add(tx, u.Unit, u.Traces)
}

// leaveUnit keeps where an item was until its works are derived again: an item that has no row was in the unit of its
// directory.
func (tx *Tx) leaveUnit(it *Item) error {
	return tx.c.exec("INSERT OR IGNORE INTO unit_items (item, unit) VALUES (?, ?)", it.ID, it.Dir)
}

// place notes which unit an item is in now. That of its directory needs no row, unless the item has left that
// meanwhile.
func (tx *Tx) place(rows *workRows, p UnitItem) error {
	switch {
	case p.Unit == 0:
		return tx.c.exec("DELETE FROM unit_items WHERE item = ?", p.Item)
	case !p.Own:
		return rows.places.add(tx, p.Item, p.Unit)
	}
	err := tx.c.exec("UPDATE unit_items SET unit = ? WHERE item = ?", p.Unit, p.Item)
	if err != nil {
		return err
	}
	return tx.c.exec("DELETE FROM unit_items WHERE item = ? AND unit = (SELECT dir FROM items WHERE id = ?)", p.Item, p.Item)
}

func (tx *Tx) putCredit(c *CreditPut) error {
	err := tx.c.exec(`INSERT INTO credits (key, party, name, sort, mbid, n) VALUES (?,?,?,?,?,?)
		ON CONFLICT (key, party, name, sort, mbid) DO UPDATE SET n = n + excluded.n`,
		c.Key, c.Party, c.Name, c.Sort, c.MBID, c.N)
	if err == nil && c.N < 0 {
		err = tx.c.exec("DELETE FROM credits WHERE key = ? AND n <= 0", c.Key)
	}
	return err
}
