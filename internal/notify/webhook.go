package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// webhook posts messages as JSON, signed as the standard webhooks are (https://www.standardwebhooks.com).
type webhook struct{ t *target }

func (w webhook) send(ctx context.Context, m *message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	header := http.Header{}
	token, err := w.t.cfg.Token()
	if err != nil {
		return err
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	header.Set("webhook-id", m.id)
	header.Set("webhook-timestamp", stamp)
	secret, err := w.t.cfg.Secret()
	if err != nil {
		return err
	}
	if secret != "" {
		header.Set("webhook-signature", sign(secret, m.id, stamp, body))
	}
	return w.t.post(ctx, w.t.cfg.URL, header, body)
}

// sign makes the signature of a body. A secret that begins with whsec_ is base64 behind it, as the standard has it.
func sign(secret, id, stamp string, body []byte) string {
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, stamp)
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
