package easserver

import (
	"context"
	"errors"
	"time"

	"asms/eas"
	"asms/mailbox"
)

// waits says whether a Sync that was carried out has to wait for changes: it is
// to, nothing is to be said, and something could change that.
//
// [MS-ASCMD] 3.1.5.4 Synchronizing Inbox, Calendar, Contacts, and Tasks Folders
func (run *syncRun) waits() bool {
	return run.interval > 0 && !run.commands && len(run.answers) == 0 && len(run.watches()) > 0
}

// watches are the collections whose changes the client wants.
func (run *syncRun) watches() []mailbox.Watch {
	var list []mailbox.Watch
	for _, c := range run.collections {
		if c.request.GetChanges {
			list = append(list, mailbox.Watch{Folder: string(c.id), Key: c.issued})
		}
	}
	return list
}

// hangSync waits until something is added to one of the collections and carries
// the Sync out again, or until the interval is over: then there is nothing to
// say. All collections are waited for together.
func (s *Server) hangSync(ctx context.Context, r *request, req *eas.SyncRequest, run *syncRun) error {
	err := s.hang(ctx, r, run.interval, run.watches(), func() error { return s.recheck(r) },
		func(waiting context.Context, _ []string) (bool, error) {
			err := s.runSync(waiting, r, run)
			return len(run.answers) > 0, err
		})
	if err == nil && len(run.answers) > 0 {
		s.rememberSync(r, req, run)
	}
	return err
}

// restless is how long a request that was woken for nothing lets pass before it
// waits again.
const restless = time.Second

// hang waits until something is added to one of the folders watched, and then
// calls woken with them, until that says that it is done. It returns nil, too,
// when the interval is over or when the request is to wait no longer, and what
// again returns when that fails.
func (s *Server) hang(ctx context.Context, r *request, interval time.Duration, watches []mailbox.Watch, again func() error,
	woken func(waiting context.Context, ready []string) (done bool, err error)) error {
	waiting, stop, err := r.turn.hang(ctx, interval)
	if errors.Is(err, errEnded) {
		return nil
	}
	defer stop()
	for {
		ready, err := s.mailbox.Wait(waiting, r.user, string(r.DeviceID), watches, again)
		if err == nil {
			var done bool
			if done, err = woken(waiting, ready); done && err == nil {
				return nil
			}
		}
		if err == nil { // nothing after all
			select {
			case <-time.After(restless):
				continue
			case <-waiting.Done():
				err = waiting.Err()
			}
		}
		switch {
		case ctx.Err() != nil: // the client went away
			return ctx.Err()
		case waiting.Err() != nil || errors.Is(err, errEnded):
			return nil
		}
		return err
	}
}
