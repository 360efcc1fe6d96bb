// SPDX-License-Identifier: Apache-2.0

// Package servers runs real server programs for tests: nginx, Prometheus, whatever
// a Debian package brings. A test that needs one says which; where it is missing the
// test is skipped with the line that installs it.
//
// It is a kit: only test files import it, so nothing of it reaches a user.
//
// # Ordering and ownership
//
//   - [Start] returns when the server answers on its first address
//     (TestAServerAnswersWhenStartReturns), and fails the test with what the program
//     said when it ends before that (TestAProgramThatEndsBeforeItIsReadyFailsTheTestWithItsWords).
//   - Ports are found free and then given to the program; another process may take
//     one in between. A program that ends before it is ready is started again with
//     new ports, three times in all (TestAProgramThatEndsEarlyIsTriedAgainOnOtherPorts).
//   - The test owns the process. It is told to stop when the test ends, after the
//     cleanups that were registered later; then it is waited for, and killed
//     where it does not go, which fails the test (TestAServerThatDoesNotStopIsKilledAndFailsTheTest).
//     On Linux it ends with the test's process as well, however that dies.
//   - A missing program skips the test (TestAMissingProgramSkipsWithTheLineThatInstallsIt),
//     or fails it where [Required] is set (TestAMissingProgramFailsWhereServersAreRequired).
package servers
