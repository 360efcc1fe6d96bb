// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// stage is a policy that is on, in words.
type stage struct {
	Name string `json:"name"`
	Says string `json:"says"`
}

// sight asks a guard of the policy what a call of the operation meets, and which values it has then.
// A guard knows that best: nothing is told here that would not be so.
func sight(r config.Resolved, operation string) (stages []stage, seen config.Resolved, err error) {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return nil, r, err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()
	return sightIn(ctx, sys, r, operation)
}

// sightIn is sight, in a System for many.
func sightIn(ctx context.Context, sys *actors.System, r config.Resolved, operation string) (stages []stage, seen config.Resolved, err error) {
	guard, err := actors.Protect(sys, "explained", r.Policy)
	if err != nil {
		return nil, r, fmt.Errorf("%s: %w", r.Name, err)
	}
	defer func() { err = errors.Join(err, guard.Stop(ctx)) }()
	e := guard.Explain()
	if operation != "" {
		e = guard.ExplainOperation(ctx, operation, 1)
		r.Values = valuesOf(r, e)
	}
	for _, s := range e.Stages {
		if s.On {
			stages = append(stages, stage{s.Name, s.Now})
		}
	}
	return stages, r, nil
}

// valuesOf are the values that calls of an operation have: what cases say stands in its place, over what it hides.
func valuesOf(r config.Resolved, e actors.Explanation) []config.Value {
	laid := map[string]config.Value{}
	var values []config.Value
	for _, s := range e.Stages {
		for _, setting := range s.Settings {
			if v, is := saidByCase(r, setting); is {
				laid[setting.Path] = v
			}
		}
	}
	for _, v := range r.Values {
		over, is := laid[v.Path]
		switch {
		case strings.HasPrefix(v.Path, "operations.") || strings.HasPrefix(v.Path, "cases["):
			continue
		case is:
			over.Under = append([]config.Said{{Text: v.Text, Origin: v.Origin}}, v.Under...)
			v = over
			delete(laid, v.Path)
		}
		values = append(values, v)
	}
	return added(values, laid, e)
}

// added puts in what the cases alone say, in the order of the stages.
func added(values []config.Value, laid map[string]config.Value, e actors.Explanation) []config.Value {
	for _, s := range e.Stages {
		for _, setting := range s.Settings {
			if v, is := laid[setting.Path]; is {
				values = append(values, v)
			}
		}
	}
	return values
}

// saidByCase finds what a case of the policy says, with its origin.
func saidByCase(r config.Resolved, setting actors.Setting) (config.Value, bool) {
	for i, c := range r.Policy.Cases {
		home := plain.At("cases", i)
		if string(setting.Origin) != home {
			continue
		}
		homes := []string{home}
		for _, name := range c.Operations {
			homes = append(homes, plain.Below("operations", name))
		}
		field := setting.Path[strings.LastIndex(setting.Path, ".")+1:] // max_wait, cost: fields of the case itself
		for _, v := range r.Values {
			for _, h := range homes {
				if v.Path == h+"."+setting.Path || v.Path == h+"."+field {
					return config.Value{Path: setting.Path, Text: setting.Value, Origin: v.Origin, Under: v.Under}, true
				}
			}
		}
	}
	return config.Value{}, false
}
