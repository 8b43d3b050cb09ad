package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Change is what became of an item of a source.
type Change struct {
	ID   int64  // at the source
	Item []byte // its JSON; nil: it is gone
}

// Group is a stretch of a source's feed, which ends at a cursor.
type Group struct {
	Changes []Change
	Cursor  string // behind it
}

// Taken is what came of a group.
type Taken struct {
	Rows   int   // that came, each item once
	Poison int   // of them, that could not be taken in: the row from before stays
	Head   int64 // the hub's, behind it
}

// Prepared is a group as rows of the database.
type Prepared struct {
	m      merging
	cursor string
}

// Prepare makes rows of a group. It may be called while the group before is taken in, by one goroutine.
func (c *Catalog) Prepare(g Group) *Prepared {
	if c.d == nil {
		c.d = newDescriber()
	}
	p := &Prepared{m: merging{numbering: numbering{s: c.store}, c: c}, cursor: g.Cursor}
	p.m.prepare(c.d, g.Changes)
	p.m.isLittle = len(p.m.changes) <= littleRows
	p.m.values = c.d.values.news()
	return p
}

// Apply takes a group in that was read behind c.Cursor, and moves that: all of it or, with an error, nothing. With
// ErrMoved there is another cursor by now. An item that the database does not take, or that says what no item can say,
// is noted as poison with its reason, and keeps nothing else from being taken in.
func (c *Catalog) Apply(ctx context.Context, p *Prepared) (taken Taken, err error) {
	m := &p.m
	err = m.write(ctx, func(tx pgx.Tx) error {
		if err := m.stage(ctx, tx); err != nil {
			return err
		}
		return c.commit(ctx, tx, p.cursor, m)
	})
	if isData(err) { // something in it is not to the database's liking: it is found by halves
		err = m.write(ctx, func(tx pgx.Tx) error { return c.applyCarefully(ctx, tx, p.cursor, m) })
	}
	if err != nil {
		return taken, fmt.Errorf("take in what source %s says: %w", c.Source, err)
	}
	c.Cursor = p.cursor
	return Taken{Rows: m.rows, Poison: len(m.poison), Head: m.head}, nil
}

// isData reports whether an error is about what was to be written, and will be the same whenever that is tried.
func isData(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	const data, integrity, limits = "22", "23", "54" // classes of SQLSTATE
	return slices.Contains([]string{data, integrity, limits}, pg.Code[:2])
}

// commit merges what is staged, and moves the cursor with it.
func (c *Catalog) commit(ctx context.Context, tx pgx.Tx, cursor string, m *merging) error {
	if err := c.claim(ctx, tx); err != nil {
		return err
	}
	if err := m.lock(ctx, tx); err != nil {
		return err
	}
	if err := m.values.write(ctx, tx); err != nil {
		return err
	}
	if err := m.merge(ctx, tx); err != nil {
		return err
	}
	return c.finish(ctx, tx, cursor, m)
}

// claim holds the catalog's row, if its cursor is still the one that the group was read behind.
func (c *Catalog) claim(ctx context.Context, tx pgx.Tx) error {
	var at string
	err := tx.QueryRow(ctx, "SELECT cursor FROM catalogs WHERE id = $1 FOR UPDATE", c.id).Scan(&at)
	if err == nil && at != c.Cursor {
		err = ErrMoved
	}
	return err
}

func (c *Catalog) finish(ctx context.Context, tx pgx.Tx, cursor string, m *merging) error {
	if err := m.notePoison(ctx, tx); err != nil {
		return err
	}
	if err := m.unlock(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE catalogs SET cursor = $2 WHERE id = $1", c.id, cursor)
	return err
}

// applyCarefully takes in a group of which the database does not take something, in smaller and smaller parts.
func (c *Catalog) applyCarefully(ctx context.Context, tx pgx.Tx, cursor string, m *merging) error {
	if err := c.claim(ctx, tx); err != nil {
		return err
	}
	if err := m.lock(ctx, tx); err != nil {
		return err
	}
	if err := m.values.write(ctx, tx); err != nil {
		return err
	}
	all := m.changes
	if err := m.mergeParts(ctx, tx, all); err != nil {
		return err
	}
	m.changes = all
	return c.finish(ctx, tx, cursor, m)
}

func (m *merging) mergeParts(ctx context.Context, tx pgx.Tx, part []change) error {
	if len(part) == 0 {
		return nil
	}
	m.changes = part
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { // a savepoint
		if err := m.stage(ctx, tx); err != nil {
			return err
		}
		return m.merge(ctx, tx)
	})
	if !isData(err) {
		return err
	}
	if len(part) == 1 {
		m.poison = append(m.poison, part[0].spoiled(err))
		return nil
	}
	half := len(part) / 2
	if err := m.mergeParts(ctx, tx, part[:half]); err != nil {
		return err
	}
	return m.mergeParts(ctx, tx, part[half:])
}

