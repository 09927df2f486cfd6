package easclient

import (
	"context"
	"errors"
	"time"

	"asms/eas"
)

// pause is how long Watch rests after a server answered at once that nothing
// has changed, as it does when another request of the device ends a hanging
// one, or that it does not know the key.
const pause = 250 * time.Millisecond

// Watch synchronizes the folder for as long as ctx lives: it has a request
// hanging at the server, which answers when something new comes. Handle gets
// the changes.
//
// Watch ends with the first error, that of the context included, and may be
// called again; how soon is for the caller to say. A key that the server has
// lost is no error here: Handle learns it, and the folder comes anew.
//
// [MS-ASMS] 3.1.4.1.3 Special Case for Synchronization of Outbox
func (c *Collection) Watch(ctx context.Context) error {
	if c.options.UploadOnly {
		return errors.New("easclient: Watch of a collection that only uploads")
	}
	for {
		start := time.Now()
		quiet, err := c.watch(ctx)
		if err != nil && !errors.Is(err, errYield) && !errors.Is(err, ErrResync) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if (quiet || errors.Is(err, ErrResync)) && time.Since(start) < pause {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// watch has one request hanging and reports whether it brought nothing.
func (c *Collection) watch(ctx context.Context) (quiet bool, err error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer c.release()
	if _, err := c.begin(ctx); err != nil {
		return false, err
	}
	if err := c.settle(ctx); err != nil {
		return false, err
	}
	interval := c.interval()
	b, _, err := c.exchange(ctx, exchange{hold: interval})
	var status *eas.StatusError
	if errors.As(err, &status) && status.Status == eas.SyncStatusInvalidInterval && c.interval() != interval {
		return true, nil // the server has said what it takes
	}
	if err != nil {
		return false, err
	}
	return len(b.Commands) == 0, c.settle(ctx)
}

// interval is the heartbeat interval, or the nearest that the server takes.
func (c *Collection) interval() time.Duration {
	if c.heartbeat != 0 {
		return c.heartbeat
	}
	return c.options.HeartbeatInterval
}
