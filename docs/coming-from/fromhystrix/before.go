// SPDX-License-Identifier: Apache-2.0

package fromhystrix

import (
	"context"

	"github.com/afex/hystrix-go/hystrix"
)

// Before asks the warehouse in a hystrix command.
type Before struct{ fetch Fetch }

// NewBefore configures the command, for the whole process.
func NewBefore(fetch Fetch) *Before {
	hystrix.ConfigureCommand("warehouse", hystrix.CommandConfig{
		Timeout:                500, // ms
		MaxConcurrentRequests:  10,
		RequestVolumeThreshold: 20,
		ErrorPercentThreshold:  50,
		SleepWindow:            5000, // ms
	})
	return &Before{fetch: fetch}
}

// Stock returns how many there are, or Unknown.
func (b *Before) Stock(ctx context.Context, sku string) (int, error) {
	stock := make(chan int, 2) // a late answer must find room beside the fallback's
	err := hystrix.DoC(ctx, "warehouse", func(ctx context.Context) error {
		n, err := b.fetch(ctx, sku)
		if err != nil {
			return err
		}
		stock <- n
		return nil
	}, func(context.Context, error) error {
		stock <- Unknown
		return nil
	})
	if err != nil {
		return 0, err
	}
	return <-stock, nil
}
