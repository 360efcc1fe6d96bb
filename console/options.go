// SPDX-License-Identifier: Apache-2.0

package console

import (
	"crypto/tls"
	"net"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/console/api"
)

// Options say what is served, where, and to whom.
type Options struct {
	// Node is what the server tells of, and gives orders to. Required.
	Node *cluster.Node
	// System is the one that Node was joined with. Required.
	System *actors.System
	// Listen is host and port. Default [api.DefaultListen]. A host that other machines can reach needs TLS. Port 0 is any that
	// is free: [Server.Addr] says which.
	Listen string
	// TLS has the server's certificate. Default: in the clear, on loopback only. It may ask clients for
	// certificates; they need the token nevertheless.
	TLS *tls.Config
	// Token is what clients have to know: at least [api.ShortestToken] printable bytes. This or TokenFile is required.
	Token string
	// TokenFile holds the token. Where there is no such file it is made, with a random token that only its owner can read
	// (0600). One that others may read is refused.
	TokenFile string
	// Hosts are names, without port, by which clients may call a server without TLS beside localhost and the addresses of
	// loopback: as behind a proxy that passes the name on. Default none.
	Hosts []string
}

func (o Options) listen() string {
	if o.Listen == "" {
		return api.DefaultListen
	}
	return o.Listen
}

// Validate returns everything wrong with o that can be told without listening.
func (o Options) Validate() fuseboard.Problems {
	var ps fuseboard.Problems
	if o.Node == nil {
		ps = append(ps, fuseboard.Problem{Path: "node", Code: codeMissing, Message: "is required", Fix: "pass the one of cluster.Join"})
	}
	if o.System == nil {
		ps = append(ps, fuseboard.Problem{Path: "system", Code: codeMissing, Message: "is required", Fix: "pass the one that the node was joined with"})
	}
	ps = append(ps, o.listenProblems()...)
	if o.TLS != nil && len(o.TLS.Certificates) == 0 && o.TLS.GetCertificate == nil && o.TLS.GetConfigForClient == nil {
		ps = append(ps, fuseboard.Problem{Path: "tls", Code: codeMissing, Message: "has no certificate", Fix: "set Certificates or GetCertificate"})
	}
	return append(ps, o.tokenProblems()...)
}

func (o Options) tokenProblems() fuseboard.Problems {
	switch {
	case o.Token == "" && o.TokenFile == "":
		return fuseboard.Problems{{Path: "token", Code: codeMissing, Message: "is required", Fix: "set token_file: it is made where there is none"}}
	case o.Token != "" && o.TokenFile != "":
		return fuseboard.Problems{{Path: "token", Code: "conflict", Message: "is given beside token_file", Fix: "leave one of them out"}}
	case o.Token != "":
		return api.TokenProblems("token", o.Token)
	}
	return nil
}

// The codes of problems.
const (
	codeMissing = "missing"
	codeForm    = "form"
)

func (o Options) listenProblems() fuseboard.Problems {
	host, port, err := net.SplitHostPort(o.listen())
	if n, notNumber := strconv.ParseUint(port, 10, 16); err != nil || notNumber != nil || n > 65535 {
		return fuseboard.Problems{{
			Path: "listen", Code: codeForm, Value: o.Listen, Message: "is no host and port", Accepted: "host:port, such as " + api.DefaultListen,
		}}
	}
	if o.TLS == nil && !api.IsLoopback(host) {
		return fuseboard.Problems{{
			Path: "listen", Code: "not-loopback", Value: o.listen(), Message: "can be reached from other machines, and whoever is between could read the token",
			Accepted: "without tls: localhost, 127.0.0.0/8 or [::1]", Fix: "listen on " + api.DefaultListen + ", or set tls",
		}}
	}
	return nil
}
