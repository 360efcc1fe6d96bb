// SPDX-License-Identifier: Apache-2.0

// Package adaptive finds by itself how many calls a dependency bears at once.
package adaptive
