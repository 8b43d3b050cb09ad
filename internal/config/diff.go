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
	for _, name := range differing(daemonKeys(), old, new) {
		if name == "data_dir" || name == "http.listen" {
			fixed = append(fixed, name)
		} else {
			others = append(others, name)
		}
	}
	return fixed, others
}

func differing[T any](keys []key[T], a, b *T) []string {
	var all []string
	for _, k := range keys {
		if show(k.field(a)) != show(k.field(b)) {
			all = append(all, k.name)
		}
	}
	return all
}

// show writes a key's value as TOML does.
func show(field any) string {
	switch v := reflect.ValueOf(field).Elem().Interface().(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration:
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
