// SPDX-License-Identifier: Apache-2.0

package cache_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/patterns/cache"
)

func ExampleNew() {
	users := cache.New[string](cache.Policy{TTL: time.Minute, StaleIfError: time.Hour}, nil, nil)
	defer users.Close(context.Background())

	asked := 0
	load := cache.Loader(func(context.Context) (string, error) {
		if asked++; asked > 1 {
			return "", errors.New("the dependency is down")
		}
		return "Ada", nil
	})
	for range 3 {
		name, info, err := users.Get(context.Background(), "user 7", load)
		fmt.Println(name, err, info.From)
	}
	users.Forget("user 7")
	_, _, err := users.Get(context.Background(), "user 7", load)
	fmt.Println(err)
	// Output:
	// Ada <nil> load
	// Ada <nil> hit
	// Ada <nil> hit
	// the dependency is down
}
