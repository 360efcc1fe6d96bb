// SPDX-License-Identifier: Apache-2.0

// Package nginx starts a real nginx for a test: a reverse proxy in front of an upstream
// of the test's own, with the faults that a proxy brings by itself (502, 504, a limit of
// requests, gzip, HTTP/2). Where nginx is missing the test is skipped with the line
// that installs it.
//
// It is a kit: only test files import it, so nothing of it reaches a user.
//
// # Ordering and ownership
//
//   - The test owns the process, as in package servers: [Start] returns when nginx accepts
//     connections, and it is stopped and waited for when the test ends. Start it after
//     its upstream, so that it stops before (TestNginxHandsRequestsOn).
//   - It needs no root and touches no file outside of the test's folder. It never
//     sends a request twice by itself (TestNginxAnswersForAnUpstreamThatIsNotThere).
package nginx
