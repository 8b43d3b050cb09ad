package store

import (
	"context"
	"fmt"
	"io/fs"
)

// migrate applies the numbered files of schema/ above the version that a database has.
func migrate(ctx context.Context, c *conn, have int, files []string) error {
	for i := have; i < len(files); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := apply(c, files[i], i+1); err != nil {
			return err
		}
	}
	return nil
}

// apply brings a database to a version by its file, in one transaction with the version's number.
func apply(c *conn, file string, version int) error {
	sql, err := schema.ReadFile(file)
	if err != nil {
		return err
	}
	script := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;", sql, applicationID, version)
	if err := c.script(script); err != nil {
		_ = c.script("ROLLBACK")
		return fmt.Errorf("apply %s: %w", file, err)
	}
	return nil
}

// versions gives the schema's version and the files of all versions; it refuses a schema of which there is no file.
func versions(c *conn) (have int, files []string, err error) {
	if files, err = fs.Glob(schema, "schema/*.sql"); err != nil {
		return 0, nil, err
	}
	n, err := c.number("PRAGMA user_version")
	switch {
	case err != nil:
		return 0, nil, err
	case n < 0: // its sign is as free as its value
		return 0, nil, fmt.Errorf("%w (schema %d, which never was)", ErrForeign, n)
	case n > int64(len(files)):
		return 0, nil, fmt.Errorf("%w (schema %d, this binary knows %d)", ErrNewer, n, len(files))
	}
	return int(n), files, nil
}
