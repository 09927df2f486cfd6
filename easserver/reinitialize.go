package easserver

import (
	"context"

	"asms/eas"
)

// spoken says what a device and the server spoke when the device began: its
// protocol version, and those that the server offered.
func (s *Server) spoken(v eas.Version) string {
	return v.String() + " " + eas.FormatVersions(s.offer.Versions)
}

// reinitialize tells a device to begin anew that comes with another protocol
// version than it began with, or to a server that offers others by now. It is told
// once, or once more after the server was started again: one that goes on as
// before is served.
//
// [MS-ASHTTP] 3.2.5.1 Handling HTTP Requests
func (s *Server) reinitialize(ctx context.Context, r *request) error {
	before, known := s.began.get(r.key())
	if !known {
		var err error
		if before, err = s.accounts.Spoken(ctx, r.user, string(r.DeviceID)); err != nil {
			return err
		}
		s.began.put(r.key(), before, 1)
	}
	if before == "" || before == s.spoken(r.Version) {
		return nil
	}
	s.began.put(r.key(), "", 1)
	s.offerAnew(r)
	return nil
}

// offerAnew puts into an answer what the server offers, and that the device is to
// begin anew.
func (s *Server) offerAnew(r *request) {
	s.offer.SetHeader(r.header)
	r.header.Set(eas.HeaderRP, eas.FormatVersions(s.offer.Versions))
}

// begins remembers what is spoken when a device begins.
func (s *Server) begins(ctx context.Context, r *request) error {
	now := s.spoken(r.Version)
	if before, _ := s.began.get(r.key()); before == now {
		return nil
	}
	if err := s.accounts.SetSpoken(ctx, r.user, string(r.DeviceID), now); err != nil {
		return err
	}
	s.began.put(r.key(), now, 1)
	return nil
}