// merging writes changes of a catalog.
type merging struct {
	numbering
	c       *Catalog
	changes []change
	poison  []change
	values  shownValues
	rows    int
}

// change is one of a source's, ready to be written.
type change struct {
	id   int64 // the hub's
	item []byte
	row  []any // of stagedColumns; nil: it is gone
	bad  error // why it cannot be taken in
}

func (c change) spoiled(by error) change {
	c.bad = by
	return c
}

// prepare makes rows of changes: of each item its newest.
func (m *merging) prepare(d *describer, changes []Change) {
	seen := make(map[int64]bool, len(changes))
	for i := range slices.Backward(changes) {
		in := &changes[i]
		if seen[in.ID] {
			continue
		}
		seen[in.ID] = true
		ch := change{item: in.Item}
		if in.ID <= 0 || in.ID >= 1<<idBits {
			ch.id, ch.bad = m.c.HubID(0), fmt.Errorf("its id %d is none that a hub can take", in.ID)
		} else if ch.id = m.c.HubID(in.ID); in.Item != nil {
			ch.row, ch.bad = d.row(m.c, in.Item)
			if ch.bad == nil && ch.row[0] != ch.id {
				ch.bad = fmt.Errorf("it is said to be item %d", in.ID)
			}
		}
		if ch.bad != nil {
			m.poison = append(m.poison, ch)
		} else {
			m.changes = append(m.changes, ch)
		}
	}
	slices.Reverse(m.changes)
	m.rows = len(seen)
}

// stagedTable makes the table of a connection's own that changes are copied to, where it has none yet.
var stagedTable = `CREATE TEMPORARY TABLE IF NOT EXISTS staged ON COMMIT DELETE ROWS AS
	SELECT 0::bigint AS n, gone, ` + strings.Join(stagedColumns, ", ") + ` FROM items LIMIT 0`

// stage copies the changes to a table of the connection's own.
func (m *merging) stage(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, stagedTable); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "TRUNCATE staged"); err != nil {
		return err
	}
	columns := append([]string{"n", "gone"}, stagedColumns...)
	values := make([]any, len(columns))
	rows := pgx.CopyFromSlice(len(m.changes), func(i int) ([]any, error) {
		ch := &m.changes[i]
		clear(values)
		values[0], values[1], values[2] = int64(i+1), ch.row == nil, ch.id
		copy(values[2:], ch.row)
		return values, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"staged"}, columns, rows)
	return err
}

// merge has the staged changes be the items' newest, with numbers behind the head.
func (m *merging) merge(ctx context.Context, tx pgx.Tx) error {
	if len(m.changes) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, upsert, m.head); err != nil {
		return err
	}
	if err := m.entomb(ctx, tx); err != nil {
		return err
	}
	if err := m.forgivePoison(ctx, tx); err != nil {
		return err
	}
	m.head += int64(len(m.changes))
	if m.c.Loading { // behind the others' numbers: who follows the feed is not without the path for a moment
		if err := m.replace(ctx, tx); err != nil {
			return err
		}
	}
	if m.c.Loading && m.c.renewing {
		_, err := tx.Exec(ctx, "INSERT INTO arrived SELECT id FROM staged WHERE NOT gone ON CONFLICT DO NOTHING")
		return err
	}
	return nil
}

