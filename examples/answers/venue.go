// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Quote is what a pair of currencies costs.
type Quote struct {
	// Pair is what is quoted: "EURUSD".
	Pair string `json:"pair"`
	// Price is what one of the first costs of the second; zero where nobody says.
	Price float64 `json:"price"`
	// Venue is who says so.
	Venue string `json:"venue"`
}

// Market is what the venues have in common: the price, and whether it is open.
type Market struct {
	mu    sync.Mutex
	down  bool
	price int // in hundredths
	asked int // requests that came to a venue
}

var (
	errDown   = errors.New("venue answered 503 Service Unavailable")
	errNobody = errors.New("venue answered 401 Unauthorized")
)

// Down says whether all venues fail from now on.
func (m *Market) Down(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

// Asked is how many requests came to a venue.
func (m *Market) Asked() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

func (m *Market) ask() (down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	return m.down
}

func (m *Market) trade() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.price++
	return float64(m.price) / 100
}

// Venue stands for an endpoint behind a network.
type Venue struct {
	name   string
	market *Market

	mu    sync.Mutex
	takes time.Duration
}

// Takes says how long the venue takes for an answer from now on.
func (v *Venue) Takes(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.takes = d
}

func (v *Venue) latency() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.takes
}

// Quote asks for a price. The context bounds it, as it would an HTTP request, and has the token.
func (v *Venue) Quote(ctx context.Context, pair string) (Quote, error) {
	down := v.market.ask()
	if ctx.Value(token{}) != "secret" {
		return Quote{}, errNobody
	}
	select {
	case <-time.After(v.latency()):
	case <-ctx.Done():
		return Quote{}, context.Cause(ctx)
	}
	if down {
		return Quote{}, errDown
	}
	return Quote{Pair: pair, Price: v.market.trade(), Venue: v.name}, nil
}
