package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestAProblemSaysInWordsThatTimeRanOut(t *testing.T) {
	p := asProblem(fmt.Errorf("list films: %w", context.DeadlineExceeded))
	if p.Status != http.StatusGatewayTimeout || p.Type != "timeout" || strings.Contains(p.Detail, "context") {
		t.Errorf("%d %s: %q; want the problem timeout in words", p.Status, p.Type, p.Detail)
	}
	if p := asProblem(fmt.Errorf("%w: %w", tree.ErrAway, context.DeadlineExceeded)); p.Type != "root-offline" {
		t.Errorf("a root that is away because it did not answer: %s; want root-offline", p.Type)
	}
}
