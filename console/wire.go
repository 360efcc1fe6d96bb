// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/console/api"
)

// What a node says goes out as the cluster has it. The types of package api are what clients read of it: they must not know the
// cluster, and TestClientsReadAllThatANodeSays holds the two together.
type (
	members struct {
		Fleet   string                 `json:"fleet"`
		Name    string                 `json:"name"`
		Members []cluster.MemberStatus `json:"members"`
		cluster.Contacts
	}
	status struct {
		cluster.Status
		Guards []api.Guard `json:"guards"`
	}
	dependency struct {
		api.Guard
		Node        string                    `json:"node"`
		Fleet       string                    `json:"fleet"`
		Verdict     *cluster.DependencyStatus `json:"verdict,omitempty"`
		Orders      []cluster.OrderStatus     `json:"orders"`
		Explanation json.RawMessage           `json:"explanation"`
		Text        string                    `json:"text"`
	}
	receipt struct {
		Fleet   string               `json:"fleet"`
		Name    string               `json:"name"`
		Verdict string               `json:"verdict"`
		Order   cluster.OrderStatus  `json:"order"`
		Before  *cluster.OrderStatus `json:"before,omitempty"`
		Trouble string               `json:"trouble,omitempty"`
	}
)
