// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// CertificateStatus is this node's certificate, where its carrier is mutual TLS.
type CertificateStatus struct {
	// Ends is when it ends: from then on no other node lets this one in.
	Ends time.Time `json:"ends"`
	// ReloadsFailed is how often new credentials could not be had, or were wrong.
	ReloadsFailed uint64 `json:"reloads_failed"`
	// Trouble says that it ends soon, or why the last credentials were not taken, with what to do; empty: neither is so.
	Trouble string `json:"trouble,omitempty"`
}

// soonest is how long before its end a certificate is told to end, if that is not most of its life.
const soonest = 7 * 24 * time.Hour

// certificateOf says of a certificate how it is at now.
func certificateOf(now time.Time, s mtls.Stats) *CertificateStatus {
	c := &CertificateStatus{Ends: s.NotAfter, ReloadsFailed: s.ReloadsFailed}
	var says []string
	left := s.NotAfter.Sub(now)
	switch {
	case left <= 0:
		says = append(says, "it ended "+plain.Duration(-left.Round(time.Second))+" ago: nobody lets this node in; renew it")
	case left < min(soonest, s.NotAfter.Sub(s.NotBefore)/4):
		says = append(says, fmt.Sprintf("it ends in %s, at %s: nobody lets this node in then; renew it", plain.Duration(left.Round(time.Second)), s.NotAfter.UTC().Format(time.RFC3339)))
	}
	if s.LastReload != "" {
		says = append(says, "new credentials were not taken, and those before stay: "+s.LastReload)
	}
	c.Trouble = strings.Join(says, "; ")
	return c
}

// certified adds what certificates did to the numbers.
func (all *Numbers) certified(now time.Time, s mtls.Stats) {
	all.Certified, all.CertificateLeft, all.ReloadsFailed = true, max(0, s.NotAfter.Sub(now)), s.ReloadsFailed
	for _, why := range mtls.Reasons() {
		all.Refused[overTLS+why.String()] = s.Refused[why]
	}
}
