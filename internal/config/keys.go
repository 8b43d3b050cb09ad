package config

import (
	"fmt"
	"strings"
	"time"
)

// A key is one setting: its name in the file and the place of its value. From this one table come what
// a file may say, which environment variables there are, what a reload compares and what is shown.
type key[T any] struct {
	name  string
	field func(*T) any // a pointer of one of the types that assign knows
}

// daemonKeys returns every key outside of [[root]].
func daemonKeys() []key[Config] {
	return []key[Config]{
		{"data_dir", func(c *Config) any { return &c.DataDir }},
		{"shutdown_timeout", func(c *Config) any { return &c.ShutdownTimeout }},
		{"http.listen", func(c *Config) any { return &c.HTTP.Listen }},
		{"http.name", func(c *Config) any { return &c.HTTP.Name }},
		{"http.token_file", func(c *Config) any { return &c.HTTP.TokenFile }},
		{"http.read_token_file", func(c *Config) any { return &c.HTTP.ReadTokenFile }},
		{"http.auth", func(c *Config) any { return &c.HTTP.Auth }},
		{"http.allowed_hosts", func(c *Config) any { return &c.HTTP.AllowedHosts }},
		{"http.allowed_origins", func(c *Config) any { return &c.HTTP.AllowedOrigins }},
		{"http.base_path", func(c *Config) any { return &c.HTTP.BasePath }},
		{"scanner.workers", func(c *Config) any { return &c.Scanner.Workers }},
		{"scanner.rescan_interval", func(c *Config) any { return &c.Scanner.RescanInterval }},
		{"scanner.window", func(c *Config) any { return &c.Scanner.Window }},
		{"scanner.idle_priority", func(c *Config) any { return &c.Scanner.IdlePriority }},
		{"analyzer.workers", func(c *Config) any { return &c.Analyzer.Workers }},
		{"analyzer.file_timeout", func(c *Config) any { return &c.Analyzer.FileTimeout }},
		{"watcher.debounce", func(c *Config) any { return &c.Watcher.Debounce }},
		{"watcher.max_wait", func(c *Config) any { return &c.Watcher.MaxWait }},
		{"thumbnails.cache_size", func(c *Config) any { return &c.Thumbnails.CacheSize }},
		{"thumbnails.workers", func(c *Config) any { return &c.Thumbnails.Workers }},
		{"backup.every", func(c *Config) any { return &c.Backup.Every }},
		{"backup.keep", func(c *Config) any { return &c.Backup.Keep }},
		{"backup.dir", func(c *Config) any { return &c.Backup.Dir }},
		{"backup.before_upgrade", func(c *Config) any { return &c.Backup.BeforeUpgrade }},
		{"hub.database", func(c *Config) any { return &c.Hub.Database }},
		{"hub.password_file", func(c *Config) any { return &c.Hub.PasswordFile }},
		{"log.level", func(c *Config) any { return &c.Log.Level }},
		{"log.format", func(c *Config) any { return &c.Log.Format }},
	}
}

// rootKeys returns every key of a [[root]].
func rootKeys() []key[Root] {
	return []key[Root]{
		{"name", func(r *Root) any { return &r.Name }},
		{"path", func(r *Root) any { return &r.Path }},
		{"url", func(r *Root) any { return &r.URL }},
		{"password_file", func(r *Root) any { return &r.PasswordFile }},
		{"exclude", func(r *Root) any { return &r.Exclude }},
		{"max_removals", func(r *Root) any { return &r.MaxRemovals }},
		{"poll_interval", func(r *Root) any { return &r.PollInterval }},
		{"timeout", func(r *Root) any { return &r.Timeout }},
		{"signing", func(r *Root) any { return &r.Signing }},
		{"cross_mounts", func(r *Root) any { return &r.CrossMounts }},
		{"group", func(r *Root) any { return &r.Group }},
	}
}

func names[T any](keys []key[T]) []string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.name
	}
	return all
}

// assign stores a decoded TOML value in a key's field. The error says what the key wants.
func assign(field, value any) error {
	switch f := field.(type) {
	case *string:
		return take(f, value, `a string in quotes`)
	case *bool:
		return take(f, value, `true or false`)
	case *int:
		n, ok := value.(int64)
		if !ok || int64(int(n)) != n {
			return mismatch(`a whole number`, value)
		}
		*f = int(n)
	case *float64:
		switch n := value.(type) {
		case float64:
			*f = n
		case int64:
			*f = float64(n)
		default:
			return mismatch(`a number`, value)
		}
	case *time.Duration:
		text, ok := value.(string)
		if !ok {
			return mismatch(`a duration in quotes, such as "30s" or "1h30m"`, value)
		}
		return parseDuration(f, text)
	case *ByteSize:
		text, ok := value.(string)
		if !ok {
			return mismatch(wantsSize, value)
		}
		return parseSize(f, text)
	case *[]string:
		list, ok := value.([]any)
		if !ok {
			return mismatch(`a list of strings, such as ["a", "b"]`, value)
		}
		all := make([]string, len(list))
		for i := range list {
			if err := take(&all[i], list[i], `nothing but strings in the list`); err != nil {
				return err
			}
		}
		*f = all
	case *map[string]string:
		return mismatch(`a table, such as { films = "/media/films" }`, value)
	default:
		return fmt.Errorf("key of the unknown type %T", field)
	}
	return nil
}

func take[T any](field *T, value any, wants string) error {
	v, ok := value.(T)
	if !ok {
		return mismatch(wants, value)
	}
	*field = v
	return nil
}

func mismatch(wants string, value any) error {
	return fmt.Errorf("wants %s, not %s", wants, kindOf(value))
}

// kindOf names a decoded TOML value's type in TOML's words, with the value where it is short and cannot
// be a secret.
func kindOf(value any) string {
	switch v := value.(type) {
	case string:
		return "a string"
	case bool:
		return fmt.Sprintf("the boolean %t", v)
	case int64:
		return fmt.Sprintf("the number %d", v)
	case float64:
		return fmt.Sprintf("the number %v", v)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}

func parseDuration(field *time.Duration, text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf(`wants a duration with a unit, such as "500ms", "30s" or "1h30m", not %q`, text)
	}
	*field = d
	return nil
}

// nearest returns the name that was most probably meant.
func nearest(name string, all []string) string {
	best, least := "", -1
	for _, candidate := range all {
		d := distance(name, candidate)
		if key, ok := elsewhere[lastWord(name)]; ok && endsIn(strings.ToLower(candidate), key) {
			d = 0
		}
		if last(candidate) == last(name) { // the right key in the wrong section
			d = min(d, 1)
		}
		if least < 0 || d < least {
			best, least = candidate, d
		}
	}
	return best
}

// elsewhere are what keys are called in other programs, with ours.
var elsewhere = map[string]string{
	"port": "listen", "host": "listen", "address": "listen", "addr": "listen", "bind": "listen", "token": "token_file",
	"password": "password_file", "directory": "path", "dir": "path", "folder": "path", "ignore": "exclude",
}

// lastWord is what a key or a variable's name ends in.
func lastWord(name string) string {
	return strings.ToLower(name[strings.LastIndexAny(name, "._")+1:])
}

// endsIn tells whether a key's or a variable's name ends in a whole key.
func endsIn(name, key string) bool {
	rest, ok := strings.CutSuffix(name, key)
	return ok && (rest == "" || strings.HasSuffix(rest, ".") || strings.HasSuffix(rest, "_"))
}

func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// distance is the Levenshtein distance in bytes; names are short.
func distance(a, b string) int {
	a, b = a[:min(len(a), 100)], b[:min(len(b), 100)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
