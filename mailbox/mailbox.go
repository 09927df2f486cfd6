package mailbox

import (
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"asms/store"
)

// UserID identifies the owner of a mailbox.
type UserID = store.UserID

// Errors that callers turn into the protocol's statuses.
var (
	// ErrInvalidSyncKey: the key is neither the current nor the previous one, or
	// what it stands for cannot be continued. The client starts again at key 0.
	ErrInvalidSyncKey = errors.New("mailbox: invalid sync key")
	// ErrFolderNotFound: the folder does not exist; the hierarchy has changed.
	ErrFolderNotFound = errors.New("mailbox: no such folder")
	// ErrItemNotFound: the item does not exist in that folder, or not for this device.
	ErrItemNotFound = errors.New("mailbox: no such item")
	// ErrConflict: the item was changed by someone else and the server's version wins.
	ErrConflict = errors.New("mailbox: conflict")
	// ErrFull: the server has no room to write; nothing was changed.
	ErrFull = store.ErrFull
	// ErrLocked: the item is on its way out and cannot be moved now.
	ErrLocked = errors.New("mailbox: the text is on its way out")
	// ErrBadDestination: nothing can be moved into that folder.
	ErrBadDestination = errors.New("mailbox: bad destination")
	// ErrSameFolder: source and destination of a move are the same.
	ErrSameFolder = errors.New("mailbox: source and destination are the same")
)

// Options of a Mailbox. The zero value is what a server uses.
type Options struct {
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Location decides when a day begins for filters. Defaults to time.Local.
	Location *time.Location
	// Region is the country in which numbers without + are read, as ISO 3166
	// calls it: with DE, 0171… and +49171… are one number. Defaults to none, and
	// then only numbers that begin with + or 00 can be known to be the same. It
	// must be a KnownRegion.
	Region string
	// Log receives what an operator should know, never text or numbers. Defaults
	// to discarding.
	Log *slog.Logger
}

// Mailbox is the sync engine over one store. Its methods may be called from
// several goroutines.
type Mailbox struct {
	st       *store.Store
	now      func() time.Time
	location *time.Location
	log      *slog.Logger
	started  time.Time
	numbers  numbers

	mu   sync.Mutex
	rest map[partnershipKey]restingPlace // partnerships at rest, see rest.go
	due  dueTimes
}

// New returns the sync engine over st. Call Run to let texts that fell silent
// become unknown.
func New(st *store.Store, opts *Options) *Mailbox {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Mailbox{
		st: st, now: o.Now, location: o.Location, log: o.Log, started: o.Now(),
		numbers: numbers{region: o.Region},
		rest:    make(map[partnershipKey]restingPlace),
		due:     newDueTimes(),
	}
}