var (
	// upsert writes what came of items that are there. One that is as it was keeps its number: a load that says what is
	// held already changes nothing for anybody.
	upsert = `INSERT INTO items AS i (seq, filter_seq, gone, what, ` + strings.Join(stagedColumns, ", ") + `)
SELECT $1 + n, 0, false, 1, ` + strings.Join(stagedColumns, ", ") + ` FROM staged WHERE NOT gone ORDER BY n
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, gone = false,
	filter_seq = CASE WHEN i.gone OR i.root <> excluded.root OR i.kind <> excluded.kind THEN excluded.seq
		ELSE i.filter_seq END,
	what = CASE WHEN i.gone THEN 1 WHEN i.root <> excluded.root OR i.path <> excluded.path THEN 3 ELSE 2 END,
	was_root = CASE WHEN NOT i.gone AND (i.root <> excluded.root OR i.path <> excluded.path) THEN i.root END,
	was_path = CASE WHEN NOT i.gone AND (i.root <> excluded.root OR i.path <> excluded.path) THEN i.path END,
	` + assignments(stagedColumns[1:]) + `
WHERE i.gone OR i.digest IS DISTINCT FROM excluded.digest`

	// entombed says that items are gone. Of one that was never there nothing is said.
	entombed = `UPDATE items i SET seq = $1 + s.n, ` + gone + ` FROM staged s WHERE s.gone AND i.id = s.id AND NOT i.gone`
)

// oneByOne has what is staged looked up in a table by its index. Nothing is known of how much is staged, and a plan is
// kept that may have been made of an empty table, so the database would rather read all of that table.
func oneByOne(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx,
		"SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; "+
			"SET LOCAL enable_seqscan = off")
	return err
}

// entomb writes that items are gone.
func (m *merging) entomb(ctx context.Context, tx pgx.Tx) error {
	if !slices.ContainsFunc(m.changes, func(c change) bool { return c.row == nil }) {
		return nil
	}
	if err := oneByOne(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, entombed, m.head)
	return err
}

// forgivePoison forgets that items could not be taken in, which have been now.
func (m *merging) forgivePoison(ctx context.Context, tx pgx.Tx) error {
	var some bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM poison)").Scan(&some); err != nil || !some {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM poison p USING staged s WHERE p.id = s.id")
	return err
}

// gone is what is left of an item.
const gone = `gone = true, doc = NULL, digest = NULL, error = NULL, facts = NULL, facets = NULL,
	title = NULL, track = NULL, episode = NULL, was_root = NULL, was_path = NULL`

func assignments(columns []string) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c + " = excluded." + c)
	}
	return b.String()
}

// replace ends the items of former catalogs of the source whose places are taken by what is staged: in the transaction
// in which these come, so that no list has the place empty, or two items in it.
func (m *merging) replace(ctx context.Context, tx pgx.Tx) error {
	var former bool
	err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM catalogs WHERE source = $1 AND id <> $2)", m.c.Source, m.c.id).
		Scan(&former)
	if err != nil || !former {
		return err
	}
	if err := oneByOne(ctx, tx); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `WITH former AS (
		SELECT id, row_number() OVER (ORDER BY id) AS n FROM (
			SELECT DISTINCT i.id FROM staged s -- of which two may be at one path, for a moment
			JOIN items i ON i.root = s.root AND substring(i.path FOR 1000) = substring(s.path FOR 1000) AND i.path = s.path
			WHERE NOT s.gone AND NOT i.gone AND (i.id < $2 OR i.id >= $3)) d)
		UPDATE items i SET seq = $1 + f.n, `+gone+` FROM former f WHERE i.id = f.id`, m.head, m.c.first(), m.c.behind())
	m.head += tag.RowsAffected()
	return err
}

// storable is a text as the database takes it.
func storable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

func (m *merging) notePoison(ctx context.Context, tx pgx.Tx) error {
	for _, p := range m.poison {
		if m.c.Loading && m.c.renewing { // it is there, though nobody knows how
			if _, err := tx.Exec(ctx, "INSERT INTO arrived VALUES ($1) ON CONFLICT DO NOTHING", p.id); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO poison (id, reason, item) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, item = excluded.item, at = now()`,
			p.id, storable(p.bad.Error()), append([]byte{}, p.item...))
		if err != nil {
			return err
		}
	}
	return nil
}
