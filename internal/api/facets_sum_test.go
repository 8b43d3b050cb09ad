package api

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestASumOfSecondsHasNoMoreDigitsThanItsFiles(t *testing.T) {
	tenths := []float64{0.1, 0.2} // added as they are, these make 0.30000000000000004
	for want, seconds := range map[string]float64{
		`"count":2,"size":7,"duration_seconds":0.3`:        tenths[0] + tenths[1],
		`"count":2,"size":7,"duration_seconds":0`:          0,
		`"count":2,"size":7,"duration_seconds":2.09`:       2 * 1.0448979591836736,
		`"count":2,"size":7,"duration_seconds":5400000.25`: 5400000.25,
	} {
		if got := string(appendSum(nil, &store.FacetSum{Count: 2, Size: 7, Duration: seconds})); got != want {
			t.Errorf("%v: %s, want %s", seconds, got, want)
		}
	}
}
