// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// ShortestToken and LongestToken are how many bytes a token has.
const (
	ShortestToken = 16
	LongestToken  = 1024
)

// ReadToken reads a token from a file, as a server made it. Blanks around it do not count.
//
// Errors: a [fuseboard.Problem] for the file's mode or contents; what the system says of the file.
func ReadToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	token, err := readToken(f)
	return token, errors.Join(err, f.Close())
}

func readToken(f *os.File) (string, error) {
	info, err := f.Stat() // of the file that is open, so that it cannot be another one
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", fuseboard.Problem{Path: f.Name(), Code: codeForm, Message: "is a folder", Fix: "give the file that the service gave to console.Serve as TokenFile"}
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return "", fuseboard.Problem{
			Path: f.Name(), Code: "mode", Value: fmt.Sprintf("%#o", mode), Message: "may be read or written by others than its owner",
			Accepted: "0600 or 0400", Fix: "chmod 600 the file; if others could read it, remove it and start the service again: it makes a new token",
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, LongestToken+1))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if err := TokenProblems(f.Name(), token).Err(); err != nil {
		return "", err
	}
	return token, nil
}

// TokenProblems says what is wrong with a token, without showing it. Path is where it stands.
func TokenProblems(path, token string) fuseboard.Problems {
	if len(token) >= ShortestToken && len(token) <= LongestToken && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil
	}
	return fuseboard.Problems{{
		Path: path, Code: codeForm, Message: "is no token", Accepted: fmt.Sprintf("%d to %d printable bytes of ASCII, without blanks", ShortestToken, LongestToken),
		Fix: "let a token_file be made that is not there",
	}}
}
