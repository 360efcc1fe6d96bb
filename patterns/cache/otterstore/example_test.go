// SPDX-License-Identifier: Apache-2.0

package otterstore_test

import (
	"context"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/cache/otterstore"
)

func ExampleNew() {
	policy := cache.Policy{TTL: time.Minute, MaxEntries: 1_000_000}
	users := cache.New[string](policy, nil, otterstore.New)
	defer users.Close(context.Background())

	users.Put("user 7", "Ada")
	name, info, ok, _ := users.Hit("user 7")
	fmt.Println(name, info.From, ok)
	// Output: Ada hit true
}
