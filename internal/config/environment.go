package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// envPrefix begins every variable that is ours. One that means nothing is told of and no error: others than the
// person who configures the daemon set variables too, and by the daemon's name.
const envPrefix = "CATALOGIZERD_"

// Variables of the commands that ask a running daemon, which are no keys.
const (
	ServerVariable    = envPrefix + "SERVER"
	TokenFileVariable = envPrefix + "TOKEN_FILE"
)

// environ turns KEY=VALUE strings into a map; of a repeated key the last counts, as in os/exec.
func environ(list []string) map[string]string {
	env := make(map[string]string, len(list))
	for _, kv := range list {
		if k, v, ok := strings.Cut(kv, "="); ok {
			env[k] = v
		}
	}
	return env
}

// EnvName returns the environment variable that overrides a key: CATALOGIZERD_HTTP_LISTEN for
// http.listen, and CATALOGIZERD_ROOT_FILMS_POLL_INTERVAL for poll_interval of the root "films".
func EnvName(key string) string {
	upper := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}
	return envPrefix + strings.Map(upper, key)
}

func (c *Config) applyEnvironment(env map[string]string, p *problems) {
	places := c.variables()
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		at := origin{fromEnvironment, 0, name}
		switch found := places[name]; len(found) {
		case 0:
			if name == ServerVariable || name == TokenFileVariable || ofService(name, env[name]) {
				continue
			}
			c.unknown = append(c.unknown, at.errorf("no such variable, and nothing follows from it: did you mean %s?",
				nearest(name, slices.Sorted(maps.Keys(places)))))
		case 1:
			if err := assignText(found[0].field, env[name]); err != nil {
				p.add(at.errorf("%s", err))
				continue
			}
			c.origins[found[0].key] = at
		default:
			p.add(at.errorf("is the variable of more than one root: give them names that differ in letters or digits"))
		}
	}
}

// services are the variables that Kubernetes, and Docker for a link, set in every container beside a service: those of
// a service "catalogizerd" or "catalogizerd-web" begin as ours do.
var services = regexp.MustCompile(`_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// ofService tells a variable that says where a service is. PORT alone a person could have meant, but not with a URL.
func ofService(name, value string) bool {
	scheme, _, isURL := strings.Cut(value, "://")
	return services.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && isURL && slices.Contains([]string{"tcp", "udp", "sctp"}, scheme)
}

type variable struct {
	field any
	key   string // in origins
}

// variables returns every variable there is, with the fields that it sets. Names of roots that differ
// only in punctuation share variables.
func (c *Config) variables() map[string][]variable {
	all := map[string][]variable{}
	add := func(key string, v variable) { all[EnvName(key)] = append(all[EnvName(key)], v) }
	for _, k := range daemonKeys() {
		add(k.name, variable{k.field(c), k.name})
	}
	for i := range c.Roots {
		r := &c.Roots[i]
		for _, k := range rootKeys() {
			if k.name != "name" && r.Name != "" {
				add("root."+r.Name+"."+k.name, variable{k.field(r), r.at + k.name})
			}
		}
	}
	return all
}

// assignText stores a variable's value. Lists are separated by commas; an empty value is an empty list.
func assignText(field any, text string) error {
	switch f := field.(type) {
	case *string:
		*f = text
	case *bool:
		return parsed(f, strconv.ParseBool, text, "true or false")
	case *int:
		return parsed(f, strconv.Atoi, text, "a whole number")
	case *float64:
		return parsed(f, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }, text, "a number")
	case *time.Duration:
		return parseDuration(f, text)
	case *ByteSize:
		return parseSize(f, text)
	case *[]string:
		*f = nil
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				*f = append(*f, item)
			}
		}
	default:
		return fmt.Errorf("key of the unknown type %T", field)
	}
	return nil
}

func parsed[T any](field *T, parse func(string) (T, error), text, wants string) error {
	v, err := parse(text)
	if err != nil {
		return fmt.Errorf("wants %s, not %q", wants, text)
	}
	*field = v
	return nil
}
