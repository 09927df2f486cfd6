package easserver

import (
	"strings"

	"asms/eas"
	"asms/wbxml"
)

// rememberedSync is what a device asked for last: its collections with the keys
// issued since, and how long to wait. Options are left out where they are in
// force, since the mailbox keeps those.
//
// [MS-ASCMD] 2.2.1.21.1 Empty Sync Request, 2.2.3.131 Partial
type rememberedSync struct {
	request    eas.SyncRequest
	repeatable bool // it had no commands: an empty request repeats it
}

// wholeSync returns the request to be carried out: the one that came, the one
// before if none came, or both together if what came is partial. Its collections
// are there.
func (s *Server) wholeSync(r *request) (*eas.SyncRequest, error) {
	before, known := s.syncs.get(r.key())
	if len(r.body) == 0 {
		if !known || !before.repeatable {
			return nil, failed(eas.SyncStatusIncompleteRequest)
		}
		again := before.request
		return &again, nil
	}
	s.syncs.forget(r.key())
	req, err := decode[eas.SyncRequest](s, r)
	if err != nil {
		return nil, err
	}
	if !req.Partial {
		if req.Collections == nil || len(req.Collections.Collection) == 0 {
			return nil, protocolError(eas.CommandSync)
		}
		return req, nil
	}
	if req.Collections == nil && req.Wait == nil && req.HeartbeatInterval == nil && req.WindowSize == nil {
		return nil, protocolError(eas.CommandSync)
	}
	if !known {
		return nil, failed(eas.SyncStatusIncompleteRequest)
	}
	var list []eas.SyncCollection
	if req.Collections != nil {
		list = req.Collections.Collection
	}
	if len(list) <= s.opts.MaxCollections { // else it is refused anyway
		list = unite(list, before.request.Collections.Collection)
	}
	req.Collections = &eas.SyncCollections{Collection: list}
	return req, nil
}

// unite adds the collections of before that list does not name.
func unite(list, before []eas.SyncCollection) []eas.SyncCollection {
	named := make(map[eas.CollectionID]bool, len(list))
	for _, c := range list {
		named[c.CollectionID] = true
	}
	for _, c := range before {
		if !named[c.CollectionID] {
			list = append(list, c)
		}
	}
	return list
}

// rememberSync keeps a request that was carried out, with the keys that were
// issued.
func (s *Server) rememberSync(r *request, req *eas.SyncRequest, run *syncRun) {
	kept := &rememberedSync{request: *req, repeatable: !run.commands}
	kept.request.Partial = false
	list := make([]eas.SyncCollection, len(run.collections))
	for i, c := range req.Collections.Collection {
		c.Class, c.Commands, c.Supported = "", nil, wbxml.Raw{} // nothing of the body is held
		if issued := run.collections[i].issued; issued != "" {
			c.SyncKey, c.Options = eas.SyncKey(issued), nil
		} else if len(c.SyncKey) > eas.MaxIDLength { // none of ours
			c.SyncKey = eas.SyncKey(strings.Clone(string(c.SyncKey[:eas.MaxIDLength])))
		}
		list[i] = c
	}
	kept.request.Collections = &eas.SyncCollections{Collection: list}
	s.syncs.put(r.key(), kept, len(list))
}
