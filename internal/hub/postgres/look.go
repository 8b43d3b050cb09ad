package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

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
		return "", fmt.Errorf("connect to the hub's database: %w", err)
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
	return fmt.Sprintf("PostgreSQL %s, schema %d of %d", server, have, len(files)), nil
}

func newer(have, known int) error {
	return fmt.Errorf("%w: its schema is %d, this program knows %d: run the version that made it, or a later one",
		ErrNewer, have, known)
}
