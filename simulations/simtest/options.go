// SPDX-License-Identifier: Apache-2.0

package simtest

import "github.com/fuseboard/fuseboard/simulations"

// Option is a choice of [Run] and [Fails].
type Option func(*setup)

// Seeds is how many seeds are run; else as many as the scenario says. With "go test -short" there is one, whatever is said here.
func Seeds(n int) Option { return func(s *setup) { s.options.Runs = n } }

// FirstSeed is the first of the seeds; else the scenario's.
func FirstSeed(seed uint64) Option { return func(s *setup) { s.options.Seed = seed } }

// Set changes the policies under test, as flags do: "payments.retry.attempts=3", "payments.breaker=off". It may be given several times.
func Set(lines ...string) Option {
	return func(s *setup) { s.options.Set = append(s.options.Set, lines...) }
}

// Service is the program under test, with its own code, in place of one that calls the dependency of each load through a guard with
// the policy of its name. See [simulations.Service].
func Service(service simulations.Service) Option {
	return func(s *setup) { s.options.Service = service }
}

// Out writes report.html and report.json into a directory, which is made where there is none, whatever the verdict. Baselines are run then, too;
// without it they are only where an expectation names one.
func Out(dir string) Option { return func(s *setup) { s.out = dir } }
