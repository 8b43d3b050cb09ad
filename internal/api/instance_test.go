package api_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestTheStatusAndTheFeedSayWhichDaemonAnswers(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for config, name := range map[string]string{"": host, "[http]\nname = \"the attic\"\n": "the attic"} {
		d := start(t, nil, config)
		var status, hello struct {
			Instance media.Instance `json:"instance"`
		}
		d.get("/api/v1/status").is(http.StatusOK).into(&status)
		ws := follow(t, d.url, nil, `{"id":1,"type":"subscribe"}`)
		if err := ws.ReadJSON(&hello); err != nil {
			t.Fatal(err)
		}
		if got := status.Instance; got.Name != name || len(got.ID) != len("00000000-0000-4000-8000-000000000000") || hello != status {
			t.Errorf("the status says %+v, hello %+v; want the name %q", got, hello.Instance, name)
		}
	}
}
