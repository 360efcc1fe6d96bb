// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
)

// order takes an order to the fleet.
func (s *Server) order(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuseBody(w, err)
		return
	}
	var signed orders.Signed
	if err := signed.UnmarshalText(bytes.TrimSpace(body)); err != nil {
		s.refuseOrder(w, err)
		return
	}
	ps, err := s.node.Foresee(r.Context(), signed.Claim())
	if err != nil {
		fail(w, err)
		return
	}
	if err := ps.Err(); err != nil {
		refuse(w, http.StatusUnprocessableEntity, api.ErrorBody{Code: api.CodePolicy, Message: "the policy would not be valid: " + err.Error(), Problems: api.ProblemsOf(ps.Errors())})
		return
	}
	change, err := s.node.Order(r.Context(), signed)
	if err != nil && change.Entry.Operator == "" {
		s.refuseOrder(w, err)
		return
	}
	answer(w, http.StatusOK, s.receipt(change, err))
}

func (s *Server) receipt(c orders.Change, trouble error) receipt {
	out := receipt{Fleet: s.node.Fleet(), Name: s.node.Name(), Verdict: c.Verdict.String(), Order: cluster.OrderStatusOf(c.Entry)}
	if c.Before != nil {
		before := cluster.OrderStatusOf(*c.Before)
		out.Before = &before
	}
	if trouble != nil {
		out.Trouble = trouble.Error()
	}
	return out
}

func refuseBody(w http.ResponseWriter, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		refuse(w, http.StatusRequestEntityTooLarge, api.ErrorBody{Code: "too-long", Message: "the body is longer than " + strconv.Itoa(mostBody) + " bytes, and no order is: send it as orders.Signed.MarshalText has it"})
		return
	}
	refuse(w, http.StatusBadRequest, api.ErrorBody{Code: "unreadable", Message: "the body broke off: send the order again"})
}

// refuseOrder says why an order is not obeyed.
func (s *Server) refuseOrder(w http.ResponseWriter, err error) {
	why, ok := errors.AsType[*orders.RefusedError](err)
	if !ok {
		fail(w, err)
		return
	}
	body := api.ErrorBody{Code: why.Reason.String(), Message: why.Error()}
	if ps, ok := errors.AsType[fuseboard.Problems](err); ok {
		body.Problems = api.ProblemsOf(ps)
	}
	refuse(w, httpOf(why.Reason), body)
}

// httpOf is the status of a refusal.
func httpOf(r orders.Reason) int {
	switch r {
	case orders.Malformed, orders.OtherFormat:
		return http.StatusBadRequest
	case orders.UnknownKey, orders.BadSignature:
		return http.StatusForbidden
	case orders.OtherFleet, orders.TooFarAhead, orders.Expired:
		return http.StatusConflict
	case orders.Full:
		return http.StatusInsufficientStorage
	}
	return http.StatusBadRequest
}
