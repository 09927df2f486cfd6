// Package easserver answers ActiveSync requests: HTTP in, typed command, status
// out.
//
// One request goes down once and up once. http.go takes the HTTP request and
// writes the answer, gate.go asks who it is and whether the device is served,
// dispatch.go finds the command and decodes its body. A command's own file calls
// the mailbox and makes the response; what went wrong becomes a status in
// status.go. A request that waits for changes is registered in hanging.go, so
// that a newer request of the same device, or the end of the server, ends it.
//
// What a device asked for last is remembered in memory only, for requests that
// refer to it: after a restart they are answered "send it whole".
//
// The documents behind it are those of package eas.
package easserver

import (
	"compress/gzip"
	"crypto/x509"
	"io"
	"log/slog"
	"sync"
	"time"

	"asms/account"
	"asms/eas"
	"asms/mailbox"
)

// Options of a Server. Mailbox and Accounts are required; every other field has
// a default.
type Options struct {
	// Mailbox is what devices synchronize with.
	Mailbox *mailbox.Mailbox
	// Accounts says who may come in.
	Accounts *account.Accounts

	// Domain completes a user name to an address in the answer to
	// UserInformation. Defaults to "localhost".
	Domain string
	// URL is how clients reach the server, as "https://sms.example.org", for the
	// answers to Autodiscover. Defaults to the scheme and host of the request.
	// The scheme is that of the request's URL, where whoever serves it has set one,
	// or says whether it came by TLS.
	URL string
	// MovedTo is where the users are now, as "https://new.example.org": every command
	// is answered with HTTP 451 and this place, whoever asks, and Autodiscover tells
	// of it. Defaults to here.
	//
	// [MS-ASHTTP] 2.2.2.1.2.6 X-MS-Location
	MovedTo string
	// RequirePhoneNumber refuses EnableOutboundSMS without a telephone number in
	// every protocol version. By default only 14.0 demands one.
	//
	// [MS-ASMS] 3.2.5.3 Processing a Settings Request
	RequirePhoneNumber bool

	// Roots are the authorities that ValidateCert trusts. Defaults to those of the
	// system.
	Roots *x509.CertPool

	// MaxBody is the longest request body, in bytes, as sent and as unpacked.
	// Defaults to 10 MiB.
	MaxBody int64
	// MaxText is the longest body of a text that a client adds, in bytes of
	// UTF-8. A longer one is refused as an invalid item. Defaults to 64 KiB,
	// which holds the 255 segments that a network can carry.
	MaxText int
	// MaxCollections is how many collections a Sync, and how many folders a Ping,
	// may name. Defaults to 1000.
	MaxCollections int
	// MaxDeviceRequests is how many requests of one device are served at once,
	// waiting ones included. Others are told to try later. Defaults to 8.
	MaxDeviceRequests int
	// MaxUserRequests is the same for all devices of one user. Defaults to 256.
	MaxUserRequests int
	// DeviceRate is how many requests a second one device may send over time, and
	// DeviceBurst how many of them at once. Whoever sends more is told when to come
	// again. Defaults to 200 and 20,000, which no client comes near; a negative
	// rate is no bound.
	DeviceRate, DeviceBurst int
	// UserRate and UserBurst are the same for all devices of one user. Defaults to
	// 1000 and 100,000.
	UserRate, UserBurst int
	// MaxRemembered is how many collections are remembered in all for requests
	// that refer to the one before; the longest unused go first. Defaults to
	// 100,000.
	MaxRemembered int

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log receives one line for each request, never text or numbers. Defaults to
	// discarding.
	Log *slog.Logger
}

func (o *Options) setDefaults() {
	if o.MaxBody <= 0 {
		o.MaxBody = 10 << 20
	}
	if o.MaxText <= 0 {
		o.MaxText = 64 << 10
	}
	if o.MaxCollections <= 0 {
		o.MaxCollections = 1000
	}
	if o.MaxDeviceRequests <= 0 {
		o.MaxDeviceRequests = 8
	}
	if o.MaxUserRequests <= 0 {
		o.MaxUserRequests = 256
	}
	for n, standard := range map[*int]int{&o.DeviceRate: 200, &o.DeviceBurst: 20_000, &o.UserRate: 1000, &o.UserBurst: 100_000} {
		if *n == 0 {
			*n = standard
		}
	}
	if o.MaxRemembered <= 0 {
		o.MaxRemembered = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
}

// Server is an http.Handler for eas.Path and the paths of Autodiscover.
type Server struct {
	opts     Options
	mailbox  *mailbox.Mailbox
	accounts *account.Accounts
	log      *slog.Logger
	offer    eas.OptionsResponse

	requests requests
	began    *memory[deviceKey, string] // what was spoken then, "" nothing to tell
	devices  *throttle[deviceKey]
	users    *throttle[mailbox.UserID]
	syncs    *memory[deviceKey, *rememberedSync]
	pings    *memory[deviceKey, *rememberedPing]
	searches *memory[deviceKey, *rememberedSearch]
	types    *memory[folderKey, eas.FolderType] // which never change
	buffers  sync.Pool                          // of *[]byte, for responses
	packers  sync.Pool                          // of *gzip.Writer
}

// New returns a server over a mailbox and accounts.
func New(opts Options) *Server {
	opts.setDefaults()
	return &Server{
		opts:     opts,
		mailbox:  opts.Mailbox,
		accounts: opts.Accounts,
		log:      opts.Log,
		offer:    eas.OptionsResponse{Versions: eas.Versions(), Commands: offered()},
		requests: newRequests(opts.MaxDeviceRequests, opts.MaxUserRequests),
		began:    newMemory[deviceKey, string](opts.MaxRemembered),
		devices:  newThrottle[deviceKey](opts.DeviceRate, opts.DeviceBurst, opts.MaxRemembered),
		users:    newThrottle[mailbox.UserID](opts.UserRate, opts.UserBurst, opts.MaxRemembered),
		syncs:    newMemory[deviceKey, *rememberedSync](opts.MaxRemembered),
		pings:    newMemory[deviceKey, *rememberedPing](opts.MaxRemembered),
		searches: newMemory[deviceKey, *rememberedSearch](maxRememberedFound),
		types:    newMemory[folderKey, eas.FolderType](opts.MaxRemembered),
		buffers:  sync.Pool{New: func() any { return new([]byte) }},
		packers: sync.Pool{New: func() any {
			p, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
			return p
		}},
	}
}

// Drain ends the requests that wait for changes, now and from now on, with the
// answer that nothing has changed. Call it before http.Server.Shutdown.
func (s *Server) Drain() { s.requests.drain() }
