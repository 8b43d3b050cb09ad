package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	gorun "github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/setup"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/dustin/go-humanize"
)

// questions are put to a person at a terminal, one line an answer.
type questions struct {
	p     *process
	yesTo bool // everything
	lines chan string
	begun bool
}

func newQuestions(p *process, yesToAll bool) *questions {
	return &questions{p: p, yesTo: yesToAll, lines: make(chan string)}
}

// line asks for a line. Who interrupts is not kept waiting for the end of one.
func (q *questions) line(prompt string) (string, error) {
	if !q.begun {
		q.begun = true
		group := gorun.NewGroup(q.p.ctx, zap.NewNop())
		group.Go("read answers", func(ctx context.Context) error { // a read of a terminal ends with the process
			defer close(q.lines)
			for in := bufio.NewScanner(q.p.in); in.Scan(); {
				select {
				case q.lines <- in.Text():
				case <-ctx.Done():
					return nil
				}
			}
			return nil
		})
	}
	_, _ = io.WriteString(q.p.err, prompt)
	select {
	case text, open := <-q.lines:
		if !open {
			return "", errors.New("nobody answers any more: nothing is written")
		}
		return strings.TrimSpace(text), nil
	case <-q.p.ctx.Done():
		return "", q.p.ctx.Err()
	}
}

// yes asks for yes or no; nothing means what is usual.
func (q *questions) yes(question string, usual bool) (bool, error) {
	if q.yesTo {
		return true, nil
	}
	choice := " [y/N] "
	if usual {
		choice = " [Y/n] "
	}
	for {
		text, err := q.line(question + choice)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(text) {
		case "":
			return usual, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
}

// want fails where the answer is no.
func (q *questions) want(question string, usual bool) error {
	ok, err := q.yes(question, usual)
	if err == nil && !ok {
		err = errors.New("nothing is written")
	}
	return err
}

// secret asks for a line that does not show.
func (q *questions) secret(prompt string) (string, error) {
	if f, ok := q.p.in.(*os.File); ok {
		before, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
		if err != nil {
			return "", fmt.Errorf("hide what is typed: %w", err)
		}
		hidden := *before
		hidden.Lflag &^= unix.ECHO
		if err := unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, &hidden); err != nil {
			return "", fmt.Errorf("hide what is typed: %w", err)
		}
		defer func() { _ = unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, before) }()
	}
	text, err := q.line(prompt)
	fmt.Fprintln(q.p.err)
	return text, err
}

// places shows what looks like media, and asks what of it and what else is to be catalogued.
func (q *questions) places(p *process, before *config.Config) (roots []string, err error) {
	found := slices.DeleteFunc(setup.Find(p.ctx, os.Getenv("HOME"), mediaKind), func(at setup.Place) bool {
		return slices.ContainsFunc(before.Roots, func(r config.Root) bool { return r.Path == at.Path })
	})
	if len(found) > 0 {
		fmt.Fprintln(p.err, "These look like media:")
		if err := showPlaces(p, found); err != nil {
			return nil, err
		}
		if roots, err = q.numbers(found); err != nil {
			return nil, err
		}
	}
	fmt.Fprintln(p.err, "More folders and shares (/srv/films, smb://user@nas/films), one a line; an empty line ends:")
	for {
		text, err := q.line("> ")
		if err != nil || text == "" {
			return roots, err
		}
		if _, err := loadConfig("", append(slices.Clone(roots), text)); err != nil {
			terminal.Fprintf(p.err, "%v\n", err)
			continue
		}
		roots = append(roots, text)
	}
}

func showPlaces(p *process, found []setup.Place) error {
	rows := make([][]terminal.Cell, len(found))
	for i, at := range found {
		files := humanize.Comma(int64(at.Files)) + " files"
		if at.Part {
			files = "at least " + files
		}
		rows[i] = []terminal.Cell{
			{Text: strconv.Itoa(i + 1)}, {Text: at.Path, Style: terminal.Bold}, {Text: at.FSType}, {Text: files},
			{Text: strings.Join(at.Kinds[:min(len(at.Kinds), 4)], ", ")},
		}
	}
	columns := []terminal.Column{{Right: true}, {Shrinks: true, FromLeft: true}, {}, {}, {Shrinks: true}}
	return terminal.WriteTable(p.err, terminal.Of(p.err), columns, rows)
}

// numbers asks which of the places are meant.
func (q *questions) numbers(found []setup.Place) (roots []string, err error) {
	for {
		text, err := q.line("Which of them? Numbers such as 1 2, none or all [all]: ")
		if err != nil {
			return nil, err
		}
		if roots, ok := chosen(text, found); ok {
			return roots, nil
		}
	}
}

func chosen(text string, found []setup.Place) (roots []string, ok bool) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(word)
		switch {
		case word == "none":
			return nil, true
		case word == "all":
			return chosen("", found)
		case err != nil || n < 1 || n > len(found):
			return nil, false
		}
		roots = append(roots, found[n-1].Path)
	}
	if text == "" {
		for _, at := range found {
			roots = append(roots, at.Path)
		}
	}
	return roots, true
}

// mediaKind is a file's kind by its name, where it is one that people collect.
func mediaKind(name string) string {
	switch kind, _ := analyzer.Describe(strings.TrimPrefix(name, "/"), nil); kind {
	case media.KindMovie, media.KindEpisode, media.KindVideo, media.KindTrack, media.KindAudio, media.KindAudiobook,
		media.KindPhoto, media.KindBook, media.KindComic, media.KindGame:
		return string(kind)
	}
	return ""
}
