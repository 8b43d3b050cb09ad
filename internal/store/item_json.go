package store

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// View is an item as the outside sees it. What is known of its content stays the bytes that the
// analyzer encoded: they are spliced, never decoded on the way out.
type View struct {
	ID             int64
	Root           string
	Path           string // bytes, relative to the root
	Name           string
	Size           int64
	MTime          int64
	Added          int64
	State          State
	Kind           media.Kind
	Analysis       Analysis
	Error          string
	Fingerprint    int64
	HasFingerprint bool
	Doc            []byte
}

func scanView(s *Store, r row) View {
	name := string(r.bytes(14))
	doc, err := unpack(r.bytes(12), nil)
	if err != nil {
		_ = s.noteDamage(fmt.Errorf("read item %d of %s: %w", r.int(0), s.path, err))
	}
	return View{
		ID: r.int(0), Root: s.rootName(r.int(3)), Kind: media.Kind(r.text(4)), State: State(r.int(5)), Size: r.int(6), MTime: r.int(7),
		Added: r.int(8), Analysis: Analysis(r.int(9)), Error: r.text(10), Fingerprint: r.int(11), HasFingerprint: !r.null(11), Doc: doc,
		Path: tree.Join(string(r.bytes(13)), name), Name: name,
	}
}

// bytes is about what the item takes in memory and as JSON.
func (v *View) bytes() int { return 256 + 2*len(v.Path) + len(v.Name) + len(v.Error) + len(v.Doc) }

// AppendJSON appends the item's JSON object to dst.
func (v *View) AppendJSON(dst []byte) []byte {
	if dst == nil {
		dst = make([]byte, 0, 256+len(v.Path)+len(v.Name)+len(v.Doc))
	}
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, v.ID, 10)
	dst = append(dst, `,"root":`...)
	dst = AppendString(dst, v.Root)
	dst = append(dst, `,"path":`...)
	dst = AppendString(dst, v.Path)
	if !utf8.ValidString(v.Path) {
		dst = append(dst, `,"path_bytes":"`...)
		dst = base64.StdEncoding.AppendEncode(dst, []byte(v.Path))
		dst = append(dst, '"')
	}
	dst = append(dst, `,"name":`...)
	dst = AppendString(dst, v.Name)
	dst = append(dst, `,"size":`...)
	dst = strconv.AppendInt(dst, v.Size, 10)
	dst = appendTime(append(dst, `,"modified_at":`...), v.MTime)
	dst = appendTime(append(dst, `,"added_at":`...), v.Added)
	state := "present"
	if v.State != Present {
		state = "missing"
	}
	dst = append(append(append(dst, `,"state":"`...), state...), '"')
	dst = append(append(append(dst, `,"kind":"`...), v.Kind...), '"')
	dst = append(append(append(dst, `,"analysis":"`...), v.Analysis.String()...), '"')
	if v.Error != "" {
		dst = AppendString(append(dst, `,"error":`...), v.Error)
	}
	if v.HasFingerprint {
		dst = append(append(append(dst, `,"fingerprint":"`...), v.FingerprintText()...), '"')
	}
	if len(v.Doc) > 0 {
		dst = append(append(dst, ','), v.Doc...)
	}
	return append(dst, '}')
}

// FingerprintText is the fingerprint in 16 digits of base 16.
func (v *View) FingerprintText() string { return fingerprintText(v.Fingerprint) }

func fingerprintText(n int64) string {
	const zeros = "0000000000000000"
	hex := strconv.FormatUint(uint64(n), 16)
	return zeros[len(hex):] + hex
}

// appendTime appends Unix nanoseconds as RFC 3339 in UTC. Times that RFC 3339 has no year for are
// given as the nearest that it has.
func appendTime(dst []byte, ns int64) []byte {
	dst = append(dst, '"')
	dst = time.Unix(0, ns).UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string without HTML escapes; each byte that is not UTF-8 becomes
// one U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
