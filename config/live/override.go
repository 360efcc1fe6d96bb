// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Override asks for a change of one value of one dependency, for a time.
type Override struct {
	// Dependency is the guard's name, or that of an entry of the files; no wildcards.
	Dependency string
	// Path is the field: "bulkhead.concurrency"; a section takes a section.
	Path string
	// Value is as in the files: "8", "300ms", "off", "{attempts: 1}".
	Value string
	// TTL is how long it holds; then it ends by itself. 1s to 24h; there is no default.
	TTL time.Duration
	// By is who does it, and Reason why: both are asked for, shown, and kept.
	By, Reason string
}

// The least and the longest time of an override.
const (
	ShortestOverride = time.Second
	LongestOverride  = 24 * time.Hour
)

// held is an override in force.
type held struct {
	config.Override
	Since time.Time
}

// Override lays a value over the files for a time, for one dependency. It stays through every edit
// of the files, and takes the place of one for the same field. It needs no force line: its reason and its end are
// that. An edit that the override makes wrong is refused, with the override's name, and comes into force when it ends.
//
// Errors: fuseboard.Problems for what is asked for and not there, [config.Problems] for a path or
// value that cannot be, or that makes the policy wrong; a *DependencyError for a name that nobody knows; ErrClosed; the cause
// of ctx's end, and then it may still happen.
func (p *Policies) Override(ctx context.Context, o Override) (Version, error) {
	if err := o.validate(); err != nil {
		return Version{}, err
	}
	return p.change(ctx, func(k *keeper) (Version, error) {
		now := time.Now()
		all := append(k.without(o.Dependency, o.Path), held{Since: now, Override: config.Override{
			Dependency: o.Dependency, Path: o.Path, Value: o.Value, By: o.By, Reason: o.Reason, Until: now.Add(o.TTL),
		}})
		reason := fmt.Sprintf("%s.%s = %s for %s: %s", o.Dependency, o.Path, o.Value, plain.Duration(o.TTL), o.Reason)
		return k.override(o.Dependency, all, o.By, reason)
	})
}

// Revoke ends the override of a field before its time. By and reason are asked for.
//
// Errors: an *OverrideError where there is none; those of Override.
func (p *Policies) Revoke(ctx context.Context, dependency, path, by, reason string) (Version, error) {
	if err := signed("revoke", by, reason); err != nil {
		return Version{}, err
	}
	return p.change(ctx, func(k *keeper) (Version, error) {
		rest := k.without(dependency, path)
		if len(rest) == len(k.overrides) {
			return Version{}, &OverrideError{Dependency: dependency, Path: path, Held: k.fieldsOf(dependency)}
		}
		return k.override(dependency, rest, by, fmt.Sprintf("%s.%s revoked: %s", dependency, path, reason))
	})
}

// override brings another list of overrides, of which those of one dependency are new.
func (k *keeper) override(dependency string, all []held, by, reason string) (Version, error) {
	if k.followed[dependency] == nil {
		if !k.set.Has(dependency) {
			return Version{}, k.stranger(dependency)
		}
		next := k.standing
		next.overrides = all
		if _, problems := next.resolve(dependency, actors.Policy{}); problems.Err() != nil {
			return Version{}, problems.Errors()
		}
	}
	v, err := k.bring(proposal{overrides: &all, cause: CauseOverride, by: by, reason: reason})
	if err == nil {
		k.again()
	}
	return v, err
}

// endOverrides ends those whose time is over.
func (k *keeper) endOverrides(now time.Time) {
	var rest []held
	var ended []string
	for _, o := range k.overrides {
		if o.Until.After(now) {
			rest = append(rest, o)
			continue
		}
		ended = append(ended, o.Dependency+"."+o.Path)
	}
	if len(ended) == 0 {
		return
	}
	p := proposal{overrides: &rest, cause: CauseOverride, reason: fmt.Sprintf("ended: %v", ended)}
	if _, err := k.bring(p); err != nil {
		k.log.Error("an override has ended, and a guard cannot be without it; it keeps what it has", "problems", err.Error())
		k.bringFact(p)
	}
	k.again()
}

func (k *keeper) fieldsOf(dependency string) (paths []string) {
	for _, o := range k.overrides {
		if o.Dependency == dependency {
			paths = append(paths, o.Path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (o Override) validate() error {
	var c plain.Check
	for _, field := range [][2]string{{"dependency", o.Dependency}, {"path", o.Path}, {"value", o.Value}} {
		if field[1] == "" {
			c.Add(fuseboard.Problem{Path: field[0], Code: "missing", Message: "is asked for", Fix: "say which field of which dependency gets which value"})
		}
	}
	if strings.ContainsAny(o.Dependency, "*?") {
		c.Add(fuseboard.Problem{Path: "dependency", Code: "wildcard", Value: o.Dependency, Message: "names no dependency: an override is of one", Fix: "override each by its name, or edit the file"})
	}
	if o.TTL == 0 {
		c.Add(fuseboard.Problem{Path: "ttl", Code: "missing", Message: "is asked for: an override ends by itself", Accepted: "1s to 24h"})
	}
	c.Duration("ttl", o.TTL, ShortestOverride, LongestOverride, "for longer, edit the file")
	problems := c.Problems()
	if err, wrong := signed("override", o.By, o.Reason).(fuseboard.Problems); wrong { //nolint:errorlint // signed gives nothing else
		problems = append(problems, err...)
	}
	return problems.Err()
}

// OverrideError says that a field has no override.
type OverrideError struct {
	// Dependency and Path are what was asked for; Held are the fields of the dependency that have one.
	Dependency, Path string
	Held             []string
}

// Error names the fields that have one.
func (e *OverrideError) Error() string {
	if len(e.Held) == 0 {
		return fmt.Sprintf("%s has no overrides", e.Dependency)
	}
	return fmt.Sprintf("%s.%s has no override (held: %v)", e.Dependency, e.Path, e.Held)
}
