package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
)

// Works join over roots of one group, whatever their sources are. Which group a root is of stands in parties since
// works were derived of its items; a source that says another one has all derived anew. Whoever looks holds works_place, so
// that no group is derived by that is not the newest.

// partyOf is the group of a root, as its source says it.
func partyOf(said []byte) string {
	var r struct {
		Group string `json:"group"`
	}
	_ = json.Unmarshal(said, &r) // what says none is of the group of all
	return r.Group
}

// saidParties are the groups that sources say of roots, by the hub's names: of some roots, or of all that said any.
func saidParties(ctx context.Context, tx pgx.Tx, roots []string) (map[string]string, error) {
	rows, err := tx.Query(ctx, "SELECT source || '~' || name, said FROM roots "+
		"WHERE $1::text[] IS NULL OR source || '~' || name = ANY ($1)", roots)
	if err != nil {
		return nil, err
	}
	of := map[string]string{}
	var root string
	var said []byte
	_, err = pgx.ForEachRow(rows, []any{&root, &said}, func() error { of[root] = partyOf(said); return nil })
	return of, err
}

// readParties reads the groups of all roots, and by which of them works were derived.
func (r *unitReader) readParties() error {
	var err error
	if r.parties, err = saidParties(r.ctx, r.tx, nil); err != nil {
		return err
	}
	r.derived = map[string]bool{}
	rows, err := r.tx.Query(r.ctx, "SELECT root, party FROM parties")
	if err != nil {
		return err
	}
	var root string
	var party []byte
	_, err = pgx.ForEachRow(rows, []any{&root, &party}, func() error {
		r.parties[root], r.derived[root] = string(party), true
		return nil
	})
	return err
}

// changeParties has works derived anew where a source says other groups of its roots than those that they were derived
// by.
func changeParties(ctx context.Context, tx pgx.Tx, source string, said map[string][]byte) error {
	var roots []string
	var parties [][]byte
	for name, b := range said {
		roots, parties = append(roots, RootName(source, name)), append(parties, []byte(partyOf(b)))
	}
	if _, err := tx.Exec(ctx, "SELECT FROM works_place FOR UPDATE"); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `UPDATE parties p SET party = s.party
		FROM unnest($1::text[], $2::bytea[]) AS s (root, party)
		WHERE p.root = s.root AND p.party <> s.party`, roots, parties)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE works_place SET upto = 0, generation = generation + 1"); err != nil {
		return err
	}
	return notifyOf(ctx, tx, "")
}
