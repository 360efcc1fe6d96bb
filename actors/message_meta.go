// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
)

// The headers of a message that [Forward] sends: those of an HTTP request between
// services, in lower case.
const (
	metaPriority = "fuseboard-priority"
	metaTenant   = "fuseboard-tenant"
	metaAttempt  = "fuseboard-attempt"
	metaChain    = "fuseboard-chain"
	metaRequest  = "x-request-id"
)

// longestChain is how many names of a chain are carried; of more, the innermost.
const longestChain = 16

// MessageMeta returns what the header of a message says that came by way of [Forward],
// or from another process: the [fuseboard.Meta] of the context that the request was
// made with. In the Receive of an actor:
//
//	ctx := fuseboard.WithMeta(context.Background(), actors.MessageMeta(c.MessageHeader()))
//
// Guards that are called with that context know whose work it is. The deadline is not
// in it: a message may lie in a mailbox for any time, and who sent it leaves when
// its time is over. A nil header, and what cannot be read, says nothing. It takes the
// header as it is: whoever can send to your actors can say what he likes.
func MessageMeta(header interface{ Get(key string) string }) (m fuseboard.Meta) {
	if header == nil {
		return m
	}
	_ = m.Priority.UnmarshalText([]byte(header.Get(metaPriority))) // else it stays Normal
	m.Tenant, m.Request = header.Get(metaTenant), header.Get(metaRequest)
	if n, err := strconv.Atoi(header.Get(metaAttempt)); err == nil && n > 0 {
		m.Attempt = n
	}
	if chain := header.Get(metaChain); chain != "" {
		m.Chain = innermost(strings.Split(chain, ","))
	}
	return m
}

// metaHeader is what ctx carries as the header of a message; nil if that is nothing.
// It may go through a remote, which takes no text but UTF-8.
func metaHeader(ctx context.Context) map[string]string {
	m := fuseboard.MetaOf(ctx)
	var header map[string]string
	set := func(key, value string) {
		if value == "" || !utf8.ValidString(value) {
			return
		}
		if header == nil {
			header = make(map[string]string)
		}
		header[key] = value
	}
	if m.Priority != fuseboard.Normal {
		set(metaPriority, m.Priority.String())
	}
	if m.Attempt > 0 {
		set(metaAttempt, strconv.Itoa(m.Attempt))
	}
	set(metaTenant, m.Tenant)
	set(metaRequest, m.Request)
	set(metaChain, strings.Join(innermost(m.Chain), ","))
	return header
}

func innermost(chain []string) []string { return chain[max(0, len(chain)-longestChain):] }
