package run_test

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
)

func TestMain(m *testing.M) { runtest.Main(m) }
