// SPDX-License-Identifier: Apache-2.0

// Package browsertest opens reports of simulations in a real browser: on a phone and on a desk, light and dark, on
// paper, and by keys alone. It is a module of its own, so that what drives the browser is in no user's go.sum.
package browsertest
