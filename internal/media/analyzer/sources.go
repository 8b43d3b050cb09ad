package analyzer

import (
	"bytes"
	"encoding/json"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
)

// Where a field of a description comes from.
const (
	FromPath    = "path"
	FromBytes   = "bytes"
	FromSidecar = "sidecar"
)

// relations are no descriptions: they say what lies beside a file, and what was left out.
var relations = map[string]bool{"companions": true, "of": true, "warnings": true}

// Sources says where each field of a description comes from, by its name in JSON, and the name of the file beside it
// that said what came from one; empty: none did. members are those that the item has, path is where it lies, probed
// what its bytes said. What bytes and sidecar say alike is the bytes'. It is pure and safe for concurrent use.
func Sources(path string, probed, members []byte) (of map[string]string, beside string) {
	said := object(members)
	_, b := Describe(path, nil)
	named := object(b)
	_, b = Describe(path, probed)
	joined := object(b)
	of = make(map[string]string, len(said))
	for field, value := range said {
		switch {
		case relations[field]:
		case !bytes.Equal(joined[field], value):
			of[field] = FromSidecar
			beside = describedBy(said)
		case bytes.Equal(named[field], value):
			of[field] = FromPath
		default:
			of[field] = FromBytes
		}
	}
	return of, beside
}

// object is members of a JSON object, each still encoded.
func object(members []byte) (o map[string]json.RawMessage) {
	if json.Unmarshal(append(append([]byte{'{'}, members...), '}'), &o) != nil {
		return nil // a document of another version: nothing is said of it
	}
	return o
}

// describedBy is the name of the file that describes an item with these members.
func describedBy(members map[string]json.RawMessage) string {
	var beside []media.Companion
	if json.Unmarshal(members["companions"], &beside) == nil {
		for _, c := range beside {
			if c.Role == string(sidecar.Description) {
				return c.Name
			}
		}
	}
	return ""
}
