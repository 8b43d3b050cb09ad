package probetest

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// FilmLines renders what tests of films ask for, a line each: the file, its streams, chapters and tags.
func FilmLines(r format.Result) string {
	var b strings.Builder
	m := r.Description.Media
	if m == nil {
		return string(r.Kind)
	}
	fmt.Fprintf(&b, "%s, %s, %.3f s\n", r.Kind, m.Container, m.DurationSeconds)
	words := func(kind string, all ...string) {
		b.WriteString(kind)
		for _, s := range all {
			if s != "" && s != "0" && s != "0x0" && !strings.HasPrefix(s, "0 ") {
				b.WriteString(" " + s)
			}
		}
		b.WriteByte('\n')
	}
	flag := func(name string, set bool) string {
		if set {
			return name
		}
		return ""
	}
	for _, v := range m.Video {
		rate := strconv.FormatFloat(math.Round(v.FrameRate*1000)/1000, 'f', -1, 64)
		words("video", v.Codec, v.Profile, fmt.Sprintf("%dx%d", v.Width, v.Height), rate+" fps", fmt.Sprintf("%d bit", v.BitDepth),
			v.HDR, v.Language, v.Title, flag("default", v.Default), flag("forced", v.Forced))
	}
	for _, a := range m.Audio {
		words("audio", a.Codec, a.Profile, fmt.Sprintf("%d ch", a.Channels), fmt.Sprintf("%d Hz", a.SampleRate), fmt.Sprintf("%d bit", a.BitDepth),
			a.Language, a.Title, flag("default", a.Default), flag("forced", a.Forced))
	}
	for _, s := range m.Subtitles {
		words("subtitle", s.Codec, s.Language, s.Title, flag("default", s.Default), flag("forced", s.Forced))
	}
	for _, c := range m.Chapters {
		words("chapter", strconv.FormatFloat(c.StartSeconds, 'f', -1, 64)+"s", c.Title)
	}
	for _, a := range m.Attachments {
		words("attachment", a)
	}
	if m.Artwork != nil {
		words("artwork", m.Artwork.MIME, fmt.Sprintf("%d bytes", m.Artwork.Length))
	}
	if d := r.Description; d.Title != "" || d.Artist != "" {
		words("tags", d.Title, d.Artist, d.Date, strings.Join(d.Genres, ","))
	}
	return b.String()
}

// Lines joins lines.
func Lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

// CheckFilm fails t where a film says anything else than it should.
func CheckFilm(t *testing.T, what string, r format.Result, want string) {
	t.Helper()
	if got := FilmLines(r); got != want {
		t.Errorf("%s is\n%sshould be\n%s", what, got, want)
	}
}

// Sparse is a file of zeros but for a few parts, for films that are larger than any test may be.
type Sparse struct {
	Size  int64
	Parts map[int64][]byte
}

// ReadAt reads zeros where no part lies.
func (s *Sparse) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.Size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.Size-off))
	clear(p[:n])
	for at, part := range s.Parts {
		if from, to := max(at, off), min(at+int64(len(part)), off+int64(n)); from < to {
			copy(p[from-off:to-off], part[from-at:to-at])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
