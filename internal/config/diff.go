package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Diff names the keys outside of roots in which a configuration differs from the one that is to replace it: fixed ones
// can be changed by a restart only, a reload leaves them.
func Diff(old, new *Config) (fixed, others []string) {
	for _, k := range daemonKeys() {
		switch {
		case show(k.field(old)) == show(k.field(new)):
		case k.name == "data_dir" || k.name == "http.listen" || k.name == "backup.dir" ||
			strings.HasPrefix(k.name, "hub.") || strings.HasPrefix(k.name, "thumbnails."):
			fixed = append(fixed, k.name)
		default:
			others = append(others, k.name)
		}
	}
	return fixed, others
}

// show writes a key's value as TOML does.
func show(field any) string {
	switch v := reflect.ValueOf(field).Elem().Interface().(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration, ByteSize:
		return fmt.Sprintf("%q", v)
	case []string:
		quoted := make([]string, len(v))
		for i := range v {
			quoted[i] = fmt.Sprintf("%q", v[i])
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return fmt.Sprint(v)
	}
}
