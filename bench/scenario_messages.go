// SPDX-License-Identifier: Apache-2.0

package main

// messageScenarios are those of requests that travel as messages.
func messageScenarios() []scenario {
	return []scenario{
		of(asking, scenario{
			name: "ask", group: "messages", cores: both, wants: succeed,
			about: "a request is sent, its sender waits for the answer: Ask and Wait, beside a future to an actor that protects nothing",
		}, ok),
		of(messages, scenario{
			name: "message", group: "messages", cores: both, wants: succeed,
			about: "an actor sends a request to a PID and is answered by a message, one after the other",
		}, ok),
	}
}
