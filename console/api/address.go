// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/netip"
	"strings"
)

// DefaultListen is where a console listens, and a client asks, that was told nothing else.
const DefaultListen = "127.0.0.1:7979"

// IsLoopback reports whether only this machine can reach a host.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
