package store

import (
	"cmp"
	"database/sql/driver"
	"maps"
	"math"
	"slices"
)

// longest is how much of a duration is summed up: sums of more would not fit a number, and nothing lasts as long.
const longest = 1 << 40

func toMilliseconds(seconds float64) int64 { return int64(min(math.Round(seconds*1000), longest)) }

// factSum is how much has a fact in a cell.
type factSum struct{ fact, cell int64 }

type sums struct{ n, high, low, duration int64 }

// factSums are changes of sums that are not written yet.
type factSums map[factSum]*sums

// keyed is an item's row of sort_keys, as far as sums are made of it.
type keyed struct {
	cell, size, added int64
	year, taken       driver.Value
	duration          driver.Value
	facts             []byte
}

// adding adds what a row has to the sums of facts, or takes it away; and to those of their fields, once of all facts of
// a field.
type adding struct {
	all    factSums
	cell   int64
	is     sums
	fields uint64 // that have been added
}

// adder adds a row's part to sums where sign is 1, and takes it away where that is -1.
func (all factSums) adder(k keyed, sign int64) adding {
	seconds, _ := k.duration.(float64)
	return adding{all: all, cell: k.cell, is: sums{sign, sign * (k.size >> 32), sign * (k.size & math.MaxUint32),
		sign * toMilliseconds(seconds)}}
}

// fact adds to the sum of a fact; 0: to that of all there is, of which every row is added once.
func (a *adding) fact(id int64) {
	if field := id >> factNumbers; a.fields&(1<<field) == 0 {
		a.fields |= 1 << field
		a.add(factField(field).first())
	}
	if id != 0 {
		a.add(id)
	}
}

func (a *adding) add(id int64) {
	k := factSum{id, a.cell}
	sum := a.all[k]
	if sum == nil {
		sum = new(sums)
		a.all[k] = sum
	}
	sum.n += a.is.n
	sum.high += a.is.high
	sum.low += a.is.low
	sum.duration += a.is.duration
}

// countFacts adds an item to the sums, or takes it away.
func (tx *Tx) countFacts(all factSums, k keyed, sign int64) error {
	a := all.adder(k, sign)
	a.fact(0)
	eachFact(k.facts, a.fact)
	year, hasYear := k.year.(int64)
	taken, hasTaken := k.taken.(int64)
	var room [3]fact
	for _, f := range columnFacts(room[:0], year, k.added, taken, hasYear, hasTaken) {
		id, err := tx.factID(tx.s.factNames, f)
		if err != nil {
			return err
		}
		a.fact(id)
	}
	return nil
}

// writeSums writes the sums, and forgets the facts that nothing has any more.
func (tx *Tx) writeSums(all factSums, names *factNames) error {
	counts := &factCounts{c: tx.c, pages: map[int64][]byte{}}
	inOrder := func(a, b factSum) int { return cmp.Or(cmp.Compare(a.fact, b.fact), cmp.Compare(a.cell, b.cell)) }
	var less []factSum
	for _, k := range slices.SortedFunc(maps.Keys(all), inOrder) {
		d := all[k]
		if *d == (sums{}) {
			continue
		}
		err := tx.c.exec(`INSERT INTO fact_sums (fact, cell, n, high, low, duration) VALUES (?,?,?,?,?,?)
			ON CONFLICT (fact, cell) DO UPDATE SET n = n + excluded.n, high = high + excluded.high,
			low = low + excluded.low, duration = duration + excluded.duration`,
			k.fact, k.cell, d.n, d.high, d.low, d.duration)
		if err == nil && d.n != 0 && k.fact != 0 {
			err = counts.add(k.fact, d.n)
		}
		if err != nil {
			return err
		}
		if d.n < 0 {
			less = append(less, k)
		}
	}
	for _, k := range less { // once what has come to another cell is there
		if err := tx.forgetFact(k, names); err != nil {
			return err
		}
	}
	return counts.save()
}

// forgetFact forgets what nothing has any more.
func (tx *Tx) forgetFact(k factSum, names *factNames) error {
	if err := tx.c.exec("DELETE FROM fact_sums WHERE fact = ? AND cell = ? AND n <= 0", k.fact, k.cell); err != nil {
		return err
	}
	if k.fact&(1<<factNumbers-1) == 0 { // of a field
		return nil
	}
	n, err := tx.c.number("SELECT EXISTS (SELECT 1 FROM fact_sums WHERE fact = ?)", k.fact)
	if err != nil || n > 0 {
		return err
	}
	clear(names.of)
	return tx.c.exec("DELETE FROM facts WHERE id = ?", k.fact)
}
