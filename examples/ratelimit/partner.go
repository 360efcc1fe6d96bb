// SPDX-License-Identifier: Apache-2.0

package main

import "time"

// StatusTooManyRequests is what a partner answers who is asked too much (HTTP 429).
const StatusTooManyRequests = 429

// Partner stands for somebody else's service, which is busy once.
type Partner struct {
	// Got is how many requests came.
	Got        int
	busyAt     int
	retryAfter time.Duration
}

// Answer is what came back.
type Answer struct {
	// Status is that of HTTP.
	Status int
	// RetryAfter is how long the partner wants to be left alone; zero if it does not.
	RetryAfter time.Duration
}

// Get answers a request.
func (p *Partner) Get() Answer {
	if p.Got++; p.Got == p.busyAt {
		return Answer{Status: StatusTooManyRequests, RetryAfter: p.retryAfter}
	}
	return Answer{Status: 200}
}
