package analyzer

import "github.com/catalogizer/catalogizerd/internal/media"

// fromName says what a path alone tells.
func fromName(path string) (media.Kind, media.Description) {
	return kindByName(path), media.Description{}
}

// join adds to d what says more or surer.
func join(d, surer *media.Description) { *d = *surer }
