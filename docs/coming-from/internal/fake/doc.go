// SPDX-License-Identifier: Apache-2.0

// Package fake is what the guides' tests call instead of a network: a dependency that
// answers by a script, and a server that is reached by a function call.
package fake
