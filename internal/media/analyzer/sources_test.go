package analyzer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
)

func TestEachFieldComesFromTheSurestThatSaysIt(t *testing.T) {
	f := &findings{Kind: media.KindVideo, Description: media.Description{
		Title: "In the bytes", Genres: []string{"Drama"}, Media: &media.Media{Container: "matroska"},
	}}
	s := &companions{
		docs: []sidecar.Document{{Form: sidecar.Movie, Description: media.Description{Plot: "Far", Genres: []string{"Crime"}}}},
		with: []media.Companion{{Name: "poster.jpg", Role: "artwork"}, {Name: "In the Name (1999).nfo", Role: "description"}},
	}
	const path = "Films/In the Name (1999).mkv"
	_, members := describe(path, f, s)
	of, beside := Sources(path, encodeFindings(f), members)
	want := map[string]string{
		"title": FromBytes, "year": FromPath, "media": FromBytes, "plot": FromSidecar, "genres": FromSidecar,
	}
	if diff := cmp.Diff(want, of); diff != "" || beside != "In the Name (1999).nfo" {
		t.Errorf("described by %q; sources differ (-want +got):\n%s", beside, diff)
	}
	_, members = describe(path, f, &companions{})
	if _, beside := Sources(path, encodeFindings(f), members); beside != "" {
		t.Errorf("described by %q, which is not there", beside)
	}
	if of, _ := Sources(path, nil, []byte(`{not JSON`)); len(of) > 0 {
		t.Errorf("of what another version wrote: %v", of)
	}
}
