// Package configs holds the configuration as it is installed.
package configs

import _ "embed"

// Example is catalogizerd.toml: every key with its default, behind a "#".
//
//go:embed catalogizerd.toml
var Example []byte
