package api

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
)

func TestMain(m *testing.M) {
	for _, text := range []string{"application/atom+xml", "text/html", "text/javascript", "text/css", "image/svg+xml"} {
		openapi3filter.RegisterBodyDecoder(text, openapi3filter.FileBodyDecoder) // a text to openapi.yaml
	}
	runtest.Main(m)
}
