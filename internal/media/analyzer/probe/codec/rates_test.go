package codec

import (
	"math"
	"testing"
)

func TestRatesThatCannotBeTrueAreNotStated(t *testing.T) {
	for rate, want := range map[float64]float64{600: 0, 1000: 0, 240: 240, 59.94: 59.94} {
		if got := codecRate(rate); got != want {
			t.Errorf("%v frames a second pass for %v", rate, got)
		}
	}
	uneven := make([]float64, 30)
	for i := range uneven {
		uneven[i] = float64(i)/10 + float64(i%3)/50
	}
	if got := MeanRate(uneven); math.Abs(got-10) > 0.2 {
		t.Errorf("the mean of uneven times is %v", got)
	}
	if got := MeanRate(uneven[:9]); got != 0 {
		t.Errorf("of a few times it is %v", got)
	}
}
