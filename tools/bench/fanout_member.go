package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// member is a client of a crowd: a socket, and where in a frame it is.
type member struct {
	crowd         *crowd
	fd            int
	deaf, checked bool
	at            atomic.Int64 // the number of the feed that it stands at

	header  []byte // of the frame that comes, until it is whole
	opcode  byte
	left    int64  // of its payload
	message []byte // of the message: its beginning, or all of it
	last    []byte // cursor of the last message that carried one
}

// What is kept of a message of which nothing is looked at but prev and cursor.
const messageBeginning = 400

const (
	opContinuation = 0
	opText         = 1
	opClose        = 8
	opPing         = 9
)

// connect connects, shakes hands and subscribes from now on.
func (m *member) connect() (err error) {
	if m.fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	err = unix.Connect(m.fd, &m.crowd.addr)
	if err == nil {
		err = m.shakeHands()
	}
	if err == nil {
		err = unix.SetNonblock(m.fd, true)
	}
	if err != nil {
		_ = unix.Close(m.fd)
	}
	return err
}

func (m *member) shakeHands() error {
	if err := m.send(fmt.Appendf(nil, "GET /api/v1/live HTTP/1.1\r\nHost: %s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"+
		"Sec-WebSocket-Protocol: catalogizerd.v1\r\n\r\n", m.crowd.host)); err != nil {
		return err
	}
	var got []byte
	buffer := make([]byte, 4<<10)
	for !bytes.Contains(got, []byte(`"head":"`)) || got[len(got)-1] != '}' { // the hello is short, and ends so
		n, err := unix.Read(m.fd, buffer)
		if err != nil || n == 0 {
			return fmt.Errorf("no hello behind %.100q: %w", got, errors.Join(err, errEnded))
		}
		got = append(got, buffer[:n]...)
	}
	_, hello, _ := bytes.Cut(got, []byte(`"cursor":"`))
	cursor, _, _ := bytes.Cut(hello, []byte(`"`))
	m.last = bytes.Clone(cursor)
	number, err := numberOf(cursor)
	if err != nil {
		return err
	}
	m.at.Store(number)
	request := fmt.Appendf(nil, `{"type":"subscribe","since":%q,"window_ms":%d}`, cursor, fanoutWindow.Milliseconds())
	return m.sendFrame(opText, request)
}

// sendFrame sends a short frame, masked by zeros.
func (m *member) sendFrame(opcode byte, payload []byte) error {
	const final, masked = 0x80, 0x80
	header := []byte{final | opcode, masked | byte(len(payload))}
	if len(payload) > 125 {
		header = binary.BigEndian.AppendUint16([]byte{final | opcode, masked | 126}, uint16(len(payload)))
	}
	return m.send(append(append(header, 0, 0, 0, 0), payload...))
}

func (m *member) send(b []byte) error {
	n, err := unix.Write(m.fd, b)
	return errors.Join(err, complain(err == nil && n < len(b), "the daemon takes nothing"))
}

// take reads what has come.
func (m *member) take(b []byte, now time.Time) error {
	for len(b) > 0 {
		if m.left == 0 {
			rest, whole := m.takeHeader(b)
			if b = rest; !whole {
				return nil
			}
			if m.left > 0 {
				continue
			}
		}
		part := b[:min(int64(len(b)), m.left)]
		b, m.left = b[len(part):], m.left-int64(len(part))
		if !m.checked {
			part = part[:min(len(part), max(messageBeginning-len(m.message), 0))]
		}
		m.message = append(m.message, part...)
		if m.left == 0 {
			if err := m.frame(now); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeHeader reads a frame's header (RFC 6455, 5.2).
func (m *member) takeHeader(b []byte) (rest []byte, whole bool) {
	for len(b) > 0 {
		m.header, b = append(m.header, b[0]), b[1:]
		if len(m.header) < 2 {
			continue
		}
		length, long := int64(m.header[1]&0x7f), 0
		switch length {
		case 126:
			long = 2
		case 127:
			long = 8
		}
		if len(m.header) < 2+long {
			continue
		}
		switch long {
		case 2:
			length = int64(binary.BigEndian.Uint16(m.header[2:]))
		case 8:
			length = int64(binary.BigEndian.Uint64(m.header[2:]))
		}
		m.opcode, m.left = m.header[0], length
		m.header = m.header[:0]
		return b, true
	}
	return b, false
}

// frame takes a whole frame into account. The daemon pings between messages only.
func (m *member) frame(now time.Time) error {
	const final = 0x80
	switch opcode := m.opcode &^ final; {
	case opcode == opPing:
		const opPong = 10
		defer func() { m.message = m.message[:0] }()
		return m.sendFrame(opPong, m.message)
	case opcode == opClose:
		return fmt.Errorf("the daemon closes: %q", m.message)
	case opcode != opText && opcode != opContinuation:
		return fmt.Errorf("a frame of the kind %d", opcode)
	case m.opcode&final == 0:
		return nil
	}
	defer func() { m.message = m.message[:0] }()
	head, err := readHead(m.message)
	if err != nil || head.cursor == nil || head.kind == "hello" {
		return err
	}
	if head.kind == "changes" {
		if !bytes.Equal(head.prev, m.last) {
			return fmt.Errorf("a client that stood at %s is told of what follows %s", m.last, head.prev)
		}
		if err := m.crowd.note(m, &head, now); err != nil {
			return err
		}
	}
	m.last = append(m.last[:0], head.cursor...)
	number, err := m.crowd.number(head.cursor)
	m.at.Store(number)
	return err
}
