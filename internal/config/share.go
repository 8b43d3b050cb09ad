package config

import (
	"errors"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// smbPort is where SMB is spoken directly over TCP (MS-SMB2, 2.1).
const smbPort = 445

// Share is the address of a directory on a server.
type Share struct {
	Domain string // of the user, or empty
	User   string // empty: as a guest
	Host   string // name or address, without brackets
	Port   int
	Share  string // the share's name
	Path   string // below the share, slash-separated, without slashes at its ends; "" is the share itself
}

// ParseShare reads smb://[[DOMAIN;]USER@]HOST[:PORT]/SHARE[/PATH], percent-encoded where a part holds
// a character that means something in a URL. A password in it is refused; no error repeats any of it.
func ParseShare(text string) (Share, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case strings.HasPrefix(text, `\\`):
		return Share{}, errors.New(`wants slashes in the place of \: smb://[user@]host[:port]/share[/path]`)
	case strings.HasPrefix(strings.ToLower(text), "smb:") && !ok:
		return Share{}, errors.New("wants two slashes: smb://[user@]host[:port]/share[/path]")
	case !ok || !strings.EqualFold(scheme, "smb"):
		return Share{}, errors.New("wants smb://[user@]host[:port]/share[/path]")
	}
	authority, location, _ := strings.Cut(rest, "/")
	s := Share{Port: smbPort}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if err := s.setUser(authority[:at]); err != nil {
			return Share{}, err
		}
		authority = authority[at+1:]
	}
	if err := s.setHost(authority); err != nil {
		return Share{}, err
	}
	if err := s.setPath(location); err != nil {
		return Share{}, err
	}
	return s, nil
}

func (s *Share) setUser(text string) error {
	user, err := url.PathUnescape(text)
	if strings.ContainsRune(text+user, ':') { // which no user's name holds (MS-SAMR, 3.1.1.6)
		return errors.New("a URL cannot hold a password, which logs and process lists would show: " +
			"write smb://user@host/share, and the password into a file named by password_file")
	}
	if err != nil || user == "" {
		return errors.New("the user before @ is empty or wrongly percent-encoded")
	}
	if domain, name, ok := strings.Cut(user, ";"); ok {
		s.Domain, user = domain, name
	}
	s.User = user
	return nil
}

func (s *Share) setHost(text string) error {
	var host, port string
	var hasPort bool
	if end := strings.LastIndexByte(text, ']'); strings.HasPrefix(text, "[") && end > 0 {
		host = strings.Replace(text[1:end], "%25", "%", 1) // before a zone (RFC 6874, 2)
		if a, err := netip.ParseAddr(host); err != nil || a.Zone() != "" && !isHostName(a.Zone()) {
			return errors.New("the host in brackets is not an IPv6 address")
		}
		port, hasPort = strings.CutPrefix(text[end+1:], ":")
		if !hasPort && text[end+1:] != "" {
			return errors.New("wants nothing but :PORT after the host in brackets")
		}
	} else {
		host, port, hasPort = strings.Cut(text, ":")
		if !isHostName(host) {
			return errors.New("wants a host name or an address after smb://")
		}
	}
	address, zone, _ := strings.Cut(host, "%") // interfaces know their names by case
	if s.Host = strings.ToLower(address); zone != "" {
		s.Host += "%" + zone
	}
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return errors.New("wants a port from 1 to 65535 after the host; the slash in a user's name is written %2F")
		}
		s.Port = int(n)
	}
	return nil
}

func (s *Share) setPath(text string) error {
	if strings.ContainsAny(text, "?#") {
		return errors.New("? and # end the path of a URL: write them as %3F and %23")
	}
	decoded, err := url.PathUnescape(text)
	if err != nil {
		return errors.New("is wrongly percent-encoded: write % as %25")
	}
	if strings.ContainsAny(decoded, "\x00\\") {
		return errors.New(`wants / between the parts of the path, not \`)
	}
	for part := range strings.SplitSeq(decoded, "/") {
		if part == ".." {
			return errors.New("cannot hold .. in its path")
		}
	}
	share, below, _ := strings.Cut(strings.TrimPrefix(path.Clean("/"+decoded), "/"), "/")
	if share == "" {
		return errors.New("names no share: write smb://host/share")
	}
	s.Share, s.Path = share, below
	return nil
}
