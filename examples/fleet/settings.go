// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// settings say who this replica is, and where the others and the gateway are.
type settings struct {
	name    string   // stays when the process starts again
	bind    string   // where this replica hears the others
	seeds   []string // where some of them may be
	key     []byte   // shared by the fleet, and by nobody else
	listen  string   // where it serves
	gateway string

	console   string // where operators ask; empty: nowhere
	tokenFile string // what they have to know is in it
	operators string // file with the keys of those whose orders count; empty: nobody's do
	dir       string // where orders and members are kept; empty: in memory
	zone      string // where this replica runs; empty: not said
}

// read takes settings from flags, and the key, which is no argument that everybody may see, from the environment.
func read(args []string, env func(string) string, errs io.Writer) (s settings, err error) {
	f := flag.NewFlagSet("fleet", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&s.name, "name", env("POD_NAME"), "name of this replica, the same after a restart (POD_NAME)")
	f.StringVar(&s.bind, "bind", "127.0.0.1:0", "address on which the fleet is heard, UDP and TCP")
	f.StringVar(&s.listen, "listen", "127.0.0.1:8080", "address on which to serve")
	f.StringVar(&s.gateway, "gateway", "http://127.0.0.1:9000", "where the payment gateway answers")
	f.StringVar(&s.console, "console", "", "address on which operators may ask, as fuseboard status does; none by default")
	f.StringVar(&s.tokenFile, "token-file", "", "file with the token that they have to know; made where there is none")
	f.StringVar(&s.operators, "operators", "", "file with the public lines of operators (fuseboard operator keygen), the same in all replicas; none by default")
	f.StringVar(&s.dir, "dir", "", "folder of this replica, where operators' orders outlive all replicas; none by default")
	f.StringVar(&s.zone, "zone", "", "where this replica runs, such as eu-west-1a")
	seeds := f.String("seeds", env("FLEET_SEEDS"), "addresses of other replicas, with commas between (FLEET_SEEDS)")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if *seeds != "" {
		s.seeds = strings.Split(*seeds, ",")
	}
	if s.key, err = hex.DecodeString(env("FLEET_KEY")); err != nil || len(s.key) != 32 {
		return s, errors.New("FLEET_KEY: is no key (accepted: 64 hexadecimal digits, the same in all replicas); make one with: openssl rand -hex 32")
	}
	if s.name == "" {
		return s, fmt.Errorf("-name: is needed; give each replica its own, such as checkout-0, or set POD_NAME")
	}
	return s, nil
}
