// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path/filepath"

	"github.com/fuseboard/fuseboard"
)

// File is one file as it was read.
type File struct {
	// Name is the file as it is to be shown: the path given, and for a directory joined with
	// the file's name.
	Name string
	// Data is all that it held. It belongs to who has the snapshot.
	Data []byte
}

// Snapshot is what the path held at one moment: all of it, or the reason why not.
type Snapshot struct {
	// Files are the files by name. A directory without policy files has none, and no Err.
	Files []File
	// Hash is SHA-256 over the files' own names and contents, in hexadecimal: the same files
	// have the same hash, wherever they lie. Empty with an Err.
	Hash string
	// Err says what could not be read, and why, as [fuseboard.Problems] with every problem of the
	// path; Files is empty then, as a part of a directory would be taken for the whole.
	Err error
}

// Same reports whether both tell the same: equal files, or an equal error.
func (s Snapshot) Same(other Snapshot) bool {
	return s.Hash == other.Hash && text(s.Err) == text(other.Err)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func failed(ps ...fuseboard.Problem) Snapshot { return Snapshot{Err: fuseboard.Problems(ps)} }

func complete(files []File) Snapshot {
	h := sha256.New()
	for _, f := range files {
		for _, part := range [][]byte{[]byte(filepath.Base(f.Name)), f.Data} {
			var size [8]byte // so that no name and content read like another name and content
			binary.BigEndian.PutUint64(size[:], uint64(len(part)))
			h.Write(size[:])
			h.Write(part)
		}
	}
	return Snapshot{Files: files, Hash: hex.EncodeToString(h.Sum(nil))}
}
