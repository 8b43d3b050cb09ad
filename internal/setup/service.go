package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// The service as packages install it.
const (
	ServiceUser   = "catalogizerd"
	ServiceConfig = "/etc/catalogizerd/catalogizerd.toml"
	DropIn        = "/etc/systemd/system/catalogizerd.service.d/setup.conf"
)

// HasUser reports whether the user is there that the unit's daemon runs as.
func HasUser() bool {
	_, err := user.Lookup(ServiceUser)
	return err == nil
}

// HasUnit reports whether the unit is there.
func HasUnit() bool {
	for _, dir := range []string{"/usr/lib", "/lib", "/etc", "/usr/local/lib"} {
		if _, err := os.Stat(filepath.Join(dir, "systemd/system/catalogizerd.service")); err == nil {
			return true
		}
	}
	return false
}

// DropInFor is what the unit has to be told so that the service can read; "" where it can already.
func DropInFor(r Reading) string {
	var b strings.Builder
	if len(r.Groups) > 0 {
		fmt.Fprintf(&b, "# Who may read the library.\nSupplementaryGroups=%s\n", strings.Join(r.Groups, " "))
	}
	if r.AtHome {
		b.WriteString("# A part of the library lies below a home.\nProtectHome=read-only\n")
	}
	if b.Len() == 0 {
		return ""
	}
	return "# Written by `catalogizerd setup`, which writes it anew when it is asked again.\n[Service]\n" + b.String()
}

// Secret says whose a secret's file is to be: the service's group may read it, where there is a service.
func Secret(service bool) (group int, err error) {
	if !service {
		return -1, nil
	}
	g, err := user.LookupGroup(ServiceUser)
	if err != nil {
		return 0, fmt.Errorf("find the service's group: %w", err)
	}
	return strconv.Atoi(g.Gid)
}

// Write writes a file whole or not at all, with a mode and of a group; -1: of the one that it gets. Its directory is
// made where there is none.
func Write(path string, data []byte, mode fs.FileMode, group int) error {
	return Replace(path, data, mode, group, func(string) error { return nil })
}

// Replace is Write, but the file gets its name only if check finds the one beside it good.
func Replace(path string, data []byte, mode fs.FileMode, group int, check func(file string) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the directory of %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if group >= 0 {
		err = errors.Join(err, f.Chown(-1, group))
	}
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := check(f.Name()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
