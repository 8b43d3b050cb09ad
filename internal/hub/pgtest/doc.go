// Package pgtest runs PostgreSQL servers that belong to a test: each in a directory of its own, on a socket there and
// on no port, ended with the test whatever becomes of it. Where PostgreSQL is not installed the test is skipped, which
// is no excuse in CI (.ci/allowed-skips).
package pgtest
