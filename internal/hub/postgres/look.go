package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
)

// Look says what a database is, and changes nothing in it. It fails where the hub could not keep anything there.
func Look(ctx context.Context, database, password string) (said string, err error) {
	cfg, err := parse(database, password)
	if err != nil {
		return "", err
	}
	c, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return "", fmt.Errorf("connect to the hub's database: %w: "+
			"does PostgreSQL run, and are the user and the database of hub.database there?", err)
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	var server, encoding string
	var made, may bool
	const look = `SELECT current_setting('server_version'), pg_encoding_to_char(encoding),
			to_regclass('schema_version') IS NOT NULL, has_schema_privilege('public', 'CREATE')
		FROM pg_database WHERE datname = current_database()`
	if err := c.QueryRow(ctx, look).Scan(&server, &encoding, &made, &may); err != nil {
		return "", fmt.Errorf("look at the hub's database: %w", err)
	}
	switch {
	case encoding != "UTF8":
		return "", fmt.Errorf("its encoding is %s: make it with `createdb -E UTF8 -T template0`", encoding)
	case !may:
		return "", errors.New("the hub may make no tables there: make it the hub's own with `createdb -O USER`")
	case !made:
		return fmt.Sprintf("PostgreSQL %s, empty so far", server), nil
	}
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return "", err
	}
	var have int
	if err := c.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&have); err != nil {
		return "", fmt.Errorf("look at the hub's database: %w", err)
	}
	if have > len(files) {
		return "", newer(have, len(files))
	}
	said = fmt.Sprintf("PostgreSQL %s, schema %d of %d", server, have, len(files))
	if have < leaders {
		return said, nil
	}
	return said + led(ctx, c), nil
}

// leaders is the schema that has the first word of who leads.
const leaders = 5

// led says which hub leads, where one does.
func led(ctx context.Context, c *pgx.Conn) string {
	var name string
	var since *time.Time
	const who = `SELECT name, since FROM leader WHERE EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory'
		AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND classid = ($1::bigint >> 32)::bigint::oid AND objid = ($1::bigint & 4294967295)::oid AND objsubid = 1)`
	err := c.QueryRow(ctx, who, int64(leadLock)).Scan(&name, &since)
	if err != nil || since == nil {
		return ", no hub runs" // as far as can be told
	}
	return fmt.Sprintf(", %s leads since %s", name, since.UTC().Format(time.RFC3339))
}

func newer(have, known int) error {
	return fmt.Errorf("%w: its schema is %d, this program knows %d: run the version that made it, or a later one",
		ErrNewer, have, known)
}
