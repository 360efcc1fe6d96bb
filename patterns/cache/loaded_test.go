// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestLoaderTellsAnswersFromFailures(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx   context.Context
		err   error
		keep  Keep
		class fuseboard.Class
	}{
		{t.Context(), nil, Fresh, ""},
		{cancelled, nil, Fresh, ""},
		{cancelled, errDown, Drop, fuseboard.ClassCancelled},
		{t.Context(), context.DeadlineExceeded, Failed, fuseboard.ClassTimeout},
		{t.Context(), errDown, Failed, fuseboard.ClassError},
	} {
		l := Loader(func(context.Context) (int, error) { return 7, c.err })(c.ctx)
		if l.Value != 7 || l.Err != c.err || l.Keep != c.keep || l.Class != c.class {
			t.Errorf("%v: %+v", c.err, l)
		}
	}
}
