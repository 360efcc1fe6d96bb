// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"cmp"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults and bounds of [Options].
const (
	// DefaultDebounce is the quiet time after the last event: more than an editor pauses
	// between two steps of one save, and less than a person notices.
	DefaultDebounce = 50 * time.Millisecond
	// DefaultPoll is how often the files are read anyway: a change on a file system that tells
	// of none is seen within it.
	DefaultPoll = 5 * time.Second
	// DefaultMaxSize is the largest file that is read, in bytes: a hundred times what a
	// policy file for a hundred dependencies has.
	DefaultMaxSize = 1 << 20
	// MaxFiles is how many files of a directory are read; more are a mistake in the path.
	MaxFiles = 1000

	minDebounce, maxDebounce = 10 * time.Millisecond, 10 * time.Second
	minPoll, maxPoll         = 100 * time.Millisecond, time.Hour
	maxMaxSize               = 64 << 20
)

// Codes of the problems of [Options] and of reading that no range describes.
const (
	// CodeNoPath: Options without a Path.
	CodeNoPath = "no-path"
	// CodeNotFound: the path, or what a link on it leads to, does not exist.
	CodeNotFound = "not-found"
	// CodeUnreadable: the system refuses to read it; the message is the system's.
	CodeUnreadable = "unreadable"
	// CodeNotAFile: a device, a socket or a pipe.
	CodeNotAFile = "not-a-file"
	// CodeTooLarge: a file of more bytes than Options.MaxSize.
	CodeTooLarge = "too-large"
	// CodeTooMany: a directory of more policy files than [MaxFiles].
	CodeTooMany = "too-many-files"
	// CodeUnsettled: the files changed each time while they were read.
	CodeUnsettled = "unsettled"
)

// Options says what is watched, and how. Only Path has no default. Its fields are read
// once, by [Read] or [Start].
type Options struct {
	// Path is a file, of whatever name, or a directory of policy files. It need not exist yet. A relative
	// one is taken from the folder that is current when Read or Start is called.
	Path string
	// Debounce is the quiet time after the last event before the files are read. Events that
	// never pause are waited for ten times as long. 10ms to 10s; 0 means [DefaultDebounce].
	Debounce time.Duration
	// Poll is how often the files are read without an event, as a net under those that are
	// lost: NFS, some overlays and FUSE tell of none, limits of the system leave some out, and a
	// directory above those that are watched may be renamed. 100ms to 1h; 0 means [DefaultPoll].
	Poll time.Duration
	// MaxSize is the most bytes a file may have; no more are read into memory. 1 to
	// 67108864 (64 MiB); 0 means [DefaultMaxSize].
	MaxSize int64
}

// WithDefaults returns o with every default written out.
func (o Options) WithDefaults() Options {
	o.Debounce = cmp.Or(o.Debounce, DefaultDebounce)
	o.Poll = cmp.Or(o.Poll, DefaultPoll)
	o.MaxSize = cmp.Or(o.MaxSize, DefaultMaxSize)
	return o
}

// Validate returns everything wrong with o. Whether the path exists is not asked.
func (o Options) Validate() fuseboard.Problems {
	var c plain.Check
	if o.Path == "" {
		c.Add(fuseboard.Problem{
			Path: "path", Code: CodeNoPath, Message: "is missing",
			Accepted: "a file, or a directory of *.yaml, *.yml and *.json", Fix: "name what is to be watched",
		})
	}
	c.Duration("debounce", o.Debounce, minDebounce, maxDebounce, "leave it out for 50ms")
	c.Duration("poll", o.Poll, minPoll, maxPoll, "leave it out for 5s")
	if o.MaxSize < 0 || o.MaxSize > maxMaxSize {
		p := fuseboard.Problem{
			Path: "max_size", Code: plain.CodeRange, Value: strconv.FormatInt(o.MaxSize, 10), Message: "is out of range",
			Accepted: "1 to " + strconv.Itoa(maxMaxSize) + " bytes", Fix: "leave it out for 1 MiB",
		}
		if o.MaxSize < 0 {
			p.Code, p.Message = plain.CodeNegative, "must not be negative"
		}
		c.Add(p)
	}
	return c.Problems()
}
