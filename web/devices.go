package web

import (
	"context"
	"net/http"

	"asms/account"
	"asms/api"
	"asms/mailbox"
)

func (s *Server) routesDevices() {
	s.handle("GET /api/v1/devices", api.ScopeDevices, s.getDevices)
	s.handle("POST /api/v1/devices/{id}/allow", api.ScopeDevices, s.own(s.allowDevice))
	s.handle("POST /api/v1/devices/{id}/block", api.ScopeDevices, s.own(s.blockDevice))
	s.handle("POST /api/v1/devices/{id}/wipe", api.ScopeDevices, s.own(s.wipeDevice))
	s.handle("DELETE /api/v1/devices/{id}", api.ScopeDevices, s.own(s.removeDevice))

	s.handle("GET /api/v1/admin/devices", api.ScopeAdmin, s.getAllDevices)
	s.handle("POST /api/v1/admin/users/{name}/devices/{id}/allow", api.ScopeAdmin, s.named(s.allowDevice))
	s.handle("POST /api/v1/admin/users/{name}/devices/{id}/block", api.ScopeAdmin, s.named(s.blockDevice))
	s.handle("POST /api/v1/admin/users/{name}/devices/{id}/wipe", api.ScopeAdmin, s.named(s.wipeDevice))
	s.handle("DELETE /api/v1/admin/users/{name}/devices/{id}", api.ScopeAdmin, s.named(s.removeDevice))
}

// owner is whose device is meant, as the one who asks for it sees the owner.
type owner struct {
	id    mailbox.UserID
	shown string // name, "" for the owner
	admin bool   // who asks is an administrator
}

type deviceHandler func(w http.ResponseWriter, r *http.Request, of owner) error

// own lets h see to a device of the caller.
func (s *Server) own(h deviceHandler) handler {
	return func(w http.ResponseWriter, r *http.Request, who caller) error {
		return h(w, r, owner{id: who.user, admin: who.admin})
	}
}

// named lets h see to a device of the user that the path names.
func (s *Server) named(h deviceHandler) handler {
	return func(w http.ResponseWriter, r *http.Request, _ caller) error {
		u, err := s.accounts.User(r.Context(), r.PathValue("name"))
		if err != nil {
			return err
		}
		return h(w, r, owner{u.ID, u.Name, true})
	}
}

func (s *Server) getDevices(w http.ResponseWriter, r *http.Request, who caller) error {
	list := api.Devices{Devices: []api.Device{}}
	if err := s.listDevices(r.Context(), owner{id: who.user}, &list); err != nil {
		return err
	}
	return answer(w, http.StatusOK, list)
}

// getAllDevices lists the devices of all users, or of one.
func (s *Server) getAllDevices(w http.ResponseWriter, r *http.Request, _ caller) error {
	users, err := s.accounts.Users(r.Context())
	if err != nil {
		return err
	}
	only := r.URL.Query().Get("user")
	if only != "" {
		u, err := s.accounts.User(r.Context(), only)
		if err != nil {
			return err
		}
		users = append(users[:0], u)
	}
	list := api.Devices{Devices: []api.Device{}}
	for _, u := range users {
		if err := s.listDevices(r.Context(), owner{id: u.ID, shown: u.Name}, &list); err != nil {
			return err
		}
	}
	return answer(w, http.StatusOK, list)
}

func (s *Server) listDevices(ctx context.Context, of owner, list *api.Devices) error {
	devices, err := s.accounts.Devices(ctx, of.id)
	if err != nil {
		return err
	}
	queue, err := s.mailbox.Queue(ctx, of.id)
	if err != nil {
		return err
	}
	for _, d := range devices {
		shown := showDevice(of, d, queue)
		if shown.Policy, err = s.accounts.AppliesPolicy(ctx, of.id, d); err != nil {
			return err
		}
		list.Devices = append(list.Devices, shown)
	}
	return nil
}

func showDevice(of owner, d account.Device, queue mailbox.Queue) api.Device {
	return api.Device{
		ID: d.ID, User: of.shown, Type: d.Type, Name: d.FriendlyName, Model: d.Model, OS: d.OS, UserAgent: d.UserAgent,
		Operator: d.MobileOperator, PhoneNumber: d.PhoneNumber, OutboundSMS: d.OutboundSMS, Access: accesses[d.Access],
		FactoryReset: d.Access == account.FactoryReset, Version: d.Version,
		FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, Queue: queue.ByDevice[d.ID],
		WipeRequested: d.WipeRequestedAt, WipeFailed: d.WipeFailedAt, Wiped: d.WipedAt,
	}
}

var accesses = map[account.Access]api.Access{
	account.Allowed:       api.AccessAllowed,
	account.Blocked:       api.AccessBlocked,
	account.Quarantined:   api.AccessQuarantined,
	account.WipeRequested: api.AccessWipeRequested,
	account.FactoryReset:  api.AccessWipeRequested,
	account.Wiped:         api.AccessWiped,
}

func (s *Server) allowDevice(w http.ResponseWriter, r *http.Request, of owner) error {
	d, err := s.accounts.Device(r.Context(), of.id, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !of.admin && s.accounts.CheckOwner(d) != nil {
		return &api.Problem{Status: http.StatusForbidden, Title: "not allowed", Detail: "this device waits for an administrator"}
	}
	return s.setAccess(w, r, of, account.Allowed)
}

func (s *Server) blockDevice(w http.ResponseWriter, r *http.Request, of owner) error {
	return s.setAccess(w, r, of, account.Blocked)
}

func (s *Server) wipeDevice(w http.ResponseWriter, r *http.Request, of owner) error {
	var body api.Wipe
	if err := read(r, &body); err != nil {
		return err
	}
	if body.FactoryReset {
		return s.setAccess(w, r, of, account.FactoryReset)
	}
	return s.setAccess(w, r, of, account.WipeRequested)
}

// setAccess says what the device may do, and lets texts that waited for it, or
// may now go to it, find their way.
func (s *Server) setAccess(w http.ResponseWriter, r *http.Request, of owner, access account.Access) error {
	id := r.PathValue("id")
	if err := s.accounts.SetAccess(r.Context(), of.id, id, access); err != nil {
		return err
	}
	if err := s.mailbox.Route(r.Context(), of.id); err != nil {
		return err
	}
	d, err := s.accounts.Device(r.Context(), of.id, id)
	if err != nil {
		return err
	}
	queue, err := s.mailbox.Queue(r.Context(), of.id)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, showDevice(of, d, queue))
}

func (s *Server) removeDevice(w http.ResponseWriter, r *http.Request, of owner) error {
	if err := s.accounts.RemoveDevice(r.Context(), of.id, r.PathValue("id")); err != nil {
		return err
	}
	if err := s.mailbox.Route(r.Context(), of.id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
