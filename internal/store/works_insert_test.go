package store

import (
	"fmt"
	"testing"
)

// What a search index is given between two writings becomes a segment of it, and segments are merged again and again:
// so the words of a batch of works are one, whatever else is written of them.
func TestTheWordsOfABatchOfWorksAreOneSegment(t *testing.T) {
	r := runFresh(t, Options{})
	item := r.put(r.addRoot("films"), "a.mkv").ID
	var puts []WorkPut
	for i := range 10 * rowsAtOnce {
		puts = append(puts, fresh(WorkView{Kind: WorkMovie, Title: fmt.Sprint("Tarn ", i), Key: int64(i) + 1,
			Genres: []string{fmt.Sprint("g", i), fmt.Sprint("G", i)}, Members: mainMembers(item)}))
	}
	r.keep(puts...)
	const segments = "SELECT count(DISTINCT segid) FROM work_search_idx"
	if n := r.numbers(segments)[0]; n != 1 {
		t.Errorf("the words of %d works are %d segments", len(puts), n)
	}
	r.keep(fresh(WorkView{Kind: WorkMovie, Title: "Another tarn", Key: -1, Members: mainMembers(item)}))
	if n := r.numbers(segments)[0]; n != 2 {
		t.Errorf("with those of another batch they are %d segments: want two, or they do not tell how many there are", n)
	}
	if found := r.numbers("SELECT rowid FROM work_search WHERE work_search MATCH 'tarn'"); len(found) != len(puts)+1 {
		t.Errorf("%d of %d works are found", len(found), len(puts)+1)
	}
}

// What differs in its spelling alone is noted once for each.
func TestSpellingsOfOneFactAreAllNoted(t *testing.T) {
	r := runFresh(t, Options{})
	item := r.put(r.addRoot("films"), "a.mkv").ID
	for i, genre := range []string{"Noir", "noir", "NOIR", "Drama"} {
		r.keep(fresh(WorkView{Kind: WorkMovie, Title: "T", Key: int64(i) + 1, Genres: []string{genre},
			Members: mainMembers(item)}))
	}
	const noir = "value IN (x'4e6f6972', x'6e6f6972', x'4e4f4952')"
	if n := r.numbers("SELECT count(*) FROM facts WHERE several = 1 AND " + noir)[0]; n != 3 {
		t.Errorf("%d of three spellings are said to be of several", n)
	}
	if n := r.numbers("SELECT count(*) FROM facts WHERE several = 1")[0]; n != 3 {
		t.Errorf("%d facts are said to be of several spellings, not three", n)
	}
}
