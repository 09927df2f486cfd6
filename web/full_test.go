package web_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"asms/account"
	"asms/api"
	"asms/mailbox"
	"asms/store"
	"asms/web"
)

// A text that a server without room cannot keep is refused with 507.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	st, err := store.Open(t.Context(), t.TempDir(), &store.Options{Unsynced: true, MaxBytes: 512 << 10})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{box: mailbox.New(st, nil), accts: account.New(st, &account.Options{Cost: account.Cost{Memory: 64, Passes: 1, Threads: 1}})}
	server := httptest.NewServer(checked(t, web.New(web.Options{Mailbox: l.box, Accounts: l.accts, Version: "test"})))
	t.Cleanup(func() { server.Close(); st.Close() })
	l.url = server.URL
	if l.user, err = l.accts.AddUser(t.Context(), "ann", password, false); err != nil {
		t.Fatal(err)
	}
	c := l.client(t, "ann", password)
	for n := range 300 {
		_, err := c.Send(t.Context(), api.NewMessage{To: []string{"+14255550123"}, Body: strings.Repeat("x", 8<<10)}, fmt.Sprint("key ", n))
		var p *api.Problem
		if errors.As(err, &p) && p.Status == 507 {
			if all, err := l.box.Count(t.Context(), l.user.ID); err != nil || all != n {
				t.Errorf("%d texts are kept, want %d: %v", all, n, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("never full")
}
