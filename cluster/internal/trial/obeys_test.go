// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
)

func TestStatusSaysWhichMembersDoNotHaveAnOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		_, strange := signer(t)
		f := newFleet(t, 5, following(), func(i int, o *cluster.Options) {
			switch i {
			case 3:
			case 4:
				strange(i, o)
			default:
				trusting(i, o)
			}
		})
		defer f.close()
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen, Expires: after(2 * time.Minute)})
		for second := range 125 {
			time.Sleep(time.Second)
			for i, r := range f.nodes {
				st, err := r.node.Status(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				want := ""
				if i < 3 && second >= 10 && second < 109 {
					want = "[{n3 no operators} {n4 other operators}]"
				}
				var got string
				for _, o := range st.Orders {
					if len(o.Without) > 0 {
						got += fmt.Sprint(o.Without)
					}
				}
				if got != want && second != 9 && second != 109 {
					t.Errorf("%s, after %ds: %q, want %q", r.name, second+1, got, want)
				}
			}
		}
	})
}
