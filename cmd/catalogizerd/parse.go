package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
	"github.com/catalogizer/catalogizerd/internal/store"
)

type parseCommand struct {
	Null    bool     `short:"0" help:"Paths from standard input end with NUL instead of a newline."`
	Explain bool     `help:"Tell why each path says what it says: \"why\", the words and by which sign they were read."`
	Path    []string `arg:"" optional:"" help:"Paths; without any they are read from standard input."`
}

// maxPath bounds one path from standard input, in bytes: no file system has longer ones.
const maxPath = 1 << 20

// Run prints what each path says, in order.
func (c *parseCommand) Run(p *process) error {
	w := bufio.NewWriter(p.out)
	defer w.Flush()
	for _, path := range c.Path {
		if err := c.print(w, path); err != nil {
			return err
		}
	}
	if len(c.Path) > 0 {
		return w.Flush()
	}
	sc := bufio.NewScanner(answered{p.in, w})
	sc.Buffer(make([]byte, 64<<10), maxPath)
	if c.Null {
		sc.Split(splitNull)
	}
	for sc.Scan() {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := c.print(w, sc.Text()); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("read paths from standard input: %w", err)
	}
	return w.Flush()
}

// answered hands out what is written before it waits for more, so that a program can ask and be answered in turns.
type answered struct {
	io.Reader
	w *bufio.Writer
}

func (r answered) Read(b []byte) (int, error) {
	if err := r.w.Flush(); err != nil {
		return 0, io.EOF // the last Flush says why
	}
	return r.Reader.Read(b)
}

// print writes one path and what it says.
func (c *parseCommand) print(w io.Writer, path string) error {
	line := store.AppendString([]byte(`{"input":`), path)
	var why []name.Reason
	var guess name.Guess
	if c.Explain {
		guess, why = name.Explain(path)
	} else {
		guess = name.Parse(path)
	}
	text, err := json.Marshal(guess)
	line = append(append(line, `,"guess":`...), unescapeHTML(text)...)
	if c.Explain && err == nil {
		text, err = json.Marshal(append([]name.Reason{}, why...))
		line = append(append(line, `,"why":`...), unescapeHTML(text)...)
	}
	if err != nil {
		return fmt.Errorf("encode what %q says: %w", path, err)
	}
	_, err = w.Write(append(line, '}', '\n'))
	return err
}

// unescapeHTML undoes what encoding/json escapes for browsers that read JSON as a script.
func unescapeHTML(b []byte) []byte {
	for _, r := range [...][2]string{{`\u003c`, "<"}, {`\u003e`, ">"}, {`\u0026`, "&"}} {
		b = bytes.ReplaceAll(b, []byte(r[0]), []byte(r[1]))
	}
	return b
}

func splitNull(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	if len(data) >= maxPath {
		return 0, nil, errors.New("path is too long")
	}
	return 0, nil, nil
}
