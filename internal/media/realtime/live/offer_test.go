package live

import (
	"net/http"
	"testing"
)

func TestWhoIsSentPackedMessages(t *testing.T) {
	for offer, want := range map[string]bool{
		"permessage-deflate":                                                                        true,
		"permessage-deflate; client_max_window_bits":                                                true, // browsers
		"foo, permessage-deflate; server_no_context_takeover":                                       true,
		"permessage-deflate; server_max_window_bits=10":                                             false,
		"permessage-deflate; server_max_window_bits=10, permessage-deflate; client_max_window_bits": false,
		"x-webkit-deflate-frame":                                                                    false,
		"":                                                                                          false,
	} {
		if got := offersDeflate(http.Header{"Sec-Websocket-Extensions": {offer}}); got != want {
			t.Errorf("%q: %v, want %v", offer, got, want)
		}
	}
}
