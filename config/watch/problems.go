// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"errors"
	"io/fs"
	"os"
	"strconv"

	"github.com/fuseboard/fuseboard"
)

// unreadable says why the system did not give what lies at place.
func unreadable(name, place string, err error) fuseboard.Problem {
	p := fuseboard.Problem{Path: name, Code: CodeUnreadable}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.Code, p.Message, p.Fix = CodeNotFound, "does not exist", "create it, or name another path"
		if to, err := os.Readlink(place); err == nil {
			p.Message, p.Fix = "is a link to "+to+", which does not exist", "create that, or remove the link"
		}
	case errors.Is(err, fs.ErrPermission):
		p.Message, p.Fix = cause(err), "let the user of this process read it"
	default:
		p.Message = cause(err)
	}
	return p
}

// cause is the system's own word: the path stands before it anyway.
func cause(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err.Error()
	}
	return err.Error()
}

func notAFile(name string, mode fs.FileMode) fuseboard.Problem {
	kind := "a device"
	switch {
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return fuseboard.Problem{
		Path: name, Code: CodeNotAFile, Message: "is " + kind,
		Accepted: "a file, or a directory of *.yaml, *.yml and *.json", Fix: "name a file",
	}
}

func tooLarge(name string, size, limit int64) fuseboard.Problem {
	return fuseboard.Problem{
		Path: name, Code: CodeTooLarge, Value: strconv.FormatInt(size, 10) + " bytes", Message: "is too large",
		Accepted: "up to " + strconv.FormatInt(limit, 10) + " bytes", Fix: "split it, or raise max_size",
	}
}

func tooMany(name string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: name, Code: CodeTooMany, Message: "has too many policy files",
		Accepted: "up to " + strconv.Itoa(MaxFiles), Fix: "name the directory of the policies alone",
	}
}
