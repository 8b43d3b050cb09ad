package store

import (
	"slices"
	"strings"
	"testing"
)

// It is counted while a root is compared: a catalog of many directories must not be read whole for it.
func TestWhatIsNotFollowedIsFoundByItsIndex(t *testing.T) {
	r := runFresh(t, Options{})
	for _, sql := range append([]string{skippedSQL}, skippedNamesSQL("mounts"), skippedNamesSQL("links")) {
		var plan []string
		err := r.read(t.Context(), func(c *conn) error {
			return c.each("EXPLAIN QUERY PLAN "+sql, func(r row) error {
				plan = append(plan, r.text(3))
				return nil
			}, int64(1))
		})
		byIndex := func(s string) bool { return strings.Contains(s, "INDEX dirs_skipped (root=?)") }
		if err != nil || len(plan) != 1 || !slices.ContainsFunc(plan, byIndex) {
			t.Errorf("%s: %q, %v", sql, plan, err)
		}
	}
}
