package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"asms/account"
	"asms/mailbox"
	"asms/web"
)

// control does what the commands beside a server ask for: in the server's
// process, reached through its control socket, or in their own when none runs.
type control struct {
	accounts *account.Accounts
	mailbox  *mailbox.Mailbox
	api      http.Handler // the contract, for the owner of the data directory
}

func newControl(accounts *account.Accounts, box *mailbox.Mailbox, people *web.Server) *control {
	return &control{accounts, box, people.AsOwner()}
}

// ServeHTTP answers as the API does, and what is not in the API with the JSON of
// what it did.
func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		c.api.ServeHTTP(w, r)
		return
	}
	switch r.URL.Path {
	case "/policy/set", "/policy/clear":
		answer(w, r, c.definePolicy)
	case "/policy/show":
		answer(w, r, c.showPolicy)
	default:
		refuse(w, http.StatusNotFound, errors.New("the server does not know this command: it is of another version"))
	}
}

// maxControl bounds a request.
const maxControl = 64 << 10

// answer decodes a request strictly, does it and encodes what comes of it.
func answer[In, Out any](w http.ResponseWriter, r *http.Request, do func(context.Context, In) (Out, error)) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControl))
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var in In
	if err := d.Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the request is malformed: %w", err))
		return
	}
	if _, err := d.Token(); err != io.EOF {
		refuse(w, http.StatusBadRequest, errors.New("the request is malformed: more follows"))
		return
	}
	out, err := do(r.Context(), in)
	if err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // whoever asked is gone
}

type refusal struct{ Error string }

func refuse(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(refusal{err.Error()}) // whoever asked is gone
}
