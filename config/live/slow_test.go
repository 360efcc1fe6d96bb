// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

// slow takes a policy long after its caller has gone, once.
type slow struct {
	target
	done bool
}

func (s *slow) Update(ctx context.Context, p actors.Policy) (actors.Change, error) {
	if s.done {
		return s.target.Update(ctx, p)
	}
	s.done = true
	<-ctx.Done()
	if _, err := s.target.Update(context.Background(), p); err != nil {
		return actors.Change{}, err
	}
	return actors.Change{}, context.DeadlineExceeded
}

// refusing takes none.
type refusing struct{ target }

func (refusing) Update(context.Context, actors.Policy) (actors.Change, error) {
	return actors.Change{}, errors.New("not this one")
}

// An edit that one guard refuses is taken back from one that takes it late too.
func TestAGuardThatTakesARefusedEditLateIsGivenItsOwnBack(t *testing.T) {
	text := "  \"*\": {bulkhead: {concurrency: 20}}"
	inHouse(t, file(text), Options{}, func(h *house) {
		h.ask(func(k *keeper) {
			k.followed["late"].target = &slow{target: k.followed["late"].target}
			k.followed["never"].target = refusing{k.followed["never"].target}
			var gifts []*gift
			for _, name := range k.names() {
				f := k.followed[name]
				gifts = append(gifts, &gift{to: f, before: f.given, resolved: config.Resolved{Policy: policyOf(30)}})
			}
			if k.give(gifts) == nil {
				t.Error("nobody refused")
			}
		})
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if h.permits("late") != 20 || h.Numbers().Waiting != 0 {
			t.Errorf("%d permits, %+v", h.permits("late"), h.Numbers())
		}
	}, "late", "never")
}
