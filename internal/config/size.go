package config

import (
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"
)

// ByteSize is a number of bytes, written with a unit: "1GiB" is 2^30, "1GB" 10^9.
type ByteSize int64

const wantsSize = `a size in quotes, such as "500MiB" or "1GiB", or "0"`

// String writes it in the largest unit that divides it.
func (b ByteSize) String() string {
	for _, unit := range []struct {
		name  string
		bytes ByteSize
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if b != 0 && b%unit.bytes == 0 {
			return fmt.Sprintf("%d%s", b/unit.bytes, unit.name)
		}
	}
	return fmt.Sprint(int64(b))
}

func parseSize(field *ByteSize, text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 || strings.HasPrefix(text, "-") {
		return fmt.Errorf("wants %s, not %q", wantsSize, text)
	}
	*field = ByteSize(n)
	return nil
}
