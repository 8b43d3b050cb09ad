package pgtest

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Dump writes what a database holds to a file, and names that.
func (s *Server) Dump(tb testing.TB, database string) (file string) {
	tb.Helper()
	file = filepath.Join(s.dir, nameOf(tb, database)+".dump")
	s.run(tb, "pg_dump", "--format=custom", "--file="+file, "--dbname="+database)
	return file
}

// PutBack has a database be as it was when a file was written, whoever is connected to it.
func (s *Server) PutBack(tb testing.TB, database, file string) {
	tb.Helper()
	restored := s.make(tb, "")
	s.run(tb, "pg_restore", "--exit-on-error", "--dbname="+restored, file)
	c, err := pgx.Connect(tb.Context(), s.URL("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	name := nameOf(tb, database)
	_, dropped := c.Exec(tb.Context(), "DROP DATABASE "+name+" WITH (FORCE)")
	_, renamed := c.Exec(tb.Context(), "ALTER DATABASE "+nameOf(tb, restored)+" RENAME TO "+name)
	if err := errors.Join(dropped, renamed, c.Close(tb.Context())); err != nil {
		tb.Fatal(err)
	}
}

func (s *Server) run(tb testing.TB, program string, args ...string) {
	tb.Helper()
	if out, err := s.command(program, args...).CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// nameOf is a database's name, of its URL.
func nameOf(tb testing.TB, database string) string {
	tb.Helper()
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}
