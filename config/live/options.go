// SPDX-License-Identifier: Apache-2.0

package live

import (
	"log/slog"
	"os"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// Options are the choices of [Start].
type Options struct {
	// Path is the policy file, or a directory of them. It is needed where Source is nil.
	Path string
	// Env is the environment that lies over the files, as os.Environ gives it. Nil: the
	// process's own; to have none, give an empty one that is not nil.
	Env []string
	// Flags lie over files and environment: "payments.retry.attempts=3".
	Flags []string
	// Debounce is how long a file is left alone after its last change, before it is read.
	// Default 50ms; 10ms to 10s.
	Debounce time.Duration
	// Poll is how often the files are read even if nothing was heard of them. Default 5s;
	// 100ms to 1h.
	Poll time.Duration
	// Tolerant: files that cannot be used at the start do not keep [Start] from beginning.
	// The version that Dir kept last, or else the program's own policies, hold until they can; it is
	// loud. Default: Start fails.
	Tolerant bool
	// Dir is a directory of this process alone, in which versions and overrides outlive it. Empty: they
	// end with it.
	Dir string
	// Keep is how many versions are kept. Default 100; 2 to 10000.
	Keep int
	// Log hears of versions, refusals, overrides and rules. Nil: slog.Default().
	Log *slog.Logger
	// Source is where the files come from in place of Path: a fleet, a test. [Policies.Close]
	// closes it.
	Source Source
	// Host reads the machine for rules that ask for cpu, memory, gc or run_queue. Nil: this
	// machine and its container, as [shedding.NewReader] does. It is read once a second, where a rule asks.
	Host shedding.Source
}

// Source gives files whenever they change.
type Source interface {
	// Changes is where snapshots arrive, the first one without waiting for a change. It may be closed.
	Changes() <-chan watch.Snapshot
	// Close ends it and waits for its goroutines.
	Close() error
}

const (
	defaultKeep = 100
	leastKeep   = 2
	mostKeep    = 10_000
)

func (o Options) withDefaults() Options {
	if o.Keep == 0 {
		o.Keep = defaultKeep
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Env == nil {
		o.Env = os.Environ()
	}
	return o
}

func (o Options) validate() fuseboard.Problems {
	var c plain.Check
	if o.Path == "" && o.Source == nil {
		c.Add(fuseboard.Problem{Path: "path", Code: "missing", Message: "names no policy file", Fix: "set Options.Path to a file or a directory"})
	}
	if o.Path != "" && o.Source != nil {
		c.Add(fuseboard.Problem{Path: "path", Code: "not-both", Value: o.Path, Message: "is not read, because there is a Source", Fix: "set one of the two"})
	}
	c.Int("keep", o.Keep, leastKeep, mostKeep, "")
	return c.Problems()
}
