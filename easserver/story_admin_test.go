package easserver

import (
	"context"
	"encoding/json"
	"strings"

	"asms/account"
	"asms/store"
)

// administer does what "-- ADMIN: … --" says: "policy" with the policy as JSON
// below, or "wipe", "reset", "block", "allow" and a device.
func (s *story) administer(command, text string) string {
	s.t.Helper()
	ctx := context.Background()
	anna, err := s.lab.accounts.User(ctx, "anna")
	if err != nil {
		s.t.Fatal(err)
	}
	what, device, _ := strings.Cut(command, " ")
	switch what {
	case "policy":
		var p *account.Policy
		if err = json.Unmarshal([]byte(text), &p); err == nil {
			err = s.lab.accounts.DefinePolicy(ctx, anna.ID, p)
		}
	case "wipe", "reset":
		err = s.lab.accounts.RequestWipe(ctx, anna.ID, device, what == "reset")
	case "block":
		err = s.lab.accounts.SetAccess(ctx, anna.ID, device, store.Blocked)
	case "allow":
		err = s.lab.accounts.SetAccess(ctx, anna.ID, device, store.Allowed)
	default:
		s.t.Fatalf("no administrator can %s", command)
	}
	if err != nil {
		return err.Error()
	}
	return "done"
}
