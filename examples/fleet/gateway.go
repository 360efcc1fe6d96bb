// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Gateway is a payment service behind HTTP.
type Gateway struct {
	// URL is where it answers.
	URL string
	// HTTP makes the requests.
	HTTP *http.Client
}

// Charge asks for money.
type Charge struct {
	// Cents is how much.
	Cents int
}

// Receipt says that a charge was made.
type Receipt struct {
	// Cents is how much was charged.
	Cents int
}

// Charge makes a charge. The context bounds it.
func (g *Gateway) Charge(ctx context.Context, c Charge) (Receipt, error) {
	address := g.URL + "/charge?" + url.Values{"cents": {strconv.Itoa(c.Cents)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, http.NoBody)
	if err != nil {
		return Receipt{}, err
	}
	resp, err := g.HTTP.Do(req)
	if err != nil {
		return Receipt{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return Receipt{}, fmt.Errorf("gateway answered %s", resp.Status)
	}
	return Receipt(c), nil
}
