// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// policy is one kind of protection that a contender gives.
type policy string

const (
	deadlines policy = "deadline"
	retries   policy = "retry"
	breaker   policy = "breaker"
	bulkhead  policy = "bulkhead"
	rates     policy = "rate limit"
)

// full is what a stack must have to be compared with Fuseboard's as its equal.
var full = []policy{deadlines, retries, breaker, bulkhead}

// contender is what protects calls: one way of doing it, or one library.
type contender struct {
	name string
	has  []policy // of its stack
	note string   // what a reader of the figures should know
	// protect puts the contender in front of a transport. finish ends what it started.
	// Nil: it takes no part over HTTP.
	protect func(base http.RoundTripper) (protected http.RoundTripper, finish func(), err error)
	// ways are the kinds of protected call that it takes part in.
	ways map[kind]way
	// many makes instances that live side by side; nil: each is a stack of its own.
	many func(n need, instances int) (made any, finish func(), err error)
}

// contenders are those that registered.
var contenders []contender

// register adds a contender. Its result is for a package variable without a name, so
// that a contender's file is all there is to change.
func register(c contender) bool {
	contenders = append(contenders, c)
	return true
}

// title is the name, with what it lacks of a full stack.
func (c contender) title() string {
	switch {
	case len(c.has) == 0:
		return c.name + " (no policies)"
	case c.lacks():
		words := make([]string, len(c.has))
		for i, p := range c.has {
			words[i] = string(p)
		}
		return c.name + " (" + strings.Join(words, ", ") + " only)"
	}
	return c.name
}

func (c contender) lacks() bool {
	return slices.ContainsFunc(full, func(p policy) bool { return !slices.Contains(c.has, p) })
}

// The same settings for everybody, where a contender has them.
const (
	attempts    = 3
	wait        = time.Millisecond // so that the tests, where retries happen, are short
	attemptTime = 10 * time.Second
	totalTime   = 30 * time.Second
	atOnce      = 512
	slots       = 10 // of the window
	minCalls    = 20
	window      = 10 * time.Second
	openFor     = 10 * time.Second
)

// transport makes a RoundTripper of a function.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// Do is RoundTrip for those that want a client.
func (t transport) Do(req *http.Request) (*http.Response, error) { return t(req) }
