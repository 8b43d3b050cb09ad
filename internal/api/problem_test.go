package api

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestErrorsOfFilesSayWhoIsToMendThem(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		kind   string
	}{
		{fmt.Errorf("open: %w", syscall.EACCES), http.StatusForbidden, "not-permitted"},
		{fmt.Errorf("%w: may not be entered (%w)", tree.ErrAway, syscall.EACCES), http.StatusServiceUnavailable, "root-offline"},
		{fmt.Errorf("read: %w", syscall.EIO), http.StatusInternalServerError, "internal"},
	} {
		if p := asProblem(c.err); p.Status != c.status || p.Type != c.kind {
			t.Errorf("%v: %d %s", c.err, p.Status, p.Type)
		}
	}
}
