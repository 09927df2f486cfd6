// Package embed shows how another Go program carries asms inside itself: the
// server's handler beside its own routes, over its own store.
package embed

import (
	"context"
	"fmt"
	"net/http"

	"asms/account"
	"asms/easserver"
	"asms/mailbox"
	"asms/store"
)

// Texts is a server of texts inside another program.
type Texts struct {
	Accounts *account.Accounts
	Mailbox  *mailbox.Mailbox
	store    *store.Store
	server   *easserver.Server
}

// Open opens the texts kept in dir.
func Open(ctx context.Context, dir string) (*Texts, error) {
	st, err := store.Open(ctx, dir, nil)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	t := &Texts{Accounts: account.New(st, nil), Mailbox: mailbox.New(st, nil), store: st}
	t.server = easserver.New(easserver.Options{Mailbox: t.Mailbox, Accounts: t.Accounts})
	return t, nil
}

// Run does what must happen in time. It returns when ctx ends.
func (t *Texts) Run(ctx context.Context) error { return t.Mailbox.Run(ctx) }

// Routes adds ActiveSync to a program's own routes.
func (t *Texts) Routes(mux *http.ServeMux) {
	mux.Handle("/Microsoft-Server-ActiveSync", t.server)
}

// Close ends the requests that wait and closes the store.
func (t *Texts) Close() error {
	t.server.Drain()
	return t.store.Close()
}
