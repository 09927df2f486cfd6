package web

import (
	"context"
	"errors"
	"net/http"
	"runtime"

	"asms/account"
	"asms/api"
)

func (s *Server) routesAdmin() {
	s.handle("GET /api/v1/admin/users", api.ScopeAdmin, s.getUsers)
	s.handle("POST /api/v1/admin/users", api.ScopeAdmin, s.addUser)
	s.handle("PATCH /api/v1/admin/users/{name}", api.ScopeAdmin, s.changeUser)
	s.handle("DELETE /api/v1/admin/users/{name}", api.ScopeAdmin, s.removeUser)
	s.handle("GET /api/v1/admin/queue", api.ScopeAdmin, s.getQueue)
	s.handle("GET /api/v1/admin/health", api.ScopeAdmin, s.getHealth)
}

func (s *Server) getUsers(w http.ResponseWriter, r *http.Request, _ caller) error {
	users, err := s.accounts.Users(r.Context())
	if err != nil {
		return err
	}
	list := api.AdminUsers{Users: make([]api.AdminUser, 0, len(users))}
	for _, u := range users {
		shown, err := s.showUser(r.Context(), u)
		if errors.Is(err, account.ErrNoUser) {
			continue // removed meanwhile
		}
		if err != nil {
			return err
		}
		list.Users = append(list.Users, shown)
	}
	return answer(w, http.StatusOK, list)
}

func (s *Server) showUser(ctx context.Context, u account.User) (api.AdminUser, error) {
	devices, err := s.accounts.Devices(ctx, u.ID)
	if err != nil {
		return api.AdminUser{}, err
	}
	messages, err := s.mailbox.Count(ctx, u.ID)
	if err != nil {
		return api.AdminUser{}, err
	}
	return api.AdminUser{
		Name: u.Name, Admin: u.Admin, Policy: u.Policy, ActiveSync: u.ActiveSync, Created: u.Created, Devices: len(devices), Messages: messages,
	}, nil
}

func (s *Server) addUser(w http.ResponseWriter, r *http.Request, _ caller) error {
	var body api.NewUser
	if err := read(r, &body); err != nil {
		return err
	}
	u, err := s.accounts.AddUser(r.Context(), body.Name, body.Password, body.Admin)
	if err != nil {
		return err
	}
	shown, err := s.showUser(r.Context(), u)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, shown)
}

// changeUser changes what is given. One's own password and rights are not
// changed here: the one takes the current password, the other somebody else.
func (s *Server) changeUser(w http.ResponseWriter, r *http.Request, who caller) error {
	var body api.UserChange
	if err := read(r, &body); err != nil {
		return err
	}
	ctx := r.Context()
	u, err := s.accounts.User(ctx, r.PathValue("name"))
	if err != nil {
		return err
	}
	if u.ID == who.user && (body.Password != nil || body.Admin != nil) {
		return conflict("an administrator cannot change the own password or rights here")
	}
	if body.Password != nil {
		err = s.accounts.SetPassword(ctx, u.ID, *body.Password)
	}
	if err == nil && body.Admin != nil {
		err = s.accounts.SetAdmin(ctx, u.ID, *body.Admin)
	}
	if err == nil && body.Policy != nil {
		if err = s.accounts.SetPolicy(ctx, u.ID, *body.Policy); err == nil {
			err = s.mailbox.Route(ctx, u.ID)
		}
	}
	if err == nil && body.ActiveSync != nil {
		if err = s.accounts.SetActiveSync(ctx, u.ID, *body.ActiveSync); err == nil {
			err = s.mailbox.Route(ctx, u.ID)
		}
	}
	if err != nil {
		return err
	}
	if u, err = s.accounts.User(ctx, u.Name); err != nil {
		return err
	}
	shown, err := s.showUser(ctx, u)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, shown)
}

func (s *Server) removeUser(w http.ResponseWriter, r *http.Request, who caller) error {
	u, err := s.accounts.User(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	if u.ID == who.user {
		return conflict("an administrator cannot remove the own account")
	}
	if err := s.accounts.RemoveUser(r.Context(), u.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// getQueue counts the texts that have not left yet, of those who have any.
func (s *Server) getQueue(w http.ResponseWriter, r *http.Request, _ caller) error {
	users, err := s.accounts.Users(r.Context())
	if err != nil {
		return err
	}
	list := api.Queue{Queue: []api.QueueEntry{}}
	for _, u := range users {
		q, err := s.mailbox.Queue(r.Context(), u.ID)
		if err != nil {
			return err
		}
		if !q.Oldest.IsZero() {
			list.Queue = append(list.Queue, api.QueueEntry{
				User: u.Name, Waiting: q.Waiting, HandedOver: q.HandedOver, Unknown: q.Unknown, Oldest: &q.Oldest,
			})
		}
	}
	return answer(w, http.StatusOK, list)
}

func (s *Server) getHealth(w http.ResponseWriter, r *http.Request, _ caller) error {
	users, err := s.accounts.Users(r.Context())
	if err != nil {
		return err
	}
	h := api.Health{Version: s.opts.Version, Started: s.started, Users: len(users), Streams: int(s.streams.Load())}
	for _, u := range users {
		devices, err := s.accounts.Devices(r.Context(), u.ID)
		if err != nil && !errors.Is(err, account.ErrNoUser) {
			return err
		}
		h.Devices += len(devices)
	}
	if s.opts.DatabaseBytes != nil {
		h.DatabaseBytes = s.opts.DatabaseBytes()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	h.MemoryBytes = int64(memory.Sys - memory.HeapReleased)
	return answer(w, http.StatusOK, h)
}
