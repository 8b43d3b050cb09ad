package probe

import (
	"os"
	"strconv"
	"testing"
)

// TestSoakMutations probes as many mutations as MUTATIONS says, spread over every sample there is.
func TestSoakMutations(t *testing.T) {
	if os.Getenv("MUTATIONS") == "" {
		t.Skip("MUTATIONS=number says how many")
	}
	n, err := strconv.Atoi(os.Getenv("MUTATIONS"))
	if err != nil || n < 1 {
		t.Fatalf("MUTATIONS=%s: want a number above 0", os.Getenv("MUTATIONS"))
	}
	files := samples(t, "*", "*/*")
	if len(files) == 0 {
		t.Fatal("no samples to change")
	}
	const most = 64 << 10 // bytes of each: headers and tables stand in them
	each := (n + len(files) - 1) / len(files)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mutate(t, name, data[:min(len(data), most)], each)
	}
	t.Logf("%d mutations of each of %d files", each, len(files))
}
