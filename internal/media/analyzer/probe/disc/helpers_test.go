package disc

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// family are the formats that the tests of this package probe by.
var family = probetest.Family(Weak)

func probeBytes(data []byte, ext string) (format.Result, error) { return family.Bytes(data, ext) }
