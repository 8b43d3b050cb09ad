package app

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const someMaps = `00400000-00403000 r--p 00000000 fe:00 7 /usr/bin/a program
Rss:                  12 kB
Anonymous:             0 kB
00403000-01190000 r-xp 00003000 fe:00 7                /usr/bin/a program
Rss:               13876 kB
Anonymous:             0 kB
01fa0000-01fa3000 r--p 01ba0000 fe:00 7                /usr/bin/a program
Rss:                  12 kB
Anonymous:            12 kB
01fa3000-02281000 rw-p 01ba3000 fe:00 7                /usr/bin/a program
Rss:                2424 kB
Anonymous:             0 kB
02281000-02282000 r--s 00000000 fe:00 7                /usr/bin/a program
Anonymous:             0 kB
7f0000000000-7f0000021000 r-xp 00000000 fe:00 8        /usr/lib/libc.so.6
Anonymous:             0 kB
7f0000021000-7f0000022000 r--p 00000000 00:00 0
Anonymous:             0 kB
`

// What the loader has written into is not in the file: there would be zeros in the place of addresses.
func TestOnlyWhatTheFileHoldsOfAProgramIsGivenBack(t *testing.T) {
	got := unwritten([]byte(someMaps), "/usr/bin/a program")
	want := []mapping{{0x400000, 0x403000}, {0x403000, 0x1190000}}
	if !slices.Equal(got, want) {
		t.Errorf("given back is %x, want %x", got, want)
	}
}

func TestAProgramGivesBackWhatItsStartNeeded(t *testing.T) {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	inMemory := func() (kib int) {
		maps, err := os.ReadFile("/proc/self/smaps")
		if err != nil {
			t.Fatal(err)
		}
		return residentOf(t, maps, program)
	}
	before := inMemory()
	if err := letGoOfStart(); err != nil {
		t.Fatal(err)
	}
	if after := inMemory(); after >= before {
		t.Errorf("of the program %d KiB are in memory, and %d were before", after, before)
	}
}

// residentOf adds up how much of the parts of a program that are never written is in memory.
func residentOf(t *testing.T, smaps []byte, program string) (kib int) {
	t.Helper()
	parts := unwritten(smaps, program)
	if len(parts) < 2 { // what is run, and what is read
		t.Fatalf("the program has %d parts that are never written", len(parts))
	}
	var from, to uintptr
	for line := range strings.Lines(string(smaps)) {
		var n int
		if got, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); got == 2 {
			continue
		}
		if got, _ := fmt.Sscanf(line, "Rss: %d kB", &n); got == 1 && slices.Contains(parts, mapping{from, to}) {
			kib += n
		}
	}
	return kib
}
