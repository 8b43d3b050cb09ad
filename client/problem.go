package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// Problem is why the daemon does not do what it was asked (RFC 9457).
type Problem struct {
	Type   string `json:"type"`  // a word for programs, such as "no-such-item"
	Title  string `json:"title"` // the status in words
	Status int    `json:"status"`
	Detail string `json:"detail"` // a sentence for people
}

func (p *Problem) Error() string { return fmt.Sprintf("%s (%s, %d)", p.Detail, p.Type, p.Status) }

// IsProblem reports whether an error is the daemon's problem of a type.
func IsProblem(err error, kind string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Type == kind
}

// AnswerError is an answer that is neither what was asked for nor a problem: something between here and the daemon
// speaks, or it is no catalogizerd.
type AnswerError struct{ Status int }

func (e *AnswerError) Error() string {
	return fmt.Sprintf("answered %d %s, as the daemon does not: is its URL right, or a proxy in between?",
		e.Status, http.StatusText(e.Status))
}

const maxProblem = 64 << 10 // bytes of a problem that are read

// refusal makes an error of an answer that is not as wanted.
func refusal(resp *http.Response) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	p := &Problem{}
	if kind == "application/problem+json" &&
		json.NewDecoder(io.LimitReader(resp.Body, maxProblem)).Decode(p) == nil {
		return p
	}
	return &AnswerError{Status: resp.StatusCode}
}
