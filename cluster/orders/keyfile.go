// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/fuseboard/fuseboard"
)

const (
	publicSuffix = ".pub"
	pemType      = "PRIVATE KEY" // PKCS #8, as openssl genpkey -algorithm ed25519 writes it
)

// WriteFiles keeps the key in two new files: path, which only its owner may read (0600, PKCS #8 in PEM), and
// path + ".pub" (0644), a line for the nodes' file of operators. A file that is there is never replaced.
//
// Errors: [fuseboard.Problems] for the name; what the system says of the files. Then neither file is left.
func (s Signer) WriteFiles(path, name string) error {
	o, err := s.Operator(name)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(s.secret())
	if err != nil {
		return fmt.Errorf("the signer has no key: %w", err)
	}
	if err := create(path, pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), 0o600); err != nil {
		return err
	}
	if err := create(path+publicSuffix, []byte(o.String()+"\n"), 0o644); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// create makes a new file and leaves none after an error.
func create(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// ReadSigner reads a private key as [Signer.WriteFiles] wrote it, or openssl. A file that others than
// its owner may read is refused (but on Windows, where modes say nothing): such a key is no secret.
//
// Errors: a [fuseboard.Problem] for the file's mode or contents; what the system says of the file.
func ReadSigner(path string) (Signer, error) {
	f, err := os.Open(path)
	if err != nil {
		return Signer{}, err
	}
	s, err := readSigner(f)
	return s, errors.Join(err, f.Close())
}

func readSigner(f *os.File) (Signer, error) {
	if err := refuseFile(f); err != nil {
		return Signer{}, err
	}
	data := make([]byte, 4096) // a key has 119 bytes
	n, err := f.Read(data)
	if err != nil && n == 0 {
		return Signer{}, notAKey(f, "is empty")
	}
	block, _ := pem.Decode(data[:n])
	if block == nil || block.Type != pemType {
		return Signer{}, notAKey(f, "holds no private key in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, is := key.(ed25519.PrivateKey)
	if err != nil || !is {
		return Signer{}, notAKey(f, "holds a key of another kind")
	}
	return newSigner(private), nil
}

// refuseFile says what is wrong with a file, whatever it holds.
func refuseFile(f *os.File) error {
	info, err := f.Stat() // of the file that is open, so that it cannot be another one
	if err != nil {
		return err
	}
	if name, public := strings.CutSuffix(f.Name(), publicSuffix); public {
		return fuseboard.Problem{
			Path: f.Name(), Code: "form", Message: "is the public line, which nodes read and nobody signs with",
			Accepted: "an ed25519 key, PKCS #8 in PEM", Fix: "give the private key's file, " + name,
		}
	}
	if info.IsDir() {
		return notAKey(f, "is a folder")
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return fuseboard.Problem{
			Path: f.Name(), Code: "mode", Value: fmt.Sprintf("%#o", mode), Message: "may be read or written by others than its owner",
			Accepted: "0600 or 0400", Fix: "chmod 600 the file; if others could read it, make a new key and take this one out of the nodes' file of operators",
		}
	}
	return nil
}

func notAKey(f *os.File, message string) error {
	return fuseboard.Problem{
		Path: f.Name(), Code: "form", Message: message, Accepted: "an ed25519 key, PKCS #8 in PEM",
		Fix: "give the private key's file, not the .pub; or make a key",
	}
}

// ReadTrust reads a file of operators and returns a fleet's trust in them; see [ParseOperators].
//
// Errors: [fuseboard.Problems] for its lines and for the label; what the system says of the file.
func ReadTrust(fleet, path string) (Trust, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Trust{}, err
	}
	operators, err := ParseOperators(text)
	if err != nil {
		return Trust{}, fmt.Errorf("%s: %w", path, err)
	}
	return NewTrust(fleet, operators...)
}
