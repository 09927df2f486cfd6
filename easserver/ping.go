package easserver

import (
	"context"
	"slices"
	"time"

	"asms/eas"
	"asms/mailbox"
)

// rememberedPing is what a device waits for, for requests that do not say.
type rememberedPing struct {
	interval int // seconds, 0 if it never said
	folders  []string
}

// errHierarchyStale ends a Ping whose device must synchronize folders first.
var errHierarchyStale = failed(eas.PingStatusFolderSyncRequired)

// ping waits until something is added to some folders.
//
// [MS-ASCMD] 2.2.1.13 Ping, 3.1.5.8 Monitoring Folders
func (s *Server) ping(ctx context.Context, r *request) (any, error) {
	p, response, err := s.pingParameters(r)
	if response != nil || err != nil {
		return response, err
	}
	for _, id := range p.folders {
		if _, err := s.folderType(ctx, r, eas.CollectionID(id)); err != nil {
			return nil, err
		}
	}
	again := func() error {
		if err := s.recheck(r); err != nil {
			return err
		}
		stale, err := s.mailbox.HierarchyStale(ctx, r.user, string(r.DeviceID))
		if err == nil && stale {
			err = errHierarchyStale
		}
		return err
	}
	watches := make([]mailbox.Watch, len(p.folders))
	for i, id := range p.folders {
		watches[i].Folder = id
	}
	changed := &eas.PingResponseFolders{}
	err = s.hang(ctx, r, time.Duration(p.interval)*time.Second, watches, again, func(_ context.Context, ready []string) (bool, error) {
		for _, id := range ready {
			changed.Folder = append(changed.Folder, eas.CollectionID(id))
		}
		return len(ready) > 0, nil
	})
	if err != nil {
		return nil, err
	}
	if len(changed.Folder) == 0 {
		return &eas.PingResponse{Status: eas.PingStatusExpired}, nil
	}
	return &eas.PingResponse{Status: eas.PingStatusChanges, Folders: changed}, nil
}

// pingParameters returns what to wait for and how long, from the request and
// from the one before, or the response to a request that does not say it.
//
// [MS-ASCMD] 2.2.3.177.11 Status (Ping)
func (s *Server) pingParameters(r *request) (*rememberedPing, any, error) {
	var p rememberedPing
	if before, ok := s.pings.get(r.key()); ok {
		p = *before
	}
	if len(r.body) > 0 {
		req, err := decode[eas.PingRequest](s, r)
		if err != nil {
			return nil, nil, err
		}
		if req.HeartbeatInterval == nil && req.Folders == nil {
			return nil, nil, protocolError(eas.CommandPing)
		}
		if req.Folders != nil {
			if n := len(req.Folders.Folder); n > s.opts.MaxCollections {
				return nil, &eas.PingResponse{Status: eas.PingStatusTooManyFolders, MaxFolders: &s.opts.MaxCollections}, nil
			}
			if p.folders = pingFolders(req.Folders.Folder); p.folders == nil {
				return nil, nil, protocolError(eas.CommandPing)
			}
		}
		if h := req.HeartbeatInterval; h != nil {
			if !within(h, eas.MinHeartbeatInterval, eas.MaxHeartbeatInterval) {
				nearest := min(max(*h, eas.MinHeartbeatInterval), eas.MaxHeartbeatInterval)
				return nil, &eas.PingResponse{Status: eas.PingStatusHeartbeatOutOfRange, HeartbeatInterval: &nearest}, nil
			}
			p.interval = *h
		}
		s.pings.put(r.key(), &p, len(p.folders))
	}
	if p.interval == 0 || len(p.folders) == 0 {
		return nil, nil, failed(eas.PingStatusMissingParameters)
	}
	return &p, nil, nil
}

// pingFolders returns the ids of a list of folders, nil for one that is empty or
// names a folder twice, not at all, or by what cannot be an id, or that names a
// class of which Ping has not heard. Whether the class is the folder's own is not
// looked at.
//
// [MS-ASCMD] 2.2.3.27.4 Class (Ping)
func pingFolders(list []eas.PingFolder) []string {
	ids := make([]string, len(list))
	for i, f := range list {
		if len(f.ID) > eas.MaxIDLength || !slices.Contains(pingClasses, f.Class) {
			return nil
		}
		ids[i] = string(f.ID)
	}
	sorted := slices.Sorted(slices.Values(ids))
	if len(ids) == 0 || sorted[0] == "" || len(slices.Compact(sorted)) < len(ids) {
		return nil
	}
	return ids
}

// pingClasses are the classes of folders. A folder that holds texts is one for mail.
var pingClasses = []eas.Class{eas.ClassEmail, eas.ClassCalendar, eas.ClassContacts, eas.ClassTasks, eas.ClassNotes}
