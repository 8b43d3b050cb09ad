package hub

import (
	"context"
	"errors"
	"fmt"

	"github.com/catalogizer/catalogizerd/client"
)

// RefusedError says that a source answers, and what it has against the question.
type RefusedError struct {
	Status int // of HTTP
	Detail string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("it answers %d: %s", e.Status, e.Detail) }

// Ask asks the source of a name which version it is, and how many roots it has. It need not be followed.
func (s *Sources) Ask(ctx context.Context, name string) (version string, roots int, err error) {
	defer s.http.CloseIdleConnections()
	one := s.named(name)
	if one == nil {
		return "", 0, fmt.Errorf("there is no source %q", name)
	}
	c, err := one.client()
	if err != nil { // its token cannot be read
		return "", 0, &RefusedError{Detail: err.Error()}
	}
	is, err := one.ask(ctx, c)
	var unlike *client.AnswerError
	switch refused := asRefused(err); {
	case refused != nil:
		return "", 0, &RefusedError{Status: refused.Status, Detail: refused.Detail}
	case errors.As(err, &unlike):
		return "", 0, &RefusedError{Status: unlike.Status, Detail: "this is no catalogizerd: " + unlike.Error()}
	}
	return is.Version, len(is.Roots), err
}
