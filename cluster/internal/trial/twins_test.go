// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/cluster"
)

func TestTwoNodesOfOneNameAreToldAndOneThatBeginsAgainIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, following(), nil)
		defer f.close()
		time.Sleep(5 * time.Second)
		f.dies()
		f.start(2, following(), nil)
		for range 40 {
			time.Sleep(time.Second)
			for _, r := range f.nodes {
				if st, err := r.node.Status(t.Context()); err != nil || st.Trouble != "" {
					t.Fatalf("%s: %q, %v", r.name, st.Trouble, err)
				}
			}
		}
		f.start(3, following(), func(_ int, o *cluster.Options) {
			o.Name = "n1"
			o.Carrier = func(string) (memberlist.NodeAwareTransport, error) { return f.net.Node("n3") }
		})
		time.Sleep(25 * time.Second)
		for _, r := range f.nodes {
			st, err := r.node.Status(t.Context())
			if err != nil || !strings.Contains(st.Trouble, "two nodes run under the name n1, at 10.0.0.") {
				t.Errorf("%s: %q, %v", r.name, st.Trouble, err)
			}
		}
	})
}
