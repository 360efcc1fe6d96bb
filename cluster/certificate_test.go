// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip/mtls"
)

func TestACertificateIsToldBeforeItEnds(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		life, left time.Duration
		reload     string
		says       string
	}{
		{365 * 24 * time.Hour, 8 * 24 * time.Hour, "", ""},
		{365 * 24 * time.Hour, 6 * 24 * time.Hour, "", "it ends in 144h, at 2026-03-07T12:00:00Z"},
		{time.Hour, 20 * time.Minute, "", ""},
		{time.Hour, 14 * time.Minute, "", "it ends in 14m"},
		{time.Hour, -time.Minute, "", "it ended 1m ago: nobody lets this node in; renew it"},
		{time.Hour, 50 * time.Minute, "no such file", "those before stay: no such file"},
		{time.Hour, 5 * time.Minute, "no such file", "renew it; new credentials were not taken"},
	} {
		s := mtls.Stats{NotBefore: now.Add(c.left - c.life), NotAfter: now.Add(c.left), LastReload: c.reload, ReloadsFailed: 3}
		got := certificateOf(now, s)
		if (got.Trouble == "") != (c.says == "") || !strings.Contains(got.Trouble, c.says) || got.ReloadsFailed != 3 || !got.Ends.Equal(s.NotAfter) {
			t.Errorf("%v of %v: %+v, want %q", c.left, c.life, got, c.says)
		}
	}
}
