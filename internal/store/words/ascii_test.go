package words

import (
	"math/rand/v2"
	"testing"
)

// TestPlainTextsHaveTheWordsOfAllOthers: what is quick for ASCII gives what is right for any text.
func TestPlainTextsHaveTheWordsOfAllOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	const signs = "aaabcZ019--''`  ./_-"
	for range 20_000 {
		text := make([]byte, r.IntN(90))
		for i := range text {
			text[i] = signs[r.IntN(len(signs))]
		}
		if r.IntN(4) == 0 { // words that are cut, or too long without their joints
			letters := 10 + r.IntN(60) // between two joints
			for i := range text {
				if text[i] = 'a'; r.IntN(letters) == 0 {
					text[i] = joint
				}
			}
		}
		if got, want := Of(string(text)), ofRuns(string(text)); got != want {
			t.Fatalf("words of %q are %q, want %q", text, got, want)
		}
	}
}
