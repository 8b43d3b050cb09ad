// Package config reads what an operator says of the daemon: a TOML file, environment variables and the
// command line, in this order of increasing precedence, over defaults that are written in code.
//
// It is strict. A key that does not exist, a value of the wrong type or out of range is an [Error] that
// names file, line and key and says how to mend it, and all of a configuration's errors are reported at
// once. A [Config] that Load returned is complete and consistent; it is never changed afterwards, so it
// may be read from any goroutine.
//
// No secret is ever part of a Config. Tokens and passwords stay in their files, or in the credentials
// that systemd hands over, and are read when they are used (see [Config.Token] and [Root.Password]);
// a changed password therefore needs no reload.
package config
