// SPDX-License-Identifier: Apache-2.0

package nginx

import (
	"fmt"
	"strings"
	"time"
)

// text returns the configuration file. One process, in the foreground, as the user who
// runs the test: so there is no master to be root, and one signal ends it.
func (c Config) text(dir, addr string) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("daemon off;\nmaster_process off;\npid %q;\nerror_log stderr warn;", dir+"/nginx.pid")
	line("events { worker_connections 512; }\nhttp {\naccess_log off;")
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		line("%s_temp_path %q;", kind, dir+"/"+kind)
	}
	if c.PerMinute > 0 {
		line("limit_req_zone $server_name zone=all:1m rate=%dr/m;", c.PerMinute)
	}
	if c.Gzip {
		line("gzip on;\ngzip_proxied any;\ngzip_types text/plain;\ngzip_min_length 20;")
	}
	line("server {\nserver_name proxy;\nlisten %s%s;", addr, c.listen())
	if c.HTTP2 {
		line("ssl_certificate %q;\nssl_certificate_key %q;", dir+"/cert.pem", dir+"/key.pem")
	}
	c.location(line)
	line("}\n}")
	return []byte(b.String())
}

func (c Config) listen() string {
	if c.HTTP2 {
		return " ssl http2"
	}
	return ""
}

// location is the part that hands on.
func (c Config) location(line func(string, ...any)) {
	timeout, status := c.ReadTimeout, c.LimitStatus
	if timeout == 0 {
		timeout = time.Minute
	}
	if status == 0 {
		status = 503
	}
	line("location / {\nproxy_pass http://%s;", c.Upstream)
	line("proxy_http_version 1.1;\nproxy_set_header Connection \"\";\nproxy_set_header Host $http_host;")
	line("proxy_next_upstream off;\nproxy_read_timeout %dms;", timeout.Milliseconds())
	if !c.Buffer {
		line("proxy_buffering off;\nproxy_request_buffering off;")
	}
	if c.PerMinute > 0 {
		line("limit_req zone=all%s;\nlimit_req_status %d;", c.burst(), status)
	}
	line("}")
}

func (c Config) burst() string {
	if c.Burst == 0 {
		return ""
	}
	return fmt.Sprintf(" burst=%d nodelay", c.Burst)
}
