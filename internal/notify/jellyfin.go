package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// jellyfin tells a media server which files to look at.
type jellyfin struct{ t *target }

type mediaUpdate struct{ Path, UpdateType string }

func (j jellyfin) send(ctx context.Context, m *message) error {
	token, err := j.t.cfg.Token()
	if err != nil {
		return err
	}
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", fmt.Sprintf("MediaBrowser Token=%q", token))
		header.Set("X-Emby-Token", token)
	}
	at := strings.TrimSuffix(j.t.cfg.URL, "/")
	if m.Type == typeRefresh {
		return j.t.post(ctx, at+"/Library/Refresh", header, nil)
	}
	updates := []mediaUpdate{}
	for i := range m.Changes {
		ch := &m.Changes[i]
		if ch.PreviousFile != "" {
			updates = append(updates, mediaUpdate{ch.PreviousFile, "Deleted"})
		}
		if ch.File != "" {
			kind := "Created"
			if ch.What == "changed" {
				kind = "Modified"
			}
			updates = append(updates, mediaUpdate{ch.File, kind})
		}
	}
	body, err := json.Marshal(map[string]any{"Updates": updates})
	if err != nil {
		return err
	}
	return j.t.post(ctx, at+"/Library/Media/Updated", header, body)
}
